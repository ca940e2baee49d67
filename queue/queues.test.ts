import { afterEach, describe, expect, it, vi } from 'vitest'
import { startProxy } from '../evals/drill/proxy.ts'
import { createEnqueue } from './enqueue.ts'
import { createQueues, queueNames } from './queues.ts'
import { backends, hasRedis, recordingLog, startRedis } from './testing.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

describe.each(backends)('queues on $name', ({ start }) => {
  async function startQueues() {
    const backend = await start()
    closers.push(async () => backend[Symbol.asyncDispose]())
    const log = recordingLog()
    const queues = createQueues({ connection: backend.connection, log })
    closers.push(() => queues.close())
    const work = async (
      name: (typeof queueNames)[number],
      concurrency: number,
      done: (payload: unknown) => Promise<void>,
    ) => {
      const worker = await queues.work(name, concurrency, done)
      closers.push(() => worker.close())
    }
    return { queues, log, work }
  }

  it('what is added is done, in the queue it was added to', async () => {
    const { queues, work } = await startQueues()
    const done: unknown[] = []
    await work('outbound', 1, async (payload) => void done.push(payload))

    await queues.add('maintenance', { id: 'other', payload: { kind: 'other' } })
    await queues.add('outbound', { id: 'a-1', payload: { outbox_id: 'a' } })

    await vi.waitFor(() => expect(done).toEqual([{ outbox_id: 'a' }]), 30_000)
    expect((await queues.counts()).maintenance).toMatchObject({ waiting: 1 })
  })

  it('asking twice while it waits adds one job; once it ended, it may be asked for again', async () => {
    const { queues, work } = await startQueues()
    const done: unknown[] = []
    await queues.add('outbound', { id: 'a-1', payload: { round: 'first' } })
    await queues.add('outbound', { id: 'a-1', payload: { round: 'again' } })

    await work('outbound', 1, async (payload) => void done.push(payload))
    await vi.waitFor(() => expect(done).toEqual([{ round: 'first' }]), 30_000)
    await vi.waitFor(async () => {
      await queues.add('outbound', { id: 'a-1', payload: { round: 'later' } })
      expect(done).toEqual([{ round: 'first' }, { round: 'later' }])
    }, 30_000)
  })

  it('a job that throws is not kept, does not stop the others, and may be asked for again', async () => {
    const { queues, work } = await startQueues()
    const done: unknown[] = []
    await work('outbound', 1, async (payload) => {
      done.push(payload)
      if (done.length === 1) throw new Error('poison')
    })

    await queues.add('outbound', { id: 'poison', payload: { id: 'poison' } })
    await queues.add('outbound', { id: 'fine', payload: { id: 'fine' } })
    await vi.waitFor(() => expect(done).toEqual([{ id: 'poison' }, { id: 'fine' }]), 30_000)
    await vi.waitFor(async () => {
      await queues.add('outbound', { id: 'poison', payload: { id: 'once more' } })
      expect(done).toContainEqual({ id: 'once more' })
    }, 30_000)
    await vi.waitFor(
      async () => expect((await queues.counts()).outbound).toMatchObject({ failed: 0, completed: 0 }),
      30_000,
    )
  })

  it('no more run at once than allowed', async () => {
    const { queues, work } = await startQueues()
    let running = 0
    let most = 0
    let ended = 0
    await work('assistant-turns', 2, async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setImmediate(resolve))
      running -= 1
      ended += 1
    })

    await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        queues.add('assistant-turns', { id: `turn-${n}-0`, payload: { n: String(n) } }),
      ),
    )

    await vi.waitFor(() => expect(ended).toBe(12), 30_000)
    expect(most).toBeLessThanOrEqual(2)
  })

  it('work for later waits, beside the same work for now', async () => {
    const { queues, log, work } = await startQueues()
    const enqueue = createEnqueue(queues, log)
    const done: unknown[] = []
    await work('avinode-webhooks', 1, async (payload) => void done.push(payload))

    await enqueue.webhook('e', 1, new Date(Date.now() + 3_600_000))
    await enqueue.webhook('e', 1, new Date(Date.now() + 50))
    await enqueue.webhook('e', 1)

    await vi.waitFor(() => expect(done).toHaveLength(2), 30_000)
    expect((await queues.counts())['avinode-webhooks']).toMatchObject({ delayed: 1 })
    expect(log.lines).toEqual([])
  })

  it('what is due once in a while is done once, although several ask and it has ended', async () => {
    const { queues, log, work } = await startQueues()
    const enqueue = createEnqueue(queues, log)
    const done: unknown[] = []
    await work('maintenance', 1, async (payload) => void done.push(payload))

    await enqueue.round('watch', 3_600_000)
    await vi.waitFor(() => expect(done).toEqual([{ kind: 'watch' }]), 30_000)
    await Promise.all([enqueue.round('watch', 3_600_000), enqueue.round('polls', 1)])
    await vi.waitFor(() => expect(done).toEqual([{ kind: 'watch' }, { kind: 'polls' }]), 30_000)

    await vi.waitFor(async () => {
      await enqueue.round('polls', 1)
      expect(done.length).toBeGreaterThan(2)
    }, 30_000)
    expect(done.filter((payload) => (payload as { kind: string }).kind === 'watch')).toHaveLength(1)
    expect(log.lines).toEqual([])
  })

  it('every kind of work gets an id that the backend takes', async () => {
    const { queues, log } = await startQueues()
    const enqueue = createEnqueue(queues, log)
    const id = '7f6d0f6e-7d0c-4f4e-9a53-0d7e6c7c2f11'

    await enqueue.webhook(id, 1)
    await enqueue.turn(id, 0)
    await enqueue.outbox(id, 0)
    await enqueue.analysis(id, 'a:b/c')
    await enqueue.trip(id)
    await enqueue.poll(id, '1')
    await enqueue.monitor(id)
    await enqueue.round('watch', 60_000)

    expect(log.lines).toEqual([])
    const waiting = Object.values(await queues.counts()).map((counts) => counts.waiting)
    expect(waiting).toEqual([1, 1, 1, 1, 4])
    expect(Object.keys(await queues.counts())).toEqual([...queueNames])
  })
})

