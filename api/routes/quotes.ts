import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { acceptQuote } from '../../tools/quotes/accept-quote.ts'
import { getQuote } from '../../tools/quotes/get-quote.ts'
import { rejectQuote } from '../../tools/quotes/reject-quote.ts'
import { runTool } from '../../tools/tool.ts'
import type { ApiEnv } from '../api-env.ts'
import { promptAssistant } from '../background-turn.ts'
import type { ApiDeps } from '../deps.ts'
import { decideNow } from '../execute-approval.ts'
import { failures, IdParam, json, jsonBody, operation } from '../operation.ts'
import { ApprovalRow, QuoteRow } from '../rows.ts'

const tags = ['Quotes']

const get = operation({
  method: 'get',
  path: '/api/quotes/{id}',
  tags,
  summary: 'One quote',
  request: { params: IdParam },
  responses: { 200: json(QuoteRow, 'The quote') },
})
const accept = operation({
  method: 'post',
  path: '/api/quotes/{id}/accept',
  tags,
  summary: 'Choose a quote; the call itself is the approval, and the assistant prepares the proposal',
  request: { params: IdParam, body: { ...jsonBody(z.strictObject({})), required: false } },
  responses: {
    200: json(QuoteRow, 'The accepted quote'),
    202: json(ApprovalRow, 'Approved; it is being carried out'),
    ...failures(409),
  },
})
const reject = operation({
  method: 'post',
  path: '/api/quotes/{id}/reject',
  tags,
  summary: 'Decline a quote',
  request: {
    params: IdParam,
    body: { ...jsonBody(rejectQuote.input.omit({ quote_id: true })), required: false },
  },
  responses: { 200: json(QuoteRow, 'The rejected quote'), ...failures(409) },
})

/** The broker's decisions on quotes. */
export const quoteRoutes = (deps: ApiDeps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi(get, async (c) => {
      const { quote } = await runTool(getQuote, { quote_id: c.req.valid('param').id }, c.var.context)
      return c.json(quote, 200)
    })
    .openapi(accept, async (c) => {
      const quote_id = c.req.valid('param').id
      const { quote } = await runTool(getQuote, { quote_id }, c.var.context)
      if (quote.status === 'accepted') return c.json(quote, 200)
      const approval = await decideNow(acceptQuote, { quote_id }, c.var.context, deps)
      await promptAssistant(quote.request_id, { kind: 'quote_accepted', quote_id }, c.var.context, deps)
      if (approval.status !== 'executed') return c.json(approval, 202)
      return c.json((await runTool(getQuote, { quote_id }, c.var.context)).quote, 200)
    })
    .openapi(reject, async (c) => {
      const { reason = null } = c.req.valid('json')
      const { quote } = await runTool(rejectQuote, { quote_id: c.req.valid('param').id, reason }, c.var.context)
      return c.json(quote, 200)
    })
