import { join } from 'node:path'
import { pino } from 'pino'
import { z } from 'zod'
import { parseSettings, startOrExplain } from '../../../tools/settings.ts'
import { startSandbox } from './start-sandbox.ts'

const Environment = z.object({
  SANDBOX_PORT: z.coerce.number().int().default(3001),
  SANDBOX_HOST: z.string().default('127.0.0.1'),
  JETVISION_DATA_DIR: z.string().default('.jetvision'),
  LOG_LEVEL: z.string().default('info'),
})

const settings = await startOrExplain(() => parseSettings(Environment, process.env))
const { SANDBOX_PORT, SANDBOX_HOST, JETVISION_DATA_DIR, LOG_LEVEL } = settings

const log = pino({ level: LOG_LEVEL })
const sandbox = await startSandbox({
  port: SANDBOX_PORT,
  host: SANDBOX_HOST,
  dataDir: join(JETVISION_DATA_DIR, 'avinode-sandbox'),
  log,
})
log.info({ url: sandbox.url }, 'simulated Avinode is ready')

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)))
}
