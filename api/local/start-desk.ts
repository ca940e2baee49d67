import { Registry } from 'prom-client'
import { createModels } from '../../agents/models.ts'
import { startTracing } from '../../agents/tracing.ts'
import { createJetVisionMcpHandler } from '../../mcp-servers/jetvision/http.ts'
import { startBus } from '../../queue/bus.ts'
import { startAgentsWorker } from '../../queue/compose-worker.ts'
import { createEnqueue } from '../../queue/enqueue.ts'
import { createSmtpMail } from '../../queue/mail/smtp-mail.ts'
import { createQueues } from '../../queue/queues.ts'
import { registerWebhooks } from '../../queue/webhook-registration.ts'
import { createSupabase } from '../../supabase/clients.ts'
import { createDirectFunctions, createDirectPool } from '../../supabase/direct-functions.ts'
import type { EmbeddedSupabase } from '../../supabase/embedded/stack.ts'
import { createAvinodeClient } from '../../tools/avinode/rest-client.ts'
import type { Log } from '../../tools/context.ts'
import { done } from '../../tools/database.ts'
import { createApi } from '../app.ts'
import { createReadiness } from '../readiness.ts'
import { serveApi } from '../serve.ts'
import type { Switches } from './config.ts'
import type { Issuer } from './issuer.ts'
import { localSignIn } from './local-sign-in.ts'
import type { Secrets } from './secrets.ts'

type Parts = {
  port: number
  /** Whether all has begun that a caller may count on: until then the desk answers, but is not ready. */
  isComplete(): boolean
  switches: Switches
  secrets: Secrets
  supabase: EmbeddedSupabase
  sandboxUrl: string
  smtpUrl: string
  mailboxUrl: string
  issuer: Issuer
  verifyToken(token: string): Promise<{ sub: string } | null>
  webDir: string
  log: Log
}

/** The sandbox is ours alone; Avinode's own limit of about one call a second would only make a local deal slow. */
const LOCAL_RATE = { per_second: 50, burst: 500 }

/** The service itself on top of the simulated world: API and worker in one process. */
export async function startDesk(parts: Parts) {
  const { port, switches, secrets, log, supabase: embedded } = parts
  const { url, publishableKey, secretKey, jwtSecret, databaseUrl } = embedded
  const supabase = createSupabase({ url, publishableKey, secretKey, jwtSecret, fetch: embedded.fetch })
  const closing = new AbortController()
  const opened: (() => Promise<unknown>)[] = []
  const close = async () => {
    closing.abort()
    for (const stop of opened.splice(0).reverse()) await stop()
  }
  try {
    const pool = createDirectPool({
      databaseUrl,
      max: 8,
      timeout_ms: 4_000,
      onError: (error) => log.warn({ err: error }, 'a connection to the database was lost'),
    })
    opened.push(() => pool.end())
    const systemFunctions = createDirectFunctions(pool)
    const queues = createQueues({
      connection: switches.REDIS_URL ? { redisUrl: switches.REDIS_URL } : { databaseUrl },
      log,
    })
    opened.push(queues.close)
    const bus = await startBus({ databaseUrl, log })
    opened.push(bus.close)
    const avinode = createAvinodeClient({
      baseUrl: `${parts.sandboxUrl}/api`,
      apiToken: secrets.AVINODE_API_TOKEN,
      authToken: secrets.AVINODE_AUTH_TOKEN,
      product: 'JetVision-v0.1.0',
      rateLimit: LOCAL_RATE,
      log,
    })
    const mail = createSmtpMail({ url: switches.SMTP_URL ?? parts.smtpUrl, from: switches.MAIL_FROM })
    const credentials = { username: secrets.AVINODE_WEBHOOK_USERNAME, password: secrets.AVINODE_WEBHOOK_PASSWORD }

    const models = createModels(switches)
    opened.push(startTracing(switches).close)
    const links = {
      marketplace_url: parts.sandboxUrl,
      mailbox_url: switches.SMTP_URL ? null : parts.mailboxUrl,
      simulated: ['Avinode', ...(models.offline ? ['model'] : []), ...(switches.SMTP_URL ? [] : ['mail']), 'sign-in'],
    }

    const dependencies = createReadiness({
      pool,
      queueReady: queues.ready,
      apiReady: () => done(supabase.service.from('iso_agents').select('id').limit(1)),
    })
    // The address is known only once the port is: routes read it when they are called.
    const address = { url: `http://127.0.0.1:${port}` }
    const app = createApi({
      supabase,
      systemFunctions,
      bus,
      enqueue: createEnqueue(queues, log),
      verifyToken: parts.verifyToken,
      avinode,
      mail,
      get publicUrl() {
        return address.url
      },
      webhook: { credentials: [credentials] },
      webDir: parts.webDir,
      local: localSignIn(supabase.service, parts.issuer, links),
      mcp: createJetVisionMcpHandler(),
      issuer: parts.issuer.issuer,
      ready: async () => ({
        ...(await dependencies()),
        start: parts.isComplete() ? { ok: true } : { ok: false, detail: 'not complete yet' },
      }),
      queueCounts: queues.counts,
      queueBoard: { queues: queues.all, secret: secretKey },
      log,
      metrics: new Registry(),
      closing: closing.signal,
    })
    const api = await serveApi({ app, port, host: '127.0.0.1', log, onClosing: () => closing.abort() })
    address.url = api.url
    opened.push(api.close)

    const worker = await startAgentsWorker({
      supabase,
      systemFunctions,
      queues,
      bus,
      avinode,
      mail,
      models,
      publicUrl: api.url,
      log,
    })
    opened.push(worker.close)
    const webhooks = registerWebhooks((signal) => avinode.ensureWebhooks(api.url, credentials, signal), log)
    opened.push(webhooks.close)
    return { url: api.url, close }
  } catch (error) {
    await close()
    throw error
  }
}
