import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { type Approval, ApprovalStatus } from '../../tools/approvals/approval.ts'
import { approvalWarnings } from '../../tools/approvals/approval-warnings.ts'
import { decideApproval } from '../../tools/approvals/decide-approval.ts'
import { listApprovals, readApproval } from '../../tools/approvals/list-approvals.ts'
import type { ToolContext } from '../../tools/context.ts'
import { call } from '../../tools/database.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ApiDeps } from '../deps.ts'
import { failures, IdParam, json, jsonBody, operation, PageQuery, pageOf } from '../operation.ts'
import { ApprovalRow } from '../rows.ts'
import { readTurn } from '../turn-stream.ts'

const tags = ['Approvals']
const WITHOUT_CHUNKS = 2_147_483_647

const list = operation({
  method: 'get',
  path: '/api/approvals',
  tags,
  summary: 'What waits, or waited, for your yes; newest first',
  request: { query: PageQuery.extend({ status: ApprovalStatus.optional() }) },
  responses: { 200: pageOf(ApprovalRow, 'A page of approvals') },
})
const get = operation({
  method: 'get',
  path: '/api/approvals/{id}',
  tags,
  summary: 'One approval with the exact payload',
  request: { params: IdParam },
  responses: { 200: json(ApprovalRow, 'The approval') },
})
const decide = operation({
  method: 'post',
  path: '/api/approvals/{id}',
  tags,
  summary: 'Approve or reject, once. `edits` change the wording before approving',
  request: {
    params: IdParam,
    body: jsonBody(
      z.strictObject({
        decision: z.enum(['approve', 'reject']),
        reason: z.string().trim().max(2000).nullable().optional(),
        edits: z
          .record(z.string(), z.unknown())
          .nullable()
          .optional()
          .describe('Fields of the payload: subject, body or text'),
      }),
      { decision: 'approve', edits: { subject: 'Your flight to Los Angeles' } },
    ),
  },
  responses: { 200: json(ApprovalRow, 'The approval as decided'), ...failures(409) },
})

/** What leaves the house only after a person's yes. */
export const approvalRoutes = (deps: ApiDeps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { cursor = null, limit, status = null } = c.req.valid('query')
      const { approvals, next_cursor } = await listApprovals({ cursor, limit, status }, c.var.context)
      const data = await Promise.all(approvals.map((approval) => withWarnings(approval, c.var.context)))
      return c.json({ data, next_cursor }, 200)
    })
    .openapi(get, async (c) => {
      const approval = await readApproval(c.req.valid('param').id, c.var.context)
      return c.json(await withWarnings(approval, c.var.context), 200)
    })
    .openapi(decide, async (c) => {
      const { decision, reason = null, edits = null } = c.req.valid('json')
      const approval_id = c.req.valid('param').id
      const approval = await decideApproval({ approval_id, decision, reason, edits }, c.var.context)
      if (decision === 'approve') await deps.enqueue.outbox(approval.id, 0)
      else await resumeTurn(approval, c.var.context, deps)
      return c.json(approval, 200)
    })

async function withWarnings(approval: Approval, context: ToolContext) {
  return approval.status === 'pending' ? { ...approval, warnings: await approvalWarnings(approval, context) } : approval
}

/** Lets the turn that asked go on with the rejection. The sweeper does the same, later. */
async function resumeTurn({ turn_id, conversation_id }: Approval, { db }: ToolContext, { supabase, enqueue }: ApiDeps) {
  if (turn_id === null) return
  const waits = await call(z.boolean(), supabase.service.rpc('resume_turn', { p_turn_id: turn_id }))
  if (!waits) return
  const turn = conversation_id ? await readTurn(db, conversation_id, WITHOUT_CHUNKS, turn_id) : null
  await enqueue.turn(turn_id, turn?.attempt ?? 1)
}
