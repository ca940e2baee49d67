import pino from 'pino'
import { createModels } from '../agents/models.ts'
import { createSupabase } from '../supabase/clients.ts'
import { createAvinodeClient } from '../tools/avinode/rest-client.ts'
import { signing } from '../tools/settings.ts'
import { startBus } from './bus.ts'
import { startAgentsWorker } from './compose-worker.ts'
import { mailOptions, parseConfig } from './config.ts'
import { createMail } from './mail/create-mail.ts'
import { createQueues } from './queues.ts'
import { registerWebhooks } from './webhook-registration.ts'

/** `npm run worker`: the worker of a production installation. Any number of them may run beside each other. */
const config = parseConfig(process.env)
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
const avinode = createAvinodeClient({
  baseUrl: config.AVINODE_BASE_URL,
  apiToken: config.AVINODE_API_TOKEN,
  authToken: config.AVINODE_AUTH_TOKEN,
  product: 'JetVision-v0.1.0',
  ...(config.AVINODE_ACT_AS_ACCOUNT && { actAsAccount: config.AVINODE_ACT_AS_ACCOUNT }),
  log,
})
const models = createModels(config)
if (models.offline) log.warn({}, 'no OPENAI_API_KEY: the assistant answers by rules, without a language model')
const queues = createQueues({ connection: config.REDIS_URL ? { redisUrl: config.REDIS_URL } : { databaseUrl }, log })
const bus = await startBus({ databaseUrl, log })
const mail = createMail(mailOptions(config))
const worker = await startAgentsWorker({ supabase, queues, bus, avinode, mail, models, publicUrl, log })
const webhooks = registerWebhooks((signal) => {
  const credentials = { username: config.AVINODE_WEBHOOK_USERNAME, password: config.AVINODE_WEBHOOK_PASSWORD }
  return avinode.ensureWebhooks(publicUrl, credentials, signal)
}, log)

const longestMs = 25_000
let ending = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, async () => {
    if (ending) return
    ending = true
    log.info({ signal }, 'closing')
    // What does not end in time is taken over by another worker when its lease has run out.
    setTimeout(() => process.exit(1), longestMs).unref()
    await webhooks.close()
    await worker.close()
    await Promise.allSettled([bus.close(), queues.close()])
    process.exit(0)
  })
}
