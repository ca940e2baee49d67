import type { MiddlewareHandler } from 'hono'
import { Hono } from 'hono'
import { basicAuth } from 'hono/basic-auth'
import { z } from 'zod'
import type { Json } from '../../supabase/database.types.ts'
import { call } from '../../tools/database.ts'
import { InvalidInputError, ServiceError, UpstreamError } from '../../tools/errors.ts'
import type { ApiEnv } from '../api-env.ts'
import { clientAddress } from '../client-address.ts'
import type { ApiDeps } from '../deps.ts'
import { checkStorable } from '../limits.ts'
import { HttpProblem, issuesOf, sentence } from '../problem.ts'

const SOURCES = ['seller-response', 'seller-chat', 'trip-mine', 'chat-mine', 'empty-legs'] as const
/** Avinode tries again for two days, so a slow database is better answered than waited for. */
const STORE_TIMEOUT_MS = 4_500

/** A notification names what changed, not how. Fields that Avinode adds one day are kept. */
const Notification = z.looseObject({
  id: z.string().min(1).max(200),
  href: z.string().min(1).max(2_000),
  type: z.string().min(1).max(100),
})

const Stored = z.object({ event_id: z.uuid(), is_new: z.boolean() })

/** Takes Avinode's notifications in: once the row is committed the answer is 200, and everything else happens later. */
export function avinodeWebhookRoutes(deps: ApiDeps) {
  const [first, ...others] = deps.webhook.credentials
  const app = new Hono<ApiEnv>()
  const authenticate: MiddlewareHandler<ApiEnv> = first
    ? basicAuth({ ...first, realm: 'avinode-webhooks' }, ...others)
    : async () => {
        throw new HttpProblem(401, 'unauthorized', 'No credentials are set up for this webhook')
      }
  app.use('/api/webhooks/avinode', authenticate)
  app.use('/api/webhooks/avinode/*', authenticate)
  app.post('/api/webhooks/avinode', async (c) => {
    await store(deps, 'unknown', await c.req.text(), c.req.raw.headers, clientAddress(c, deps.trustProxy ?? false))
    return c.body(null, 200)
  })
  for (const source of SOURCES) {
    app.post(`/api/webhooks/avinode/${source}`, async (c) => {
      await store(deps, source, await c.req.text(), c.req.raw.headers, clientAddress(c, deps.trustProxy ?? false))
      return c.body(null, 200) // Avinode takes exactly 200 as received.
    })
  }
  return app
}

async function store(
  { supabase, enqueue, log }: ApiDeps,
  source: string,
  text: string,
  headers: Headers,
  address: string | null,
) {
  const payload = parse(text)
  const stored = await call(
    Stored,
    supabase.service
      .rpc('store_webhook_event', {
        p_source: source,
        p_payload: payload,
        p_headers: keptHeaders(headers),
        p_source_ip: address,
        p_user_agent: headers.get('User-Agent')?.slice(0, 500) ?? null,
      })
      .abortSignal(AbortSignal.timeout(STORE_TIMEOUT_MS)),
  ).catch((error: unknown) => {
    if (error instanceof InvalidInputError) throw error
    if (!(error instanceof ServiceError)) log.error({ err: error, source }, 'a notification could not be stored')
    throw new UpstreamError('database', 'The notification could not be stored; send it again', { cause: error })
  })
  // Answering must not wait for the queue: what is not enqueued is found by the sweeper.
  void enqueue
    .webhook(stored.event_id, 0)
    .catch((error: unknown) => log.warn({ err: error }, 'a notification was not enqueued'))
}

/** The notification as it came, with every field. */
function parse(text: string): Json {
  checkStorable(text)
  let payload: Json
  try {
    payload = JSON.parse(text) as Json // which is what parsed text is
  } catch {
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
