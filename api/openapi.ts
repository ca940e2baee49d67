import type { OpenAPIHono, RouteConfig } from '@hono/zod-openapi'
import { z } from 'zod'
import { cards } from '../tools/messages/rich-content/rich-content.ts'
import type { ApiEnv } from './api-env.ts'
import { failures, json } from './operation.ts'

const DESCRIPTION = `Sells private-jet charter: from a sentence in a chat to the proposal that a client accepts.

Everything needs a bearer token unless it says otherwise. Lists come in pages, \`{ data, next_cursor }\`, newest first unless they
say otherwise. Money is a decimal string. Every refusal is \`application/problem+json\` (RFC 9457) with \`code\` and \`requestId\`;
\`issues\` names the fields. An id of somebody else, an unknown id and what is no id at all are the same 404. With an
\`Idempotency-Key\` header (up to 255 characters) a repeated POST answers with what the first one made and creates nothing twice; the
same key with another call is 422 \`idempotency_key_reused\`. Above the limits calls are answered with 429 or 503 and \`Retry-After\`.`

const TAGS = [
  { name: 'Chat', description: 'Talking with the assistant; works with `useChat` of the AI SDK as it is' },
  {
    name: 'Conversations',
    description: 'Rooms: of a request, of a quote with its operator, or of nothing in particular',
  },
  { name: 'Messages', description: 'What is said in rooms, with threads, reactions, files and receipts' },
  { name: 'Events', description: 'What happens, as it happens' },
  { name: 'Requests', description: 'What a broker wants done for a client' },
  { name: 'Quotes', description: "Operators' priced answers" },
  { name: 'Proposals', description: 'Our offers to clients' },
  { name: 'Approvals', description: 'What leaves the house only after a person’s yes' },
  { name: 'Clients', description: 'Who flies and pays' },
  { name: 'Me', description: 'The signed-in broker' },
  { name: 'Administration', description: 'For those who keep the service running' },
  {
    name: 'Client page',
    description: 'What a client sees behind the link in the e-mail: no sign-in, the token is the key',
  },
  { name: 'Webhooks', description: 'What others tell us' },
  { name: 'Local mode', description: 'Only where the service runs on one’s own machine' },
  { name: 'MCP', description: 'Our tools for MCP clients' },
  { name: 'Service', description: 'For probes and monitoring' },
]

/** Adds to the document what its routes do not say by themselves, and serves it. */
export function describeApi(app: OpenAPIHono<ApiEnv>, publicUrl: () => string) {
  const registry = app.openAPIRegistry
  registry.registerComponent('securitySchemes', 'bearer', { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
  registry.registerComponent('securitySchemes', 'avinode', { type: 'http', scheme: 'basic' })
  for (const [name, card] of Object.entries(cards)) registry.register(name, card)
  for (const route of OPEN_ROUTES) registry.registerPath(route)
  app.get('/api/openapi.json', (c) =>
    c.json(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: { title: 'JetVision', version: '1', description: DESCRIPTION },
        servers: [{ url: publicUrl() }],
        tags: TAGS,
      }),
    ),
  )
}

const done = (description: string) => ({ description })
const page = (description: string) => ({ description, content: { 'text/html': { schema: z.string() } } })
const Decided = z.object({
  status: z.string(),
  proposal_number: z.string(),
  final_amount: z.string(),
  currency: z.string(),
  accepted_at: z.iso.datetime({ offset: true }).nullable(),
  rejected_at: z.iso.datetime({ offset: true }).nullable(),
})
const TokenParam = z.object({ token: z.string().describe('From the link') })
const Notification = z.looseObject({
  id: z.string(),
  type: z.string(),
  href: z.string(),
  tripId: z.string().optional(),
})
const NOTIFICATION = {
  id: 'arfq-12345678',
  type: 'rfqs',
  href: 'https://services.avinode.com/api/rfqs/arfq-12345678',
  tripId: 'atrip-12345678',
}
const SOURCES = ['', '/seller-response', '/seller-chat', '/trip-mine', '/chat-mine', '/empty-legs']

