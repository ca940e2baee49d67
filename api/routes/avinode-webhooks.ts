import { randomUUID } from 'node:crypto'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { z } from 'zod'
import type { Json } from '../../supabase/database.types.ts'
import { InvalidInputError, ServiceError, UpstreamError } from '../../tools/errors.ts'
import { issuesOf, sentence } from '../../tools/issues.ts'
import type { ApiEnv } from '../api-env.ts'
import { clientAddress } from '../client-address.ts'
import type { ApiDeps } from '../deps.ts'
import { SECURITY_HEADERS, secure } from '../headers.ts'
import { bodyLimits, checkStorable } from '../limits.ts'
import { createNotificationIntake } from '../notification-intake.ts'
import { HttpProblem } from '../problem.ts'
import { createIdentification } from '../webhook-credentials.ts'

const PATH = '/api/webhooks/avinode'
const SOURCES = ['seller-response', 'seller-chat', 'trip-mine', 'chat-mine', 'empty-legs'] as const

/** A notification names what changed, not how. Fields that Avinode adds one day are kept. */
const Notification = z.looseObject({
  id: z.string().min(1).max(200),
  href: z.string().min(1).max(2_000),
  type: z.string().min(1).max(100),
})

/** Avinode takes exactly 200 as received. */
const ACCEPTED = { status: 200, headers: { ...SECURITY_HEADERS, 'Cache-Control': 'no-store' } }

/**
 * Takes Avinode's notifications in: once the row is committed the answer is 200, and everything else happens later. It stands in
 * front of what other routes share, and does only what a notification needs: they come thousands at once.
 */
export function avinodeWebhookRoutes(deps: ApiDeps, measure: MiddlewareHandler<ApiEnv>) {
  const identify = createIdentification(deps.webhook.credentials)
  const { enqueue, log } = deps
  const store = createNotificationIntake(deps.systemFunctions ?? deps.supabase.service, (event_ids) => {
    // What is not enqueued is found by the sweeper.
    enqueue.webhooks(event_ids).catch((error: unknown) => log.warn({ err: error }, 'notifications were not enqueued'))
  })
  const takeIn = (source: string) => async (c: Context<ApiEnv>) => {
    const connection = identify(c.req.header('Authorization'))
    if (connection === undefined) {
      // A sender that shows its credentials only when asked is asked.
      const challenge = { 'WWW-Authenticate': 'Basic realm="avinode-webhooks", charset="UTF-8"' }
      throw new HttpProblem(401, 'unauthorized', 'Sign in first', challenge)
    }
    const row = {
      p_source: source,
      p_payload: parse(await c.req.arrayBuffer()),
      p_headers: keptHeaders(c),
      p_source_ip: clientAddress(c, deps.trustProxy ?? false),
      p_user_agent: c.req.header('User-Agent')?.slice(0, 500) ?? null,
      p_connection: connection,
    }
    await store(row).catch((error: unknown) => {
      if (error instanceof InvalidInputError) throw error
      if (!(error instanceof ServiceError)) log.error({ err: error }, 'a notification could not be stored')
      throw new UpstreamError('database', 'The notification could not be stored; send it again', { cause: error })
    })
    return new Response(null, ACCEPTED)
  }
  const app = new Hono<ApiEnv>()
  for (const [path, source] of [['', 'unknown'], ...SOURCES.map((name) => [`/${name}`, name])] as const) {
    app.post(PATH + path, measure, asEveryRefusal, bodyLimits, takeIn(source))
  }
  return app
}

/** What is refused is answered like everything that is refused here. */
const asEveryRefusal = createMiddleware<ApiEnv>(async (c, next) => {
  c.set('requestId', randomUUID())
  await next()
  if (c.res.status === 200) return
  c.header('X-Request-Id', c.get('requestId'))
  secure(c)
})

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The notification as it came, with every field. */
function parse(body: ArrayBuffer): Json {
  let payload: Json
  try {
    const text = utf8.decode(body)
    checkStorable(text)
    payload = JSON.parse(text) as Json // which is what parsed text is
  } catch (error) {
    if (error instanceof ServiceError) throw error
    throw new HttpProblem(400, 'malformed_json', 'The body is not valid JSON')
  }
  const parsed = Notification.safeParse(payload)
  if (parsed.success) return payload
  const issues = issuesOf(parsed.error)
  throw new InvalidInputError(issues, sentence(issues))
}

const SECRET = /authorization|cookie|token|secret|key|password/i

/** What is worth keeping of the headers. Node has them as an object already; elsewhere they are made into one. */
function keptHeaders(c: Context<ApiEnv>): Record<string, string> {
  const kept: Record<string, string> = {}
  const headers = c.env?.incoming?.headers ?? Object.fromEntries(c.req.raw.headers)
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !SECRET.test(name)) kept[name] = String(value).slice(0, 500)
  }
  return kept
}
