import { z } from 'zod'
import { parseSettings, startOrExplain } from '../../tools/settings.ts'
import { startStdioProxy } from './stdio-proxy.ts'

const Environment = z.object({
  JETVISION_URL: z.url().default('http://127.0.0.1:3000'),
  JETVISION_TOKEN: z.string().min(1).optional(),
  /** Local mode only: sign in as one of the seeded brokers. */
  JETVISION_EMAIL: z.email().optional(),
})

const settings = await startOrExplain(() => parseSettings(Environment, process.env))
const { JETVISION_URL: url, JETVISION_TOKEN: token, JETVISION_EMAIL: email } = settings

const proxy = startStdioProxy({ url, token, email, onError: (error) => console.error(error.message) })
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void proxy.close().then(() => process.exit(0)))
