import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context, Hono, MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { createMiddleware } from 'hono/factory'
import { requestId } from 'hono/request-id'
import { NotFoundError } from '../tools/errors.ts'
import type { ApiEnv } from './api-env.ts'
import { signIn } from './auth.ts'
import type { ApiDeps } from './deps.ts'
import { securityHeaders } from './headers.ts'
import { limitInFlight } from './in-flight.ts'
import { bodyLimits, readableMcp, storableAddress, storableJson } from './limits.ts'
import { createMetrics } from './metrics.ts'
import { describeApi } from './openapi.ts'
import { refuseInvalid } from './operation.ts'
import { createPresence } from './presence.ts'
import { HttpProblem, problemHandler } from './problem.ts'
import { createRateLimits } from './rate-limit.ts'
import { adminRoutes } from './routes/admin.ts'
import { approvalRoutes } from './routes/approvals.ts'
import { attachmentRoutes } from './routes/attachments.ts'
import { avinodeWebhookRoutes } from './routes/avinode-webhooks.ts'
import { chatRoutes } from './routes/chat.ts'
import { clerkWebhookRoutes } from './routes/clerk-webhook.ts'
import { clientPageRoutes, refusalPage } from './routes/client-page.ts'
import { clientRoutes } from './routes/clients.ts'
import { conversationRoutes } from './routes/conversations.ts'
import { docsRoutes } from './routes/docs.ts'
import { eventRoutes } from './routes/events.ts'
import { localSignInRoutes } from './routes/local-sign-in.ts'
import { meRoutes } from './routes/me.ts'
import { messageRoutes } from './routes/messages.ts'
import { participantRoutes } from './routes/participants.ts'
import { proposalRoutes } from './routes/proposals.ts'
import { queueBoardRoutes } from './routes/queue-board.ts'
import { quoteRoutes } from './routes/quotes.ts'
import { requestRoutes } from './routes/requests.ts'
import { systemRoutes } from './routes/system.ts'
import { webPageRoutes } from './routes/web-page.ts'

const OPEN = ['/api/docs/', '/api/webhooks/', '/api/dev/']
/** What a phone waits for. Short answers are not worth the packing. */
const LONG = [
  '/api/openapi.json',
  '/api/requests',
  '/api/clients',
  '/api/conversations',
  '/api/conversations/:id/messages',
]
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** The whole HTTP surface. It holds no state beyond open streams: everything else is in the database. */
export function createApi(deps: ApiDeps): Hono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid })
  const metrics = createMetrics(deps.metrics)
  const presence = createPresence({ service: deps.supabase.service, log: deps.log, closing: deps.closing })
  const limits = createRateLimits({ limits: deps.limits, trustProxy: deps.trustProxy })
  const authenticate = signIn(deps, presence)

  app.route('/', avinodeWebhookRoutes(deps, metrics.measure)) // it shares nothing with the rest, to be fast
  app.use(requestId(), metrics.measure, securityHeaders, limitInFlight(deps.inFlight))
  app.use(limits.byAddress, storableAddress, bodyLimits, headAlone)
  app.route('/', queueBoardRoutes(deps)) // it opens to a pass as well
  app.on('GET', LONG, compress())
  app.use('/api/*', unlessOpen(authenticate), unlessOpen(limits.byBroker), forJsonRoutes)
  app.use('/mcp', authenticate, limits.byBroker, readableMcp)
  app.onError(async (error, c) => {
    const page = error instanceof HttpProblem && c.req.path.startsWith('/p/') ? refusalPage(c, error.status) : undefined
    return page ? c.html(page, 429) : problemHandler(deps.log)(error, c)
  })
  app.notFound((c) => {
    throw refusalOf(app, c)
  })

  app.route('/', systemRoutes(deps, metrics.registry))
  app.route('/', docsRoutes())
  app.route('/', clerkWebhookRoutes(deps))
  app.route('/', clientPageRoutes(deps))
  if (deps.local) app.route('/', localSignInRoutes(deps.local))
  app.route('/', meRoutes())
  app.route('/', clientRoutes())
  app.route('/', requestRoutes(deps))
  app.route('/', quoteRoutes(deps))
  app.route('/', proposalRoutes())
  app.route('/', approvalRoutes(deps))
  app.route('/', chatRoutes(deps, metrics.streams))
  app.route('/', conversationRoutes(deps))
  app.route('/', participantRoutes())
  app.route('/', messageRoutes(deps))
  app.route('/', attachmentRoutes())
  app.route('/', eventRoutes(deps, { gauge: metrics.streams, presence }))
  app.route('/', adminRoutes(deps))
  describeApi(app, () => deps.publicUrl)
  const { mcp } = deps
  if (mcp) app.all('/mcp', (c) => mcp(c.req.raw, c.var.context, c.var.allow))
  if (deps.webDir !== null) app.route('/', webPageRoutes(deps.webDir, deps.clerk))
  return app
}

/** Everything under `/api` needs a signed-in broker, except what is named here. Routes of local mode exist only there. */
function unlessOpen(step: MiddlewareHandler<ApiEnv>): MiddlewareHandler<ApiEnv> {
  const isOpen = (path: string) =>
    path === '/api/openapi.json' || path === '/api/docs' || OPEN.some((start) => path.startsWith(start))
  return (c, next) => (isOpen(c.req.path) ? next() : step(c, next))
}

/** Nobody reads the body of a HEAD: a stream would be written for ever. */
const headAlone = createMiddleware<ApiEnv>(async (c, next) => {
  await next()
  if (c.req.method === 'HEAD') await c.res.body?.cancel()
})

/** Webhooks read their own bytes. */
const forJsonRoutes = createMiddleware<ApiEnv>((c, next) =>
  c.req.path.startsWith('/api/webhooks/') ? next() : storableJson(c, next),
)

/** 405 where the path exists with another method, 404 where it does not. */
function refusalOf(app: OpenAPIHono<ApiEnv>, c: Context<ApiEnv>): Error {
  const allowed = METHODS.filter((method) =>
    app.router.match(method, c.req.path)[0].some(([[, { method: own }]]) => own === method),
  )
  if (allowed.length === 0 || allowed.some((method) => method === c.req.method))
    return new NotFoundError('What you asked for')
  return new HttpProblem(405, 'method_not_allowed', `${c.req.method} is not possible here`, {
    Allow: allowed.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method)).join(', '),
  })
}
