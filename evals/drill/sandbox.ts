import pino from 'pino'
import { startSandbox } from '../../mcp-servers/avinode/sandbox/start-sandbox.ts'
import { isReady, readSettings } from './settings.ts'

/** The other side. It is never killed: Avinode's own losses are not ours to find. */
const { port, log_level } = readSettings(process.env)
const sandbox = await startSandbox({
  port,
  log: pino({ level: log_level }),
  autoAnswer: false,
  access: { rateLimit: { calls: 100_000_000, window_seconds: 3_600 } },
})
process.on('SIGTERM', () => void sandbox.close().then(() => process.exit(0)))
isReady()
