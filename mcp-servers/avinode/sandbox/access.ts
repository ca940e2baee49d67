import { randomUUID, timingSafeEqual } from 'node:crypto'
import type { Context, MiddlewareHandler } from 'hono'
import { type ApiEnv, type Connection, failure } from './envelope.ts'

export type AccessOptions = {
  apiToken: string
  connections: Connection[]
  oauth: { client_id: string; client_secret: string }
  rateLimit: { calls: number; window_seconds: number }
}

export type Access = ReturnType<typeof createAccess>

const CLOCK_WINDOW_MS = 5 * 60_000

/** Who may call the API, and how often. */
export function createAccess({ apiToken, connections, oauth, rateLimit }: AccessOptions) {
  const issued = new Map<string, Connection & { expires_ms: number }>()
  let calls: number[] = []

  function connectionOf(authorization: string | undefined): Connection | undefined {
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1]
    if (token === undefined) return undefined
    const fixed = connections.find((connection) => isSame(connection.token, token))
    if (fixed) return fixed
    const granted = issued.get(token)
    return granted && granted.expires_ms > Date.now() ? granted : undefined
  }

  const limit: MiddlewareHandler<ApiEnv> = async (c, next) => {
    const now = Date.now()
    calls = calls.filter((time) => time > now - rateLimit.window_seconds * 1_000)
    const oldest = calls[0]
    const reset = Math.max(1, Math.ceil(((oldest ?? now) + rateLimit.window_seconds * 1_000 - now) / 1_000))
    const is_over = calls.length >= rateLimit.calls
    if (!is_over) calls.push(now)
    c.header('X-Rate-Limit-Limit', String(rateLimit.calls))
    c.header('X-Rate-Limit-Remaining', String(rateLimit.calls - calls.length))
    c.header('X-Rate-Limit-Reset', String(reset))
    return is_over ? failure(c, 429, 'ERR_RATE_LIMIT', 'Too many calls') : next()
  }

  const headers: MiddlewareHandler<ApiEnv> = async (c, next) => {
    const connection = connectionOf(c.req.header('Authorization'))
    if (!connection) return failure(c, 401, 'ERR_INPUT_GENERIC_INVALID', 'The Authorization header is not valid')
    const sent = c.req.header('X-Avinode-SentTimestamp')
    if (!sent) return missing(c, 'X-Avinode-SentTimestamp')
    if (!(Math.abs(Date.parse(sent) - Date.now()) <= CLOCK_WINDOW_MS)) {
      return failure(
        c,
        400,
        'ERR_INPUT_GENERIC_INVALID',
        "The header 'X-Avinode-SentTimestamp' is too far from the server's time",
      )
    }
    if (!isSame(c.req.header('X-Avinode-ApiToken') ?? '', apiToken)) return missing(c, 'X-Avinode-ApiToken')
    if (!c.req.header('X-Avinode-Product')) return missing(c, 'X-Avinode-Product')
    if (connection.kind === 'interactive' && !c.req.header('X-Avinode-ActAsAccount')) {
      return missing(c, 'X-Avinode-ActAsAccount')
    }
    c.set('connection', connection)
    return next()
  }

  return {
    limit,
    headers,
    forgetTokens: () => issued.clear(),

    /** `POST /oauth/token`: client credentials, by HTTP Basic or in the form. */
    async token(c: Context<ApiEnv>) {
      const form = await c.req.parseBody()
      const basic = /^Basic (.+)$/.exec(c.req.header('Authorization') ?? '')?.[1]
      const [id, secret] = basic
        ? Buffer.from(basic, 'base64').toString('utf8').split(':')
        : [String(form.client_id ?? ''), String(form.client_secret ?? '')]
      if (form.grant_type !== 'client_credentials') return c.json({ error: 'unsupported_grant_type' }, 400)
      const [connection] = connections
      if (!connection || id !== oauth.client_id || !isSame(secret ?? '', oauth.client_secret)) {
        return c.json({ error: basic ? 'invalid_client_secret_basic' : 'invalid_client_secret_post' }, 401)
      }
      const minutes = Math.min(120, Math.max(1, Number(form.expiresInMinutes ?? 30) || 30))
      const access_token = randomUUID()
      issued.set(access_token, { ...connection, token: access_token, expires_ms: Date.now() + minutes * 60_000 })
      return c.json({ access_token, expires_in: minutes * 60 - 1, token_type: 'Bearer' })
    },
  }
}

const missing = (c: Context, header: string) =>
  failure(c, 400, 'ERR_INPUT_MISSING', `The header '${header}' is required`)

function isSame(expected: string, given: string): boolean {
  const [a, b] = [Buffer.from(expected), Buffer.from(given)]
  return a.length === b.length && timingSafeEqual(a, b)
}
