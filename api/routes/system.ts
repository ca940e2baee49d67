import { Hono } from 'hono'
import type { Registry } from 'prom-client'
import { scopes } from '../../tools/scopes.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ApiDeps } from '../deps.ts'

/** For those who run the service: is it alive, can it work, what does it do. */
export const systemRoutes = (deps: ApiDeps, registry: Registry) =>
  new Hono<ApiEnv>()
    .get('/healthz', (c) => c.json({ status: 'ok' }))
    .get('/readyz', async (c) => {
      const checks = await deps.ready()
      const closingNow = deps.closing?.aborted ?? false
      const isReady = !closingNow && Object.values(checks).every(({ ok }) => ok)
      const status = closingNow ? 'closing' : isReady ? 'ready' : 'not_ready'
      return c.json({ status, checks }, isReady ? 200 : 503)
    })
    .get('/metrics', async (c) => c.body(await registry.metrics(), 200, { 'Content-Type': registry.contentType }))
    .on('GET', ['/.well-known/oauth-protected-resource', '/.well-known/oauth-protected-resource/mcp'], (c) =>
      c.json({
        resource: `${deps.publicUrl}/mcp`,
        ...(deps.issuer && { authorization_servers: [deps.issuer] }),
        bearer_methods_supported: ['header'],
        scopes_supported: Object.keys(scopes),
      }),
    )
