import { existsSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import { collectDefaultMetrics, Registry } from 'prom-client'
import { createJetVisionMcpHandler } from '../mcp-servers/jetvision/http.ts'
import { startBus } from '../queue/bus.ts'
import { createEnqueue } from '../queue/enqueue.ts'
import { createQueues } from '../queue/queues.ts'
import { createSupabase } from '../supabase/clients.ts'
import { createDirectFunctions, createDirectPool } from '../supabase/direct-functions.ts'
import { createAvinodeClients } from '../tools/avinode/clients-from.ts'
import { done } from '../tools/database.ts'
import { signing, startOrExplain } from '../tools/settings.ts'
import { createApi } from './app.ts'
import { clerkFrontend } from './clerk-frontend.ts'
import { parseConfig, rateLimits, webhookCredentials } from './config.ts'
import { noMail } from './no-mail.ts'
import { createReadiness } from './readiness.ts'
import { serveApi } from './serve.ts'
import { createTokenVerifier } from './token-verifier.ts'

/** `npm run api`: the HTTP API of a production installation. The worker is a process of its own. */
const config = await startOrExplain(() => parseConfig(process.env))
const log = pino({ level: config.LOG_LEVEL, redact: ['*.token', '*.password', '*.authorization'] })
const closing = new AbortController()
const metrics = new Registry()
collectDefaultMetrics({ register: metrics })

const supabase = createSupabase({
  url: config.SUPABASE_URL,
  publishableKey: config.SUPABASE_PUBLISHABLE_KEY,
  secretKey: config.SUPABASE_SECRET_KEY,
  ...signing(config),
})
const pool = createDirectPool({
  databaseUrl: config.DATABASE_URL,
  max: 5,
  timeout_ms: 2_000,
  onError: (error) => log.warn({ err: error }, 'a connection to the database was lost'),
})
const queues = createQueues({
  connection: config.REDIS_URL ? { redisUrl: config.REDIS_URL } : { databaseUrl: config.DATABASE_URL },
  log,
})
const bus = await startBus({ databaseUrl: config.DATABASE_URL, log })
const page = config.WEB_DIR ?? join(import.meta.dirname, 'web/dist')

const app = createApi({
  supabase,
  systemFunctions: createDirectFunctions(pool),
  bus,
  enqueue: createEnqueue(queues, log),
  verifyToken: createTokenVerifier({
    issuer: config.CLERK_ISSUER,
    jwks: new URL(config.CLERK_JWKS_URL ?? `${config.CLERK_ISSUER.replace(/\/+$/, '')}/.well-known/jwks.json`),
    ...(config.CLERK_AUTHORIZED_PARTIES && { authorizedParties: config.CLERK_AUTHORIZED_PARTIES }),
  }),
  ...createAvinodeClients(config, log),
  mail: noMail,
  publicUrl: config.PUBLIC_URL,
  webhook: { credentials: webhookCredentials(config) },
  clerkWebhookSecret: config.CLERK_WEBHOOK_SECRET,
  webDir: existsSync(join(page, 'index.html')) ? page : null,
  clerk: config.CLERK_PUBLISHABLE_KEY ? clerkFrontend(config.CLERK_PUBLISHABLE_KEY) : null,
  local: null,
  mcp: createJetVisionMcpHandler(),
  issuer: config.CLERK_ISSUER,
  ready: createReadiness({
    pool,
    queueReady: queues.ready,
    apiReady: () => done(supabase.service.from('iso_agents').select('id').limit(1)),
  }),
  queueCounts: queues.counts,
  queueBoard: { queues: queues.all, secret: config.SUPABASE_SECRET_KEY },
  log,
  metrics,
  limits: rateLimits(config),
  trustProxy: config.TRUST_PROXY,
  closing: closing.signal,
})

const api = await serveApi({ app, port: config.PORT, host: config.HOST, log, onClosing: () => closing.abort() })
log.info({ port: api.port, public_url: config.PUBLIC_URL }, 'the API is ready')

let ended = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, async () => {
    if (ended) return
    ended = true
    log.info({ signal }, 'closing')
    await api.close()
    await Promise.allSettled([bus.close(), queues.close(), pool.end()])
    process.exit(0)
  })
}
