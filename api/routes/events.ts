import { OpenAPIHono } from '@hono/zod-openapi'
import type { Gauge } from 'prom-client'
import { z } from 'zod'
import type { ToolContext } from '../../tools/context.ts'
import { readConversation } from '../../tools/conversations/conversation.ts'
import { InvalidInputError, LimitExceededError } from '../../tools/errors.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ApiDeps } from '../deps.ts'
import { eventStream } from '../event-stream.ts'
import { feedPosition, writeFeed } from '../feed-stream.ts'
import { failures, IdParam, operation } from '../operation.ts'

const tags = ['Events']
const MOST_STREAMS = 200
const streamed = {
  description: 'Server-sent events; `id` is the position to resume from, `data` the row as JSON',
  content: { 'text/event-stream': { schema: z.string() } },
}
const headers = z.object({ 'last-event-id': z.string().optional().describe('The last `id` that was seen') })

const all = operation({
  method: 'get',
  path: '/api/events',
  tags,
  summary: 'What happens to everything that is yours',
  request: { headers },
  responses: { 200: streamed, ...failures(422, 429) },
})
const ofConversation = operation({
  method: 'get',
  path: '/api/conversations/{id}/events',
  tags,
  summary: 'What happens in one room',
  request: { params: IdParam, headers },
  responses: { 200: streamed, ...failures(422, 429) },
})

/** Feeds of what happens, which a reader takes up again where it stopped. */
export function eventRoutes(deps: ApiDeps, gauge: Gauge) {
  const open = new Map<string, number>()
  const feed = (context: ToolContext, conversation_id: string | null, after: number) => {
    const { db, broker } = context
    const { bus, log, closing } = deps
    const release = occupy(open, broker.iso_agent_id, gauge)
    return eventStream(
      async (stream) => {
        try {
          await writeFeed({ db, bus, log, iso_agent_id: broker.iso_agent_id, conversation_id, after }, stream)
        } finally {
          release()
        }
      },
      { log, closing },
    )
  }
  return new OpenAPIHono<ApiEnv>()
    .openapi(all, async (c) => {
      const { context } = c.var
      return feed(context, null, await startingPoint(c.req.header('Last-Event-ID'), context))
    })
    .openapi(ofConversation, async (c) => {
      const { context } = c.var
      const { id } = c.req.valid('param')
      await readConversation(id, context)
      return feed(context, id, await startingPoint(c.req.header('Last-Event-ID'), context))
    })
}

/** Without a last event the feed begins now: what was before is in the lists. */
function startingPoint(last_event_id: string | undefined, { db }: ToolContext): Promise<number> | number {
  if (last_event_id === undefined || last_event_id === '') return feedPosition(db)
  const position = Number(last_event_id)
  if (Number.isSafeInteger(position) && position >= 0) return position
  throw new InvalidInputError([{ path: 'Last-Event-ID', message: 'This is no id of an event of ours' }])
}

function occupy(open: Map<string, number>, iso_agent_id: string, gauge: Gauge) {
  const count = open.get(iso_agent_id) ?? 0
  if (count >= MOST_STREAMS) throw new LimitExceededError('Too many open event streams')
  open.set(iso_agent_id, count + 1)
  gauge.inc()
  return () => {
    gauge.dec()
    const left = (open.get(iso_agent_id) ?? 1) - 1
    if (left > 0) open.set(iso_agent_id, left)
    else open.delete(iso_agent_id)
  }
}