describe.each(backends)('a connection to $name that has died without a word', ({ start }) => {
  it('is given up, and work goes on over a new one', async () => {
    const backend = await start()
    closers.push(async () => backend[Symbol.asyncDispose]())
    const url = new URL('redisUrl' in backend.connection ? backend.connection.redisUrl : backend.connection.databaseUrl)
    const wire = await startProxy({ port: Number(url.port) })
    closers.push(wire.close)
    url.port = String(wire.port)
    const connection = 'redisUrl' in backend.connection ? { redisUrl: url.href } : { databaseUrl: url.href }
    const queues = createQueues({ connection, log: recordingLog(), silence_ms: 2_000 })
    closers.push(() => queues.close())
    const done: unknown[] = []
    const worker = await queues.work('outbound', 1, async (payload) => void done.push(payload))
    closers.push(() => worker.close())
    await queues.add('outbound', { id: 'before', payload: { id: 'before' } })
    await vi.waitFor(() => expect(done).toEqual([{ id: 'before' }]), 30_000)

    wire.forget()

    await vi.waitFor(() => queues.add('outbound', { id: 'after', payload: { id: 'after' } }), 30_000)
    await vi.waitFor(() => expect(done).toContainEqual({ id: 'after' }), 30_000)
  })
})

describe('when the backend is away', () => {
  it.each([
    ['Postgres', { databaseUrl: 'postgres://nobody@127.0.0.1:1/none' }],
    ['Redis', { redisUrl: 'redis://127.0.0.1:1' }],
  ])('enqueueing on %s neither throws nor hangs, and is logged', async (_name, connection) => {
    const log = recordingLog()
    const queues = createQueues({ connection, log })
    closers.push(() => queues.close())

    await createEnqueue(queues, log).webhook('7f6d0f6e-7d0c-4f4e-9a53-0d7e6c7c2f11', 0)

    expect(log.lines.map(({ message }) => message)).toContain('work could not be enqueued; the sweeper will find it')
    await expect(queues.ready()).rejects.toMatchObject({ upstream: 'queue' })
  })

  it.runIf(hasRedis)('a Redis that comes back, empty, is used again by producers and workers', async () => {
    await using redis = await startRedis()
    const log = recordingLog()
    const queues = createQueues({ connection: { redisUrl: redis.url }, log })
    closers.push(() => queues.close())
    const done: unknown[] = []
    const worker = await queues.work('outbound', 1, async (payload) => void done.push(payload))
    closers.push(() => worker.close())
    await queues.add('outbound', { id: 'before', payload: { id: 'before' } })
    await vi.waitFor(() => expect(done).toEqual([{ id: 'before' }]), 30_000)

    await redis.stop()
    await expect(queues.add('outbound', { id: 'lost', payload: {} })).rejects.toMatchObject({ upstream: 'queue' })
    await redis.start()

    await vi.waitFor(() => queues.add('outbound', { id: 'after', payload: { id: 'after' } }), 30_000)
    await vi.waitFor(() => expect(done).toContainEqual({ id: 'after' }), 30_000)
    for (const close of closers.splice(0).reverse()) await close()
  })

  it.runIf(hasRedis)('a Redis that may evict jobs is warned of', async () => {
    await using redis = await startRedis('--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru')
    const log = recordingLog()
    const queues = createQueues({ connection: { redisUrl: redis.url }, log })

    await vi.waitFor(() => {
      const fields = { maxmemory_policy: 'allkeys-lru' }
      expect(log.lines).toContainEqual(expect.objectContaining({ level: 'warn', fields }))
    }, 30_000)
    await queues.close()
  })
})
