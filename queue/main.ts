import pino from 'pino'
import { createModels } from '../agents/models.ts'
import { startTracing } from '../agents/tracing.ts'
import { createSupabase } from '../supabase/clients.ts'
import { createDirectFunctions, createDirectPool } from '../supabase/direct-functions.ts'
import { createAvinodeClients } from '../tools/avinode/clients-from.ts'
import { signing, startOrExplain } from '../tools/settings.ts'
import { startBus } from './bus.ts'
import { startAgentsWorker } from './compose-worker.ts'
import { mailOptions, parseConfig } from './config.ts'
import { createMail } from './mail/create-mail.ts'
import { createQueues } from './queues.ts'
import { registerWebhooks } from './webhook-registration.ts'

/** `npm run worker`: the worker of a production installation. Any number of them may run beside each other. */
const config = await startOrExplain(() => parseConfig(process.env))
const secrets = ['token', 'password', 'authorization', 'apiKey', 'claim_token', 'client_link']
const log = pino({
  level: config.LOG_LEVEL,
  redact: [...secrets, ...secrets.map((name) => `*.${name}`), ...secrets.map((name) => `*.*.${name}`)],
})
const { DATABASE_URL: databaseUrl, PUBLIC_URL: publicUrl } = config

const supabase = createSupabase({
  url: config.SUPABASE_URL,
  publishableKey: config.SUPABASE_PUBLISHABLE_KEY,
  secretKey: config.SUPABASE_SECRET_KEY,
  ...signing(config),
})
const pool = createDirectPool({
  databaseUrl,
  max: 8,
  timeout_ms: 10_000,
  onError: (error) => log.warn({ err: error }, 'a connection to the database was lost'),
})
const { avinode, connections } = createAvinodeClients(config, log)
const models = createModels(config)
const tracing = startTracing(config)
if (models.offline) log.warn({}, 'no OPENAI_API_KEY: the assistant answers by rules, without a language model')
const queues = createQueues({ connection: config.REDIS_URL ? { redisUrl: config.REDIS_URL } : { databaseUrl }, log })
const bus = await startBus({ databaseUrl, log })
const mail = createMail(mailOptions(config))
const systemFunctions = createDirectFunctions(pool)
const worker = await startAgentsWorker({
  supabase,
  systemFunctions,
  queues,
  bus,
  avinode,
  connections,
  mail,
  models,
  publicUrl,
  log,
})
const current = { username: config.AVINODE_WEBHOOK_USERNAME, password: config.AVINODE_WEBHOOK_PASSWORD }
const registrations = [
  { client: avinode, credentials: current },
  ...(config.AVINODE_CONNECTIONS ?? []).map(({ name, webhook: [credentials] }) => ({
    client: connections.get(name),
    credentials,
  })),
].map(({ client, credentials }) =>
  registerWebhooks(async (signal) => credentials && client?.ensureWebhooks(publicUrl, credentials, signal), log),
)

const longestMs = 25_000
let ending = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, async () => {
    if (ending) return
    ending = true
    log.info({ signal }, 'closing')
    // What does not end in time is taken over by another worker when its lease has run out.
    setTimeout(() => process.exit(1), longestMs).unref()
    await Promise.all(registrations.map((registration) => registration.close()))
    await worker.close()
    await Promise.allSettled([bus.close(), queues.close(), pool.end(), tracing.close()])
    process.exit(0)
  })
}
