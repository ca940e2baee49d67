import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Log } from '../../../tools/context.ts'
import { InvalidInputError } from '../../../tools/errors.ts'
import { type AccessOptions, createAccess } from './access.ts'
import { createApiRoutes } from './api.ts'
import { startAutoAnswer } from './auto-answer.ts'
import { createControlRoutes } from './control.ts'
import { startDispatcher } from './dispatcher.ts'
import { createDocuments } from './documents.ts'
import { seedEmptyLegs } from './empty-legs.ts'
import type { ApiEnv } from './envelope.ts'
import { createExchange, Refusal } from './exchange.ts'
import { createFaults } from './faults.ts'
import { createMarketplaceRoutes } from './pages.ts'
import { createWorld } from './records.ts'
import { openStore } from './store.ts'

/** Credentials of the simulated connection. They open nothing but the sandbox. */
export const sandboxCredentials = {
  apiToken: '00000000-0000-4000-8000-00000000a71d',
  authToken: 'sandbox-connection-token',
}

export type SandboxOptions = {
  /** 0 takes a free one. */
  port: number
  host?: string
  /** Without it, everything is forgotten at the end. */
  dataDir?: string
  log: Log
  /** What the connection has to show; `sandboxCredentials` unless given. */
  apiToken?: string
  authToken?: string
  /** Operators answer by themselves when a person sent the RFQs on the marketplace page. Never for RFQs sent by `/_sim`. */
  autoAnswer?: boolean
  access?: Partial<AccessOptions>
  webhookTimeoutMs?: number
  /** First and longest pause between deliveries, and when to give up. */
  webhookRetry?: { first_ms: number; longest_ms: number; give_up_ms: number }
  allowHttpOnLocalhost?: boolean
  /** Where people and receivers reach it, when that is not where it listens. */
  publicUrl?: string
}

export type Sandbox = { url: string; apiUrl: string; close(): Promise<void> }

const HOUR_MS = 3_600_000

/** Starts the local stand-in of Avinode: API under `/api`, pages under `/marketplace`, control under `/_sim`. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { port, host = '127.0.0.1', dataDir, log, autoAnswer = true } = options
  let clock_offset_ms = 0
  let url = ''
  const now = () => Date.now() + clock_offset_ms
  const today = () => new Date().toISOString().slice(0, 10)
  const baseUrl = () => url

  const store = openStore(dataDir)
  const world = createWorld(store)
  if (world.emptyLegs.list().length === 0) world.transaction(() => seedEmptyLegs(world, today()))
  const dispatcher = startDispatcher({
    world,
    baseUrl,
    now,
    timeoutMs: options.webhookTimeoutMs ?? 10_000,
    retry: options.webhookRetry ?? { first_ms: 1_000, longest_ms: 60_000, give_up_ms: 48 * HOUR_MS },
    log,
  })
  const exchange = createExchange({ world, notify: dispatcher.notify, now: () => new Date() })
  const auto = startAutoAnswer({ world, exchange, now, log })
  const documents = createDocuments({ world, exchange, baseUrl })
  const faults = createFaults()
  const access = createAccess({
    apiToken: options.apiToken ?? sandboxCredentials.apiToken,
    connections: [
      { token: options.authToken ?? sandboxCredentials.authToken, company_id: 'acompany-7001', kind: 'rest' },
    ],
    oauth: { client_id: 'sandbox', client_secret: 'sandbox-client-secret' },
    rateLimit: { calls: 3_600, window_seconds: 3_600 },
    ...options.access,
  })

  const app = new Hono<ApiEnv>()
  app.use(bodyLimit({ maxSize: 1024 * 1024 }))
  app.get('/', (c) => c.redirect('/marketplace'))
  app.route(
    '/',
    createApiRoutes({
      world,
      exchange,
      documents,
      access,
      faults,
      today,
      allowHttpOnLocalhost: options.allowHttpOnLocalhost ?? true,
    }),
  )
  app.route('/', createMarketplaceRoutes({ world, exchange, onRfqsSent: (rfqs) => autoAnswer && auto.plan(rfqs) }))
  app.route(
    '/',
    createControlRoutes({
      world,
      exchange,
      dispatcher,
      faults,
      advanceClock(seconds) {
        clock_offset_ms += seconds * 1_000
        dispatcher.wake()
        auto.wake()
      },
      reset({ keep_webhooks }) {
        world.reset({ keep_webhooks })
        access.forgetTokens()
        faults.clear()
        seedEmptyLegs(world, today())
      },
    }),
  )
  app.onError((error, c) => {
    if (error instanceof Refusal) return c.json({ error: { code: error.code, message: error.message } }, error.status)
    if (error instanceof InvalidInputError) return c.json({ error: { code: error.code, message: error.message } }, 400)
    if (error instanceof SyntaxError)
      return c.json({ error: { code: 'INVALID_JSON', message: 'The body is not JSON' } }, 400)
    log.error({ err: error, path: c.req.path }, 'the sandbox failed')
    return c.json({ error: { code: 'DEFECT', message: 'The sandbox failed' } }, 500)
  })

  const server = createAdaptorServer({ fetch: app.fetch })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  url =
    options.publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`
  dispatcher.hurry() // what the last run could not deliver need not wait for its old pause
  auto.wake()

  return {
    url,
    apiUrl: `${url}/api`,
    async close() {
      faults.close()
      auto.close()
      dispatcher.close()
      await new Promise<void>((resolve) => {
        server.close(() => resolve())
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
      store.close()
    },
  }
}
