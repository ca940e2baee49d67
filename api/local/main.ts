import { startOrExplain } from '../../tools/settings.ts'
import { parseLocalEnvironment } from './config.ts'
import { startLocalService } from './start-local.ts'

/** Under npm: who started us. Nobody else would end us when npm itself is killed, and the next start would find the folder in use. */
const npm = process.env.npm_lifecycle_event === undefined ? undefined : process.ppid

const service = await startOrExplain(() => {
  const config = parseLocalEnvironment(process.env)
  return startLocalService({
    dataDir: config.JETVISION_DATA_DIR,
    ports: {
      api: config.PORT,
      sandbox: config.SANDBOX_PORT,
      supabase: config.SUPABASE_PORT,
      postgres: config.POSTGRES_PORT,
      mail: config.MAIL_PORT,
    },
    logLevel: config.LOG_LEVEL,
    environment: process.env,
  })
})

console.log(`
JetVision is ready

  the desk     ${service.url}
  marketplace  ${service.sandboxUrl}  (simulated Avinode)
  mailbox      ${service.mailboxUrl}
  API docs     ${service.url}/api/docs
  settings     ${service.envFile}
`)

let closing = false
async function close() {
  if (closing) return
  closing = true
  await service.close()
  process.exit(0)
}
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, close)
if (npm !== undefined) {
  setInterval(() => {
    if (process.ppid !== npm) void close()
  }, 500).unref()
}
