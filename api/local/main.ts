import { parseLocalEnvironment } from './config.ts'
import { startLocalService } from './start-local.ts'

const config = parseLocalEnvironment(process.env)
const service = await startLocalService({
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

console.log(`
JetVision is ready

  the desk     ${service.url}
  marketplace  ${service.sandboxUrl}  (simulated Avinode)
  mailbox      ${service.mailboxUrl}
  API docs     ${service.url}/api/docs
  settings     ${service.envFile}
`)

let closing = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, async () => {
    if (closing) return
    closing = true
    await service.close()
    process.exit(0)
  })
}
