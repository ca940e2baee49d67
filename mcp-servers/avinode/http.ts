import { createHash, timingSafeEqual } from 'node:crypto'
import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/hono'
import { createMcpHandler } from '@modelcontextprotocol/server'
import { Hono } from 'hono'
import { type AvinodeServerOptions, createAvinodeServer } from './server.ts'

export type AvinodeMcpHttpOptions = AvinodeServerOptions & {
  /** Host names under which it is reached; loopback unless given. */
  allowedHosts?: string[]
  /** Host names of pages that may call it; loopback unless given. */
  allowedOrigins?: string[]
  /** A bearer token that callers must show. Needed wherever others than this machine can connect. */
  secret?: string
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]']
const MAX_BODY_BYTES = 1024 * 1024

/** The Avinode MCP server over Streamable HTTP at `/`, both protocol revisions, one server per request. Mount it with `app.route(path, …)`. */
export function createAvinodeMcpHttp({
  allowedHosts = LOOPBACK,
  allowedOrigins = LOOPBACK,
  secret,
  ...options
}: AvinodeMcpHttpOptions): Hono {
  const handler = createMcpHandler(() => createAvinodeServer(options), {
    onerror: (error) => options.log.warn({ error: error.message }, 'a call to the Avinode MCP server was refused'),
    maxRequestBodySize: MAX_BODY_BYTES,
  })
  const app = new Hono()
  app.use(hostHeaderValidation(allowedHosts), originValidation(allowedOrigins))
  app.use(async (c, next) => {
    if (secret === undefined || isSame(c.req.header('Authorization') ?? '', `Bearer ${secret}`)) return next()
    return c.json({ error: 'unauthorized' }, 401, { 'WWW-Authenticate': 'Bearer' })
  })
  app.all('/', (c) => handler.fetch(c.req.raw))
  return app
}

/** Digests have one length, so the comparison tells nothing by its time. */
function isSame(given: string, expected: string): boolean {
  const digest = (value: string) => createHash('sha256').update(value).digest()
  return timingSafeEqual(digest(given), digest(expected))
}
