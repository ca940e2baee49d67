import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { Json } from '../../supabase/database.types.ts'
import { InvalidInputError, ServiceError, UpstreamError } from '../../tools/errors.ts'
import type { ApiEnv } from '../api-env.ts'
import { clientAddress } from '../client-address.ts'
import type { ApiDeps } from '../deps.ts'
import { checkStorable } from '../limits.ts'
import { createNotificationIntake, type NotificationRow, type StoreNotification } from '../notification-intake.ts'
import { HttpProblem, issuesOf, sentence } from '../problem.ts'
import { createIdentification } from '../webhook-credentials.ts'

const SOURCES = ['seller-response', 'seller-chat', 'trip-mine', 'chat-mine', 'empty-legs'] as const

/** A notification names what changed, not how. Fields that Avinode adds one day are kept. */
const Notification = z.looseObject({
  id: z.string().min(1).max(200),
  href: z.string().min(1).max(2_000),
  type: z.string().min(1).max(100),
})

/** Takes Avinode's notifications in: once the row is committed the answer is 200, and everything else happens later. */
export function avinodeWebhookRoutes(deps: ApiDeps) {
  const identify = createIdentification(deps.webhook.credentials)
  const store = createNotificationIntake(deps.systemFunctions ?? deps.supabase.service)
  const takeIn = (source: string) => async (c: Context<ApiEnv>) => {
    const connection = identify(c.req.header('Authorization'))
    if (connection === undefined) {
      // A sender that shows its credentials only when asked is asked.
      const challenge = { 'WWW-Authenticate': 'Basic realm="avinode-webhooks", charset="UTF-8"' }
      throw new HttpProblem(401, 'unauthorized', 'Sign in first', challenge)
    }
    await take(deps, store, {
      p_source: source,
      p_payload: parse(await c.req.arrayBuffer()),
      p_headers: keptHeaders(c.req.raw.headers),
      p_source_ip: clientAddress(c, deps.trustProxy ?? false),
      p_user_agent: c.req.header('User-Agent')?.slice(0, 500) ?? null,
      p_connection: connection,
    })
    return c.body(null, 200) // Avinode takes exactly 200 as received.
  }
  const app = new Hono<ApiEnv>().post('/api/webhooks/avinode', takeIn('unknown'))
  for (const source of SOURCES) app.post(`/api/webhooks/avinode/${source}`, takeIn(source))
  return app
}

async function take({ enqueue, log }: ApiDeps, store: StoreNotification, row: NotificationRow) {
  const stored = await store(row).catch((error: unknown) => {
    if (error instanceof InvalidInputError) throw error
    if (!(error instanceof ServiceError)) log.error({ err: error }, 'a notification could not be stored')
    throw new UpstreamError('database', 'The notification could not be stored; send it again', { cause: error })
  })
  // Answering must not wait for the queue: what is not enqueued is found by the sweeper.
  void enqueue
    .webhook(stored.event_id, 0)
    .catch((error: unknown) => log.warn({ err: error }, 'a notification was not enqueued'))
}

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

const keptHeaders = (headers: Headers) =>
  Object.fromEntries(
    [...headers].filter(([name]) => !SECRET.test(name)).map(([name, value]) => [name, value.slice(0, 500)] as const),
  )