/** Routes that read their requests by themselves. */
const OPEN_ROUTES: RouteConfig[] = [
  {
    method: 'get',
    path: '/healthz',
    operationId: 'getHealthz',
    tags: ['Service'],
    security: [],
    summary: 'The process is alive',
    responses: { 200: json(z.object({ status: z.literal('ok') }), 'Alive') },
  },
  {
    method: 'get',
    path: '/readyz',
    operationId: 'getReadyz',
    tags: ['Service'],
    security: [],
    summary: 'Database and queue answer, and every migration is applied',
    responses: {
      200: json(z.looseObject({ status: z.string() }), 'Ready'),
      503: json(z.looseObject({ status: z.string() }), 'Not ready, or about to end'),
    },
  },
  {
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    tags: ['Service'],
    security: [],
    summary: 'Figures for Prometheus',
    responses: { 200: { description: 'Text exposition format', content: { 'text/plain': { schema: z.string() } } } },
  },
  {
    method: 'get',
    path: '/p/{token}',
    operationId: 'getClientPage',
    tags: ['Client page'],
    security: [],
    summary: 'The proposal as a page; counts the view',
    request: { params: TokenParam },
    responses: { 200: page('The page'), 404: page('No such link, or no longer'), 429: page('Too many guesses') },
  },
  {
    method: 'get',
    path: '/p/{token}/pdf',
    operationId: 'getClientPdf',
    tags: ['Client page'],
    security: [],
    summary: 'The proposal as PDF; counts the download',
    request: { params: TokenParam },
    responses: {
      200: {
        description: 'The file',
        content: { 'application/pdf': { schema: z.string().meta({ format: 'binary' }) } },
      },
      ...failures(404, 429),
    },
  },
  {
    method: 'post',
    path: '/p/{token}/accept',
    operationId: 'postClientAccept',
    tags: ['Client page'],
    security: [],
    summary: 'The client accepts',
    request: {
      params: TokenParam,
      body: {
        required: true,
        content: {
          'application/json': {
            schema: z.object({ name: z.string(), consent: z.literal(true) }),
            example: { name: 'Jordan Avery', consent: true },
          },
        },
      },
    },
    responses: { 200: json(Decided, 'Accepted'), ...failures(400, 404, 409, 413, 422, 429) },
  },
  {
    method: 'post',
    path: '/p/{token}/reject',
    operationId: 'postClientReject',
    tags: ['Client page'],
    security: [],
    summary: 'The client says no',
    request: {
      params: TokenParam,
      body: { content: { 'application/json': { schema: z.object({ reason: z.string().optional() }) } } },
    },
    responses: { 200: json(Decided, 'Rejected'), ...failures(400, 404, 409, 413, 422, 429) },
  },
  ...SOURCES.map(
    (source): RouteConfig => ({
      method: 'post',
      path: `/api/webhooks/avinode${source}`,
      operationId: `postWebhooksAvinode${source.replaceAll(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase())}`,
      tags: ['Webhooks'],
      security: [{ avinode: [] }],
      summary: 'A notification of Avinode’s: 200 as soon as it is stored',
      request: {
        body: { required: true, content: { 'application/json': { schema: Notification, example: NOTIFICATION } } },
      },
      responses: { 200: done('Stored'), ...failures(400, 401, 413, 415, 422, 503) },
    }),
  ),
  {
    method: 'post',
    path: '/api/webhooks/clerk',
    operationId: 'postWebhooksClerk',
    tags: ['Webhooks'],
    security: [],
    summary: 'user.created, user.updated, user.deleted, signed by Svix',
    request: { body: { required: true, content: { 'application/json': { schema: z.looseObject({}) } } } },
    responses: { 200: done('Taken over'), ...failures(400, 401, 413, 503) },
  },
  ...['', '/mcp'].map(
    (resource): RouteConfig => ({
      method: 'get',
      path: `/.well-known/oauth-protected-resource${resource}`,
      operationId: `getProtectedResource${resource ? 'Mcp' : ''}`,
      tags: ['MCP'],
      security: [],
      summary: 'Where MCP clients sign in (RFC 9728)',
      responses: { 200: json(z.looseObject({ resource: z.string() }), 'Metadata'), ...failures(404) },
    }),
  ),
  {
    method: 'post',
    path: '/mcp',
    operationId: 'postMcp',
    tags: ['MCP'],
    security: [{ bearer: [] }],
    summary: 'Model Context Protocol over Streamable HTTP, revisions 2025-11-25 and 2026-07-28',
    request: { body: { required: true, content: { 'application/json': { schema: z.looseObject({}) } } } },
    responses: { 200: done('The answer, or a stream of it'), ...failures(401, 403, 429) },
  },
]
