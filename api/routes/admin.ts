import { OpenAPIHono } from '@hono/zod-openapi'
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import { ForbiddenError } from '../../tools/errors.ts'
import { FailedExecution } from '../../tools/operations/execution.ts'
import { listDeadLetters } from '../../tools/operations/list-dead-letters.ts'
import { listFailedExecutions } from '../../tools/operations/list-failed-executions.ts'
import { ListedProblem, listProblems } from '../../tools/operations/list-problems.ts'
import { replayDeadLetters } from '../../tools/operations/replay-dead-letters.ts'
import { retryEvent } from '../../tools/operations/retry-event.ts'
import { WebhookEvent as GivenUpEvent } from '../../tools/operations/webhook-event.ts'
import { runTool } from '../../tools/tool.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ApiDeps } from '../deps.ts'
import { failures, IdParam, json, jsonBody, operation, PageQuery, pageOf } from '../operation.ts'
import { HttpProblem } from '../problem.ts'
import { listWebhookEvents, WebhookEvent, WebhookStatus } from '../webhook-events.ts'
import { giveBoardPass } from './queue-board.ts'

const tags = ['Administration']

const webhooks = operation({
  method: 'get',
  path: '/api/admin/webhooks',
  tags,
  summary: "Avinode's notifications, newest first",
  request: { query: PageQuery.extend({ status: WebhookStatus.optional() }) },
  responses: { 200: pageOf(WebhookEvent.meta({ id: 'WebhookEvent' }), 'A page of notifications') },
})
const replay = operation({
  method: 'post',
  path: '/api/admin/webhooks/{id}/replay',
  tags,
  summary: 'Process a notification again; what it changes is changed once',
  request: { params: IdParam },
  responses: { 202: json(z.record(z.string(), z.unknown()), 'It is on its way'), ...failures(409) },
})
const replayAll = operation({
  method: 'post',
  path: '/api/admin/webhooks/replay',
  tags,
  summary: 'Process dead letters again: those named, or all of them, at most 1,000 at once',
  description: 'Asked twice, each is replayed once. `remaining` says how many dead letters are left to ask for.',
  request: { body: jsonBody(z.strictObject({ ids: z.array(z.uuid()).min(1).max(1_000).optional() })) },
  responses: {
    202: json(z.object({ event_ids: z.array(z.uuid()), remaining: z.int() }), 'They are on their way'),
  },
})
const queues = operation({
  method: 'get',
  path: '/api/admin/queues',
  tags,
  summary: 'Jobs in each queue by state',
  description: 'The same address is a page for the browser of an admin who has fetched a pass to it.',
  responses: {
    200: json(
      z.object({
        data: z.array(z.object({ name: z.string(), counts: z.record(z.string(), z.number()) })),
        next_cursor: z.null(),
      }),
      'Every queue',
    ),
  },
})
const openBoard = operation({
  method: 'post',
  path: '/api/admin/queues/pass',
  tags,
  summary: 'Let this browser open the page of the queues for a quarter of an hour',
  responses: { 204: { description: 'The pass is in a cookie that opens `/api/admin/queues` and nothing else' } },
})
const Failure = z.discriminatedUnion('kind', [
  ListedProblem.extend({ kind: z.literal('problem') }),
  FailedExecution.extend({ kind: z.literal('execution') }),
  GivenUpEvent.extend({ kind: z.literal('webhook') }),
])
type Failure = z.output<typeof Failure>

const errors = operation({
  method: 'get',
  path: '/api/admin/errors',
  tags,
  summary: 'What went wrong, latest first',
  description:
    'Problems that the error monitor has found, each once for its cause, open (`closed_at` is null) or closed within seven days; failed runs of agents; notifications that were given up.',
  request: { query: PageQuery.pick({ limit: true }) },
  responses: { 200: pageOf(Failure.meta({ id: 'Failure' }), 'What went wrong') },
})

const adminsOnly = createMiddleware<ApiEnv>(async (c, next) => {
  if (c.var.context.broker.role !== 'admin') throw new ForbiddenError('Only administrators may do this')
  await next()
})

/** For those who keep the service running. */
export function adminRoutes({ enqueue, queueCounts, queueBoard, publicUrl }: ApiDeps) {
  const app = new OpenAPIHono<ApiEnv>()
  app.use('/api/admin/*', adminsOnly)
  return app
    .openapi(webhooks, async (c) => {
      const { cursor = null, limit, status = null } = c.req.valid('query')
      const { page, next_cursor } = await listWebhookEvents({ cursor, limit, status }, c.var.context)
      return c.json({ data: page, next_cursor }, 200)
    })
    .openapi(replay, async (c) => {
      const event_id = c.req.valid('param').id
      const replayed = await runTool(retryEvent, { event_id }, c.var.context)
      await enqueue.webhooks([event_id])
      return c.json(replayed, 202)
    })
    .openapi(replayAll, async (c) => {
      const replayed = await replayDeadLetters(c.req.valid('json').ids ?? null, c.var.context)
      await enqueue.webhooks(replayed.event_ids)
      return c.json(replayed, 202)
    })
    .openapi(queues, async (c) => {
      if (!queueCounts) throw new HttpProblem(503, 'upstream_unavailable', 'The queues cannot be seen from here')
      const data = Object.entries(await queueCounts()).map(([name, counts]) => ({ name, counts }))
      return c.json({ data, next_cursor: null }, 200)
    })
    .openapi(openBoard, async (c) => {
      if (!queueBoard) throw new HttpProblem(503, 'upstream_unavailable', 'The queues cannot be seen from here')
      giveBoardPass(c, queueBoard, publicUrl)
      return c.body(null, 204)
    })
    .openapi(errors, async (c) => {
      const { limit } = c.req.valid('query')
      const [problems, { executions }, { events }] = await Promise.all([
        listProblems(c.var.context),
        runTool(listFailedExecutions, { limit }, c.var.context),
        runTool(listDeadLetters, { limit }, c.var.context),
      ])
      const found: Failure[] = [
        ...problems.map((row) => ({ ...row, kind: 'problem' as const })),
        ...executions.map((row) => ({ ...row, kind: 'execution' as const })),
        ...events.map((row) => ({ ...row, kind: 'webhook' as const })),
      ]
      const data = found.sort((a, b) => momentOf(b).localeCompare(momentOf(a))).slice(0, limit)
      return c.json({ data, next_cursor: null }, 200)
    })
}

/** A problem goes on until it is closed. */
function momentOf(failure: Failure) {
  if (failure.kind === 'problem') return failure.closed_at ?? failure.last_seen_at
  return failure.kind === 'execution' ? failure.created_at : failure.received_at
}
