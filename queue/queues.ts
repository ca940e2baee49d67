import { createPostgresBackend, Queue, Worker, type WorkerOptions, withBackend } from 'bullmq'
import { Redis } from 'ioredis'
import type { Log } from '../tools/context.ts'
import { UpstreamError } from '../tools/errors.ts'

export const queueNames = ['avinode-webhooks', 'assistant-turns', 'quote-analysis', 'outbound', 'maintenance'] as const
export type QueueName = (typeof queueNames)[number]

/** Postgres is the default; Redis is for those who have it already, and nothing else differs. */
export type QueueConnection = { databaseUrl: string } | { redisUrl: string }

export type QueueJob = {
  id: string
  payload: Record<string, string | string[]>
  delay_ms?: number
  /** Within this time it is not added a second time, by whomever and although it has ended. */
  once_in_ms?: number
}
export type QueueCounts = Record<string, number>
export type RunningWorker = { close(): Promise<void> }

/** The queues of the service. They make work move; what is due, and who may do it, only the database knows. */
export type Queues = {
  /** Jobs whose id waits or runs already are not added again. Throws `UpstreamError('queue')` within 3 seconds. */
  add(queue: QueueName, ...jobs: QueueJob[]): Promise<void>
  work(queue: QueueName, concurrency: number, work: (payload: unknown) => Promise<void>): Promise<RunningWorker>
  counts(): Promise<Record<QueueName, QueueCounts>>
  /** The queues as BullMQ's own tools take them. */
  all(): Promise<readonly Queue[]>
  ready(): Promise<void>
  close(): Promise<void>
}

type BullWorker = Pick<Worker, 'close' | 'waitUntilReady'> & {
  on(event: 'error', listener: (error: Error) => void): unknown
}
type Work = (job: { id?: string; data: unknown }) => Promise<void>
type Bull = { queue(name: QueueName): Queue; worker(name: QueueName, work: Work, concurrency: number): BullWorker }

const producerTimeoutMs = 2_500

/** Nothing is kept after its end: BullMQ ignores a known id, even that of a failed job, and the sweeper must be able to ask again. */
const defaultJobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true }

const workerOptions = {
  lockDuration: 30_000,
  stalledInterval: 15_000,
  maxStalledCount: 3,
  runRetryDelay: 2_000,
} satisfies Partial<WorkerOptions>

type Options = {
  connection: QueueConnection
  log: Log
  /** A connection that owes an answer for so long is dead, although nobody said so. */
  silence_ms?: number
}

/** Opens the queues on Postgres or Redis. Connections are made when first needed. */
export function createQueues({ connection, log, silence_ms = 15_000 }: Options): Queues {
  const bull =
    'redisUrl' in connection ? onRedis(connection.redisUrl, silence_ms) : onPostgres(connection.databaseUrl, silence_ms)
  const open = new Map<QueueName, Queue>()
  if ('redisUrl' in connection) void warnOfEviction(connection.redisUrl, log)

  const queueOf = (name: QueueName) => {
    const known = open.get(name)
    if (known) return known
    const queue = bull.queue(name)
    queue.on('error', (error) => log.warn({ err: error, queue: name }, 'the queue reported an error'))
    open.set(name, queue)
    return queue
  }

  const asking = async <T>(name: QueueName, ask: (queue: Queue) => Promise<T>): Promise<T> => {
    const queue = queueOf(name)
    const ready = queue.waitUntilReady().catch((error: unknown) => {
      // A queue that failed to open stays so: the next caller gets a new one.
      if (open.get(name) === queue) open.delete(name)
      void queue.close().catch(() => {}) // it never opened: there is nothing to lose
      throw error
    })
    try {
      return await within(
        producerTimeoutMs,
        ready.then(() => ask(queue)),
      )
    } catch (error) {
      throw new UpstreamError('queue', 'The queue does not answer', { cause: error })
    }
  }

  return {
    async add(name, ...jobs) {
      const bulk = jobs.map(({ id, payload, delay_ms = 0, once_in_ms: ttl }) => ({
        name,
        data: payload,
        opts: {
          jobId: id,
          delay: Math.max(0, Math.round(delay_ms)),
          ...(ttl !== undefined && { deduplication: { id, ttl } }),
        },
      }))
      const [only] = bulk
      if (!only) return
      await asking(
        name,
        (queue): Promise<unknown> => (bulk.length > 1 ? queue.addBulk(bulk) : queue.add(name, only.data, only.opts)),
      )
    },
    async work(name, concurrency, work) {
      const worker = bull.worker(name, (job) => work(job.data), concurrency)
      worker.on('error', (error) => log.warn({ err: error, queue: name }, 'the worker reported an error'))
      await worker.waitUntilReady()
      return { close: () => worker.close() }
    },
    async counts() {
      const counted = await Promise.all(
        queueNames.map(async (name) => [name, await asking(name, (queue) => queue.getJobCounts())] as const),
      )
      return Object.fromEntries(counted) as Record<QueueName, QueueCounts> // every name is in queueNames
    },
    all: () => Promise.all(queueNames.map((name) => asking(name, async (queue) => queue))),
    async ready() {
      await asking('maintenance', async () => {})
    },
    async close() {
      await Promise.allSettled([...open.values()].map((queue) => queue.close()))
      open.clear()
    },
  }
}

function onPostgres(databaseUrl: string, silence_ms: number): Bull {
  const postgres = withBackend(createPostgresBackend)
  const connection = {
    connectionString: databaseUrl,
    max: 2,
    migrate: true,
    connectionTimeoutMillis: 5_000,
    query_timeout: silence_ms,
  }
  return {
    // To whoever uses it, a queue is the same on both: the types differ in how it was opened.
    queue: (name) =>
      new postgres.Queue(name, {
        connection,
        defaultJobOptions,
        streams: { events: { maxLen: 1_000 } },
      }) as unknown as Queue,
    worker: (name, work, concurrency) => new postgres.Worker(name, work, { connection, concurrency, ...workerOptions }),
  }
}

function onRedis(url: string, socketTimeout: number): Bull {
  return {
    // Producers fail fast, so that an answer to a caller never waits for Redis; workers wait for it as long as it takes.
    queue: (name) =>
      new Queue(name, {
        connection: { url, enableOfflineQueue: false, maxRetriesPerRequest: 1, connectTimeout: 5_000, socketTimeout },
        defaultJobOptions,
        streams: { events: { maxLen: 1_000 } },
      }),
    worker: (name, work, concurrency) =>
      new Worker(name, work, {
        connection: { url, maxRetriesPerRequest: null, socketTimeout },
        concurrency,
        ...workerOptions,
      }),
  }
}

/** A Redis that may evict keys drops jobs in silence. The sweeper finds the work again, but late. */
async function warnOfEviction(url: string, log: Log) {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1, retryStrategy: () => null })
  redis.on('error', () => {}) // the queues themselves report that Redis is away
  try {
    await redis.connect()
    const policy = /maxmemory_policy:(\S+)/.exec(await redis.info('memory'))?.[1]
    if (policy && policy !== 'noeviction') {
      log.warn({ maxmemory_policy: policy }, 'Redis may evict jobs: set maxmemory-policy to noeviction')
    }
  } catch {
    // Only the warning is missed.
  } finally {
    redis.disconnect()
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${milliseconds} ms`)), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
