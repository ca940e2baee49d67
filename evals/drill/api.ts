import { createApi } from '../../api/app.ts'
import { noMail } from '../../api/no-mail.ts'
import { createReadiness } from '../../api/readiness.ts'
import { serveApi } from '../../api/serve.ts'
import { createTokenVerifier } from '../../api/token-verifier.ts'
import { startBus } from '../../queue/bus.ts'
import { createEnqueue } from '../../queue/enqueue.ts'
import { done } from '../../tools/database.ts'
import { createParts } from './parts.ts'
import { isReady, readSettings } from './settings.ts'

/** The HTTP API as a process of its own. */
const settings = readSettings(process.env)
const { log, pool, systemFunctions, supabase, queues, avinode } = createParts(settings, 8)
const closing = new AbortController()
const bus = await startBus({ databaseUrl: settings.databaseUrl, log })
const app = createApi({
  supabase,
  systemFunctions,
  bus,
  enqueue: createEnqueue(queues, log),
  verifyToken: createTokenVerifier({ issuer: settings.issuer, jwks: settings.jwks }),
  avinode,
  mail: noMail,
  publicUrl: 'https://drill.jetvision.example',
  webhook: { credentials: [settings.webhook] },
  webDir: null,
  local: null,
  mcp: null,
  ready: createReadiness({
    pool,
    queueReady: queues.ready,
    apiReady: () => done(supabase.service.from('iso_agents').select('id').limit(1)),
  }),
  log,
  closing: closing.signal,
})
const api = await serveApi({ app, port: settings.port, host: '127.0.0.1', log, onClosing: () => closing.abort() })
process.on('SIGTERM', async () => {
  await api.close()
  await Promise.allSettled([bus.close(), queues.close(), pool.end()])
  process.exit(0)
})
isReady()
