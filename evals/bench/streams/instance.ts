import { Registry } from 'prom-client'
import { createApi } from '../../../api/app.ts'
import { noMail } from '../../../api/no-mail.ts'
import { serveApi } from '../../../api/serve.ts'
import { startBus } from '../../../queue/bus.ts'
import { createSupabase } from '../../../supabase/clients.ts'
import type { Avinode } from '../../../tools/avinode/avinode.ts'
import type { Log } from '../../../tools/context.ts'
import { startBare } from './bare.ts'

/** One instance of the API in a process of its own, so that its memory is its own. Tokens are the brokers' names: signing is not measured. */
export type InstanceSettings = {
  supabase: { url: string; publishableKey: string; secretKey: string; jwtSecret: string }
  databaseUrl: string
}
export type Memory = { rss: number; heap: number; external: number }

const settings = JSON.parse(process.env.BENCH_INSTANCE ?? '') as InstanceSettings // written by streams.ts
const print =
  (level: string): Log['warn'] =>
  (fields, message) =>
    console.error(level, message, fields)
const log: Log = { debug() {}, info() {}, warn: print('warn'), error: print('error') }

const bus = await startBus({ databaseUrl: settings.databaseUrl, log })
const closing = new AbortController()
const nothing = async () => {}
const app = createApi({
  supabase: createSupabase(settings.supabase),
  bus,
  enqueue: { webhooks: nothing, turn: nothing, outbox: nothing },
  verifyToken: async (sub) => ({ sub, expires_at: Date.now() + 60 * 60_000 }),
  avinode: {} as Avinode, // nobody asks it anything
  mail: noMail,
  publicUrl: 'https://bench.jetvision.example',
  webhook: { credentials: [] },
  webDir: null,
  local: null,
  mcp: null,
  ready: async () => ({}),
  log,
  metrics: new Registry(),
  limits: { address: 1_000_000, broker: 1_000_000 },
  closing: closing.signal,
})
const api = await serveApi({ app, port: 0, host: '127.0.0.1', log, onClosing: () => closing.abort() })
const bare = await startBare(settings.databaseUrl)
process.on('message', (message) => {
  if (message !== 'memory') return
  globalThis.gc?.()
  const { rss, heapUsed: heap, external } = process.memoryUsage()
  process.send?.({ memory: { rss, heap, external } satisfies Memory })
})
process.on('SIGTERM', async () => {
  await Promise.all([api.close(), bare.close()])
  await bus.close()
  process.exit(0)
})
process.send?.({ url: api.url, bare: bare.url })
