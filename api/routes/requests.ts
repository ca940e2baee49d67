import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { listProposals } from '../../tools/proposals/list-proposals.ts'
import { listQuotes } from '../../tools/quotes/list-quotes.ts'
import { cancelRequest } from '../../tools/requests/cancel-request.ts'
import { createRequest } from '../../tools/requests/create-request.ts'
import { getRequest } from '../../tools/requests/get-request.ts'
import { listRequests } from '../../tools/requests/list-requests.ts'
import { RequestStatus, readRequest } from '../../tools/requests/request.ts'
import { EMPTIABLE, updateRequest } from '../../tools/requests/update-request.ts'
import { runTool } from '../../tools/tool.ts'
import type { ApiEnv } from '../api-env.ts'
import { promptAssistant } from '../background-turn.ts'
import type { ApiDeps } from '../deps.ts'
import { decideNow } from '../execute-approval.ts'
import { ExecutionNode, listExecutions, listStates, WorkflowState } from '../history.ts'
import { changesOf, emptiedIn, failures, IdParam, json, jsonBody, operation, PageQuery, pageOf } from '../operation.ts'
import { ApprovalRow, ProposalRow, QuoteRow, RequestRow } from '../rows.ts'

const tags = ['Requests']
const cancelFields = cancelRequest.input.omit({ request_id: true })

const EXAMPLE = {
  segments: [
    {
      departure_airport: 'KTEB',
      arrival_airport: 'KLAX',
      departure_date: '2027-11-20',
      departure_time: '09:00',
      passengers: 8,
    },
    {
      departure_airport: 'KLAX',
      arrival_airport: 'KTEB',
      departure_date: '2027-11-23',
      departure_time: null,
      passengers: 8,
    },
  ],
  aircraft_type: 'Gulfstream G650',
  budget: '120000.00',
}

const list = operation({
  method: 'get',
  path: '/api/requests',
  tags,
  summary: 'Your requests, newest first',
  request: {
    query: PageQuery.extend({
      status: RequestStatus.optional(),
      client_query: z.string().max(200).optional().describe('Part of the client company name'),
    }),
  },
  responses: { 200: pageOf(RequestRow, 'A page of requests') },
})
const create = operation({
  method: 'post',
  path: '/api/requests',
  tags,
  summary: 'Create a request: one way or return in the flat form, several legs as `segments`',
  request: { body: jsonBody(createRequest.input, EXAMPLE) },
  responses: { 201: json(RequestRow, 'The new request'), ...failures(404, 409) },
})
const get = operation({
  method: 'get',
  path: '/api/requests/{id}',
  tags,
  summary: 'One request; `avinode_deep_link` once the trip exists',
  request: { params: IdParam },
  responses: { 200: json(RequestRow, 'The request') },
})
const update = operation({
  method: 'patch',
  path: '/api/requests/{id}',
  tags,
  summary: 'Change a request: null empties a field; `warnings` say what operators were told otherwise',
  request: {
    params: IdParam,
    body: jsonBody(changesOf(updateRequest.input.omit({ request_id: true, emptied: true }), EMPTIABLE), {
      passengers: 10,
    }),
  },
  responses: {
    200: json(RequestRow.extend({ warnings: z.array(z.string()) }), 'The request as it is now'),
    ...failures(409),
  },
})
const cancel = operation({
  method: 'post',
  path: '/api/requests/{id}/cancel',
  tags,
  summary: 'Cancel a request, with its trip and RFQs in Avinode; the call itself is the approval',
  request: {
    params: IdParam,
    body: { ...jsonBody(cancelFields.extend({ reason: cancelFields.shape.reason.default('OTHER') })), required: false },
  },
  responses: {
    200: json(RequestRow, 'The cancelled request'),
    202: json(ApprovalRow, 'Approved; it is being carried out'),
    ...failures(409),
  },
})
const quotes = operation({
  method: 'get',
  path: '/api/requests/{id}/quotes',
  tags,
  summary: "Operators' quotes, best first",
  request: { params: IdParam },
  responses: { 200: pageOf(QuoteRow, 'Every quote of the request') },
})
const timeline = operation({
  method: 'get',
  path: '/api/requests/{id}/timeline',
  tags,
  summary: 'The states of the request, in order',
  request: { params: IdParam },
  responses: { 200: pageOf(WorkflowState.meta({ id: 'WorkflowState' }), 'Every state with the time spent in it') },
})
const executions = operation({
  method: 'get',
  path: '/api/requests/{id}/executions',
  tags,
  summary: "The agents' runs for the request, in order",
  request: { params: IdParam },
  responses: {
    200: pageOf(ExecutionNode.meta({ id: 'Execution' }), 'Every run, each followed by those that it called'),
  },
})
const proposals = operation({
  method: 'get',
  path: '/api/requests/{id}/proposals',
  tags,
  summary: 'The proposals made for the request, newest first',
  request: { params: IdParam, query: PageQuery },
  responses: { 200: pageOf(ProposalRow, 'A page of proposals') },
})

/** Requests: what a broker wants done for a client. */
export const requestRoutes = (deps: ApiDeps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { cursor = null, limit, status = null, client_query = null } = c.req.valid('query')
      const found = await runTool(listRequests, { cursor, limit, status, client_query }, c.var.context)
      return c.json({ data: found.requests, next_cursor: found.next_cursor }, 200)
    })
    .openapi(create, async (c) => {
      const { request } = await runTool(createRequest, await c.req.json(), c.var.context)
      await promptAssistant(request.id, { kind: 'request_created', request_id: request.id }, c.var.context, deps)
      return c.json(request, 201)
    })
    .openapi(get, async (c) => {
      const { request } = await runTool(getRequest, { request_id: c.req.valid('param').id }, c.var.context)
      return c.json(request, 200)
    })
    .openapi(update, async (c) => {
      const changes = c.req.valid('json')
      const input = { ...changes, emptied: emptiedIn(changes, EMPTIABLE), request_id: c.req.valid('param').id }
      const { request, warnings } = await runTool(updateRequest, input, c.var.context)
      return c.json({ ...request, warnings }, 200)
    })
    .openapi(cancel, async (c) => {
      const request_id = c.req.valid('param').id
      const { reason = 'OTHER', message_to_operators = null } = c.req.valid('json')
      const approval = await decideNow(cancelRequest, { request_id, reason, message_to_operators }, c.var.context, deps)
      if (approval.status !== 'executed') return c.json(approval, 202)
      return c.json(await readRequest(request_id, c.var.context), 200)
    })
    .openapi(quotes, async (c) => {
      const request_id = c.req.valid('param').id
      await readRequest(request_id, c.var.context)
      const found = await runTool(listQuotes, { request_id }, c.var.context)
      return c.json({ data: found.quotes, next_cursor: null }, 200)
    })
    .openapi(timeline, async (c) => {
      return c.json({ data: await listStates(c.req.valid('param').id, c.var.context), next_cursor: null }, 200)
    })
    .openapi(executions, async (c) => {
      return c.json({ data: await listExecutions(c.req.valid('param').id, c.var.context), next_cursor: null }, 200)
    })
    .openapi(proposals, async (c) => {
      const request_id = c.req.valid('param').id
      await readRequest(request_id, c.var.context)
      const { cursor = null, limit } = c.req.valid('query')
      const found = await runTool(listProposals, { request_id, cursor, limit }, c.var.context)
      return c.json({ data: found.proposals, next_cursor: found.next_cursor }, 200)
    })
