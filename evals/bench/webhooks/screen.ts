import { join } from 'node:path'
import { createPostgresBackend, Queue, Worker, withBackend } from 'bullmq'
import pg from 'pg'
import { z } from 'zod'
import { sandboxCredentials } from '../../../mcp-servers/avinode/sandbox/start-sandbox.ts'
import { readChange } from '../../../queue/avinode-change.ts'
import { createSystem } from '../../../queue/system.ts'
import { createDirectFunctions } from '../../../supabase/direct-functions.ts'
import { createAvinodeClient } from '../../../tools/avinode/rest-client.ts'
import { openLedger } from '../../drill/ledger.ts'
import { createMarket, type Notification, seatBrokers } from '../../drill/market.ts'
import type { Settings } from '../../drill/settings.ts'
import type { Stage } from '../../drill/stage.ts'
import { median, percentile } from './load.ts'

export type Screen = {
  ours_p50_ms: number
  ours_p95_ms: number
  steps: Record<string, number>
  sum_ms: number
  ratio: number
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * From the delivery of a notification to its event on the broker's screen, one at a time; and each step that cannot be left
 * out, done bare, in turns with it.
 */
export async function measureScreen(stage: Stage, folder: string, samples: number): Promise<Screen> {
  const { settings, sql } = stage
  const [url = ''] = stage.apiUrls
  const bare = await stage.start('bare', join(import.meta.dirname, 'bare-route.ts'))
  const market = createMarket({
    sandboxUrl: settings.sandboxUrl,
    sql,
    ledger: openLedger(join(folder, 'ledger.jsonl')),
  })
  const [broker] = await seatBrokers(sql, 1)
  if (!broker) throw new Error('There is no broker')
  const screen = await openScreen(`${url}/api/events`, `Bearer ${await stage.sign(broker.clerk_user_id)}`)
  const bareScreen = await openScreen(`http://127.0.0.1:${bare.port}/events`)
  const steps = await openSteps(settings, bare.port)
  const ours: number[] = []
  const took: Record<string, number[]> = {}
  const total = 6 + 4 + samples * 2
  let index = 0
  // RFQs and quotes first: from then on, words in rooms that are there.
  for await (const event of market.events([broker], total, total)) {
    index += 1
    if (index <= 10 || index % 2 === 0) {
      const arrives = screen.next(event.body.id)
      const began = performance.now()
      await deliver(url, settings, event)
      if (event.body.type === 'rfqs') {
        await sleepUntilRoom(stage, event.body.id)
        continue
      }
      await arrives
      if (index > 10) ours.push(performance.now() - began)
      continue
    }
    for (const [name, step] of Object.entries(await steps.of(event, bareScreen))) {
      const began = performance.now()
      await step()
      took[name] = [...(took[name] ?? []), performance.now() - began]
    }
  }
  await Promise.all([screen.close(), bareScreen.close(), steps.close(), bare.child.close()])
  const medians = Object.fromEntries(Object.entries(took).map(([name, values]) => [name, median(values)]))
  const sum_ms = Object.values(medians).reduce((sum, ms) => sum + ms, 0)
  const ours_p50_ms = median(ours)
  return { ours_p50_ms, ours_p95_ms: percentile(ours, 0.95), steps: medians, sum_ms, ratio: ours_p50_ms / sum_ms }
}

async function deliver(url: string, { webhook }: Settings, { source, body }: Notification) {
  const response = await fetch(`${url}/api/webhooks/avinode/${source}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${webhook.username}:${webhook.password}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  await response.arrayBuffer()
  if (response.status !== 200) throw new Error(`The notification was answered with ${response.status}`)
}

async function sleepUntilRoom({ sql }: Stage, rfq_id: string) {
  for (;;) {
    const rooms = await sql.query('select from conversations where avinode_thread_id = $1', [rfq_id])
    if (rooms.length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** The steps between notification and screen, each with nothing around it. */
async function openSteps(settings: Settings, barePort: number) {
  const pool = new pg.Pool({ connectionString: settings.databaseUrl, max: 2 })
  const system = createSystem(createDirectFunctions(pool))
  const avinode = createAvinodeClient({
    baseUrl: `${settings.sandboxUrl}/api`,
    ...sandboxCredentials,
    product: 'JetVision-bench',
    rateLimit: { per_second: 10_000, burst: 10_000 },
    log: silent,
  })
  const queue = await openQueue(settings)
  return {
    async of({ body, source }: Notification, screen: ScreenReader) {
      const text = `select store_webhook_event($1, $2, '{}', null, null) ->> 'event_id' as id`
      const { rows } = await pool.query(text, [source, JSON.stringify(body)])
      const event_id = z.uuid().parse(rows[0].id)
      let change: Awaited<ReturnType<typeof readChange>> | undefined
      return {
        async 'accept: one INSERT behind HTTP'() {
          const text = JSON.stringify(body)
          const response = await fetch(`http://127.0.0.1:${barePort}/bare`, { method: 'POST', body: text })
          await response.arrayBuffer()
        },
        'queue: added until begun': () => queue.pass(body.id),
        async 'Avinode: the message and its trip'() {
          change = await readChange(body, avinode, AbortSignal.timeout(10_000))
        },
        async 'database: claim and apply'() {
          const lease = await system.claimWebhook(event_id)
          if (!lease || !change) throw new Error('Somebody else was faster')
          await system.applyChange(lease, change)
        },
        async 'screen: NOTIFY until the event is there'() {
          const arrives = screen.next(body.id)
          await pool.query(`select pg_notify('bench_screen', $1)`, [body.id])
          await arrives
        },
      }
    },
    close: () => Promise.all([pool.end(), queue.close()]),
  }
}

async function openQueue({ redisUrl, databaseUrl }: Settings) {
  const begun = new Map<string, () => void>()
  const work = async ({ data }: { data: unknown }) => begun.get(z.object({ id: z.string() }).parse(data).id)?.()
  const postgres = withBackend(createPostgresBackend)
  const onPostgres = { connection: { connectionString: databaseUrl, max: 2, migrate: true } }
  const queue = redisUrl
    ? new Queue('bench', { connection: { url: redisUrl } })
    : new postgres.Queue('bench', onPostgres)
  const worker = redisUrl
    ? new Worker('bench', work, { connection: { url: redisUrl, maxRetriesPerRequest: null } })
    : new postgres.Worker('bench', work, onPostgres)
  await worker.waitUntilReady()
  return {
    async pass(id: string) {
      const done = new Promise<void>((resolve) => begun.set(id, resolve))
      await queue.add('bench', { id }, { removeOnComplete: true })
      await done
    },
    close: () => Promise.all([worker.close(), queue.close()]),
  }
}

type ScreenReader = Awaited<ReturnType<typeof openScreen>>

/** Reads a stream of events and says when a text comes by. */
async function openScreen(url: string, authorization?: string) {
  const ending = new AbortController()
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream', ...(authorization && { authorization }) },
    signal: ending.signal,
  })
  if (!response.ok || !response.body) throw new Error(`${url}: ${response.status}`)
  const waiting = new Map<string, () => void>()
  const read = async (body: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder()
    let text = ''
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true })
      for (const [id, resolve] of waiting) {
        if (!text.includes(id)) continue
        waiting.delete(id)
        resolve()
      }
      text = text.slice(text.lastIndexOf('\n\n') + 1)
    }
  }
  const reading = read(response.body).catch(() => {}) // the end of the measurement
  return {
    next: (id: string) => new Promise<void>((resolve) => waiting.set(id, resolve)),
    async close() {
      ending.abort()
      await reading
    },
  }
}
