import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { pino } from 'pino'
import { z } from 'zod'
import { createAvinodeClient } from '../../tools/avinode/rest-client.ts'
import { createAvinodeServer } from './server.ts'

const Environment = z.object({
  AVINODE_BASE_URL: z.url(),
  AVINODE_API_TOKEN: z.string().min(1),
  AVINODE_AUTH_TOKEN: z.string().min(1),
  AVINODE_PRODUCT: z.string().default('JetVision-v0.1.0'),
  AVINODE_ACT_AS_ACCOUNT: z.string().optional(),
  AVINODE_MCP_ADMIN: z.stringbool().default(false),
  LOG_LEVEL: z.string().default('info'),
})

const parsed = Environment.safeParse(process.env)
if (!parsed.success) {
  process.stderr.write(`Invalid configuration\n${z.prettifyError(parsed.error)}\n`)
  process.exit(1)
}
const environment = parsed.data

// Standard output belongs to the protocol.
const log = pino({ level: environment.LOG_LEVEL }, pino.destination(2))
const avinode = createAvinodeClient({
  baseUrl: environment.AVINODE_BASE_URL,
  apiToken: environment.AVINODE_API_TOKEN,
  authToken: environment.AVINODE_AUTH_TOKEN,
  product: environment.AVINODE_PRODUCT,
  ...(environment.AVINODE_ACT_AS_ACCOUNT && { actAsAccount: environment.AVINODE_ACT_AS_ACCOUNT }),
  log,
})
const server = serveStdio(() => createAvinodeServer({ avinode, log, admin: environment.AVINODE_MCP_ADMIN }), {
  onerror: (error) => log.warn({ error: error.message }, 'a message was refused'),
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.close().then(() => process.exit(0)))
}
