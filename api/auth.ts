import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { avinodeFor } from '../tools/avinode/connections.ts'
import type { ToolContext } from '../tools/context.ts'
import { ForbiddenError } from '../tools/errors.ts'
import { effectsOf } from '../tools/scopes.ts'
import type { ApiEnv } from './api-env.ts'
import { findBroker } from './broker.ts'
import type { ApiDeps } from './deps.ts'
import { newIds } from './idempotency-key.ts'
import type { Presence } from './presence.ts'
import { HttpProblem } from './problem.ts'

const TOKEN_LIMIT = 8_192
const CALL_TIMEOUT_MS = 30_000

/** Lets the bearer of a good token in, as the broker whom it names: everything behind it happens with that broker's rights. */
export function signIn(deps: ApiDeps, presence: Pick<Presence, 'act'>): MiddlewareHandler<ApiEnv> {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const token = bearer(c.req.header('Authorization'))
    const identity = token ? await deps.verifyToken(token) : null
    if (!identity) throw unauthorized(deps, c, token === undefined)
    const allow = effectsOf(identity.scopes ?? [])
    if (allow && c.req.path !== '/mcp') throw onlyForMcp()
    const db = deps.supabase.forBroker(identity.sub)
    const broker = await findBroker(db, identity.sub)
    if (!broker) throw new ForbiddenError('This account has no access to JetVision')
    c.set('context', toolContext(deps, c, { broker, db }))
    c.set('expires_at', identity.expires_at ?? null)
    c.set('allow', allow)
    if (c.req.method !== 'GET') presence.act(broker.iso_agent_id)
    await next()
  })
}

function bearer(header: string | undefined) {
  const [, token] = /^Bearer +([\w~+/.=-]+) *$/i.exec(header ?? '') ?? []
  return token && token.length <= TOKEN_LIMIT ? token : undefined
}

function unauthorized({ publicUrl }: ApiDeps, c: Context<ApiEnv>, missing: boolean) {
  const metadata = `resource_metadata="${publicUrl}/.well-known/oauth-protected-resource"`
  const parts = [
    'realm="jetvision"',
    ...(missing ? [] : ['error="invalid_token"']),
    ...(c.req.path === '/mcp' ? [metadata] : []),
  ]
  const detail = missing ? 'Sign in first: no bearer token was sent' : 'The token is not valid, or no longer'
  return new HttpProblem(401, 'unauthorized', detail, { 'WWW-Authenticate': `Bearer ${parts.join(', ')}` })
}

/** A token that a person gave to a program decides nothing in that person's place: not about approvals, and not with more rights. */
const onlyForMcp = () =>
  new HttpProblem(403, 'insufficient_scope', 'This token is restricted to MCP', {
    'WWW-Authenticate': 'Bearer error="insufficient_scope"',
  })

function toolContext(
  deps: ApiDeps,
  c: Context<ApiEnv>,
  { broker, db }: Pick<ToolContext, 'broker' | 'db'>,
): ToolContext {
  const { mail, publicUrl, log, now = () => new Date() } = deps
  let signal: AbortSignal | undefined
  return {
    broker,
    db,
    avinode: avinodeFor(broker.iso_agent_id, deps.supabase.service, deps),
    mail,
    publicUrl,
    log,
    now,
    origin: { kind: c.req.path === '/mcp' ? 'mcp' : 'api', turn_id: null, conversation_id: null },
    newId: newIds(c, broker),
    // Made when it is first asked for: a stream that lives for an hour asks for none.
    get signal() {
      signal ??= callSignal(c)
      return signal
    },
  }
}

/** A caller who leaves stops what only reads; what changes something is carried through. */
function callSignal(c: Context<ApiEnv>): AbortSignal {
  const timeout = AbortSignal.timeout(CALL_TIMEOUT_MS)
  return c.req.method === 'GET' ? AbortSignal.any([c.req.raw.signal, timeout]) : timeout
}
