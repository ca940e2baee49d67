import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Approval } from '../../tools/approvals/approval.ts'
import { readApproval } from '../../tools/approvals/list-approvals.ts'
import { ApprovalPendingError, KeyReusedError, UpstreamError } from '../../tools/errors.ts'
import { visibleText } from '../../tools/messages/visible-text.ts'
import { getProposal } from '../../tools/proposals/get-proposal.ts'
import { listProposals } from '../../tools/proposals/list-proposals.ts'
import { sendProposal } from '../../tools/proposals/send-proposal.ts'
import { requestApproval, runTool } from '../../tools/tool.ts'
import type { ApiEnv } from '../api-env.ts'
import { contentDisposition } from '../content-disposition.ts'
import { draftEmail } from '../draft-email.ts'
import { failures, IdParam, json, jsonBody, operation, PageQuery, pageOf } from '../operation.ts'
import { HttpProblem } from '../problem.ts'
import { ApprovalRow, ProposalRow } from '../rows.ts'

const tags = ['Proposals']

const list = operation({
  method: 'get',
  path: '/api/proposals',
  tags,
  summary: 'Your proposals, newest first',
  request: { query: PageQuery.extend({ request_id: z.uuid().optional() }) },
  responses: { 200: pageOf(ProposalRow, 'A page of proposals') },
})
const get = operation({
  method: 'get',
  path: '/api/proposals/{id}',
  tags,
  summary: 'One proposal with net price, margin and final price',
  request: { params: IdParam },
  responses: { 200: json(ProposalRow, 'The proposal') },
})
const pdf = operation({
  method: 'get',
  path: '/api/proposals/{id}/pdf',
  tags,
  summary: 'The document as the client gets it',
  request: { params: IdParam },
  responses: {
    200: { description: 'The PDF', content: { 'application/pdf': { schema: z.string().meta({ format: 'binary' }) } } },
  },
})
const send = operation({
  method: 'post',
  path: '/api/proposals/{id}/send',
  tags,
  summary: 'Ask for approval to e-mail the proposal to the client; without subject and body the draft is taken',
  request: {
    params: IdParam,
    body: {
      ...jsonBody(
        z.strictObject({
          subject: z.string().trim().min(1).max(200).nullable().optional(),
          body: z.string().trim().min(1).max(10_000).nullable().optional(),
        }),
      ),
      required: false,
    },
  },
  responses: { 202: json(ApprovalRow, 'It waits for a decision: POST /api/approvals/{id}'), ...failures(409) },
})

/** Proposals: what a client is offered. */
export const proposalRoutes = () =>
  new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { cursor = null, limit, request_id = null } = c.req.valid('query')
      const { proposals, next_cursor } = await runTool(listProposals, { cursor, limit, request_id }, c.var.context)
      return c.json({ data: proposals, next_cursor }, 200)
    })
    .openapi(get, async (c) => {
      const { proposal } = await runTool(getProposal, { proposal_id: c.req.valid('param').id }, c.var.context)
      return c.json(proposal, 200)
    })
    .openapi(pdf, async (c) => {
      const { proposal } = await runTool(getProposal, { proposal_id: c.req.valid('param').id }, c.var.context)
      if (!proposal.file_path) throw new HttpProblem(404, 'not_found', 'The document is not made yet')
      const { data, error } = await c.var.context.db.storage.from('proposal-documents').download(proposal.file_path)
      if (error) throw new UpstreamError('database', 'The document cannot be read at the moment', { cause: error })
      return c.body(await data.arrayBuffer(), 200, {
        'Content-Type': 'application/pdf',
        'Content-Disposition': contentDisposition('inline', proposal.file_name ?? `${proposal.proposal_number}.pdf`),
      })
    })
    .openapi(send, async (c) => {
      const proposal_id = c.req.valid('param').id
      const { proposal } = await runTool(getProposal, { proposal_id }, c.var.context)
      const { subject, body } = c.req.valid('json')
      const draft = await draftEmail(proposal, c.var.context)
      const email = { proposal_id, subject: subject ?? draft.subject, body: body ?? draft.body }
      const id = c.var.context.newId('approval')
      const context = { ...c.var.context, newId: () => id }
      const filed = await requestApproval(sendProposal, email, context).catch(async (error: unknown) => {
        if (!(error instanceof ApprovalPendingError)) throw error
        const waiting = await readApproval(error.details.approval_id, context)
        // Asked twice for the same thing, the card that waits already is the answer; other words than those on it are not.
        if (waiting.id !== id && (subject || body)) throw error
        return waiting
      })
      if (filed.id === id && !isFor(filed, { proposal_id, subject, body })) throw new KeyReusedError()
      return c.json(filed, 202)
    })

type Email = { proposal_id: string; subject?: string | null | undefined; body?: string | null | undefined }

/** Whether an approval was filed for this e-mail; what is left out was to be drafted. */
function isFor({ action, payload, original_payload }: Approval, { proposal_id, subject, body }: Email) {
  const filed = original_payload ?? payload
  return (
    action === sendProposal.name &&
    filed.proposal_id === proposal_id &&
    (!subject || filed.subject === visibleText(subject)) &&
    (!body || String(filed.body).startsWith(`${visibleText(body)}\n\n`))
  )
}
