import { createPostgresBackend, Worker, type WorkerOptions, withBackend } from 'bullmq'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { startTestDatabase } from '../supabase/embedded/test-database.ts'
import type { QueueConnection } from './queues.ts'
import { backends } from './testing.ts'
import { addressedElsewhere, startConsumer } from './testing-consumers.ts'

vi.setConfig({ testTimeout: 180_000 })

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

const patience = { timeout: 150_000, interval: 500 }

/** A worker of BullMQ that takes jobs and is never heard of again: their locks run out, and they count as stalled. */
function startDyingWorker(connection: QueueConnection, begin: () => Promise<unknown>) {
  const name = 'avinode-webhooks'
  let deaths = 0
  let beginning = Promise.resolve()
  const die = async () => {
    beginning = beginning.then(async () => {
      await begin()
      deaths += 1
    })
    await beginning
    await new Promise(() => {})
  }
  const options = { lockDuration: 200, stalledInterval: 200, maxStalledCount: 1, skipLockRenewal: true, concurrency: 5 }
  const worker: Pick<Worker, 'close'> & { on(event: 'error', listener: () => void): unknown } =
    'redisUrl' in connection
      ? new Worker(name, die, { ...options, connection: { url: connection.redisUrl, maxRetriesPerRequest: null } })
      : new (withBackend(createPostgresBackend).Worker)(name, die, {
          ...(options satisfies Partial<WorkerOptions>),
          connection: { connectionString: connection.databaseUrl, max: 2, migrate: true },
        })
  worker.on('error', () => {}) // jobs that are taken away from it
  return { deaths: () => deaths, close: () => worker.close(true) }
}

describe.each(backends)('notifications through the queue on $name', ({ name, start }) => {
  /** A database, and a queue in it or in a Redis of its own. */
  async function openHere() {
    const database = await startTestDatabase()
    opened.push({ [Symbol.asyncDispose]: () => database.close() })
    if (name === 'Postgres') return { database, connection: { databaseUrl: database.databaseUrl } }
    const backend = await start()
    opened.push(backend)
    return { database, connection: backend.connection }
  }
  type Here = Awaited<ReturnType<typeof openHere>>

  async function consumer({ database, connection }: Here, atOnce: number) {
    const started = await startConsumer(database.databaseUrl, connection, atOnce)
    opened.push(started)
    return started
  }

  const store = async ({ database }: Here, ids: string[]): Promise<string[]> => {
    const rows = ids.map((id) => ({ p_source: 'seller-chat', p_payload: addressedElsewhere(id), p_headers: {} }))
    const { rows: stored } = await database.sql.query(
      `select array_agg(one ->> 'event_id') as ids from jsonb_array_elements(store_webhook_events($1)) as one`,
      [JSON.stringify(rows)],
    )
    return stored[0].ids
  }

  it('4,000 of 20 producers, worked off by 20 consumers meanwhile, are each applied exactly once', async () => {
    const here = await openHere()
    const processes = [await consumer(here, 10), await consumer(here, 10)] as const

    const produce = async (producer: number) => {
      const ids = Array.from({ length: 200 }, (_, index) => `asellermsg-${producer}-${index}`)
      const stored = await store(here, ids)
      // Whoever asks, asks twice: the other side delivers a tenth again, and the sweeper asks for what waits as well.
      await processes[producer % 2]?.enqueue.webhooks(stored)
      await processes[(producer + 1) % 2]?.enqueue.webhooks(stored.slice(0, 20))
      return stored
    }
    const stored = (await Promise.all(Array.from({ length: 20 }, (_, producer) => produce(producer)))).flat()

    const applied = () => processes.flatMap((process) => process.applied)
    let before = -1
    await vi.waitFor(async () => {
      // What a busy queue did not take in time, the sweeper finds: asked only when nothing moves, because it is work too.
      if (applied().length === before) await processes[0].sweep()
      before = applied().length
      expect(before).toBeGreaterThanOrEqual(4_000)
    }, patience)
    expect(applied().sort()).toEqual(stored.sort())
    expect(new Set(stored).size).toBe(4_000)
  })

  it('one whose worker died twice, so that BullMQ gives its job up, is found by the sweeper and applied once', async () => {
    const here = await openHere()
    const { sql } = here.database
    const endLease = () =>
      sql.query("update private.webhook_event_leases set lease_until = now() - interval '1 second'")
    const producer = await consumer(here, 0)
    const [event_id = ''] = await store(here, ['asellermsg-1'])
    const dying = startDyingWorker(here.connection, async () => {
      await endLease() // as when the minute of the one that died before is over
      const { rows } = await sql.query('select claim_webhook_event($1) as lease', [event_id])
      expect(rows[0].lease).not.toBeNull()
    })

    await producer.enqueue.webhook(event_id, 0)
    await vi
      .waitFor(async () => {
        expect(dying.deaths()).toBe(2)
        const counts = Object.values((await producer.queues.counts())['avinode-webhooks'])
        expect(counts.reduce((sum, count) => sum + count, 0)).toBe(0) // the job is gone
      }, patience)
      .finally(dying.close)

    const next = await consumer(here, 1)
    await endLease()
    await vi.waitFor(async () => {
      await next.sweep()
      expect(next.applied).toEqual([event_id])
    }, patience)
    const { rows } = await sql.query('select processing_status, retry_count from avinode_webhook_events')
    expect(rows).toEqual([{ processing_status: 'skipped', retry_count: 0 }])
  })
})
