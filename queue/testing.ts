import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { freePort } from '../supabase/embedded/postgres.ts'
import { startTestDatabase } from '../supabase/embedded/test-database.ts'
import type { Log } from '../tools/context.ts'
import type { QueueConnection } from './queues.ts'

export type RecordingLog = Log & { lines: { level: string; message: string; fields: object }[] }

/** Keeps what was logged, for tests that look at it. */
export function recordingLog(): RecordingLog {
  const lines: RecordingLog['lines'] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, message, fields })
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}

export type TestBackend = AsyncDisposable & { connection: QueueConnection }

/** A queue backend of its own for one test. */
async function startPostgresBackend(): Promise<TestBackend> {
  const database = await startTestDatabase()
  return {
    connection: { databaseUrl: database.databaseUrl },
    [Symbol.asyncDispose]: () => database.close(),
  }
}

export type TestRedis = AsyncDisposable & { url: string; stop(): Promise<void>; start(): Promise<void> }

/** A real Redis on a free port, which can be stopped and started again. */
export async function startRedis(...settings: string[]): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'jetvision-redis-'))
  const port = await freePort()
  const url = `redis://127.0.0.1:${port}`
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', '', '--appendonly', 'no']
  let server: ReturnType<typeof spawn> | undefined
  const stop = async () => {
    if (!server || server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill('SIGKILL')
    await exited
  }
  const start = async () => {
    server = spawn('redis-server', [...options, ...settings], { stdio: 'ignore' })
    const client = new Redis(url, { retryStrategy: () => 20, maxRetriesPerRequest: null })
    client.on('error', () => {}) // not up yet
    await client.ping()
    client.disconnect()
  }
  await start()
  return {
    url,
    start,
    stop,
    async [Symbol.asyncDispose]() {
      await stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function startRedisBackend(): Promise<TestBackend> {
  const redis = await startRedis()
  return { connection: { redisUrl: redis.url }, [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() }
}

export const hasRedis = (() => {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** Every backend that this machine has: Postgres always, Redis where a server is installed. */
export const backends: { name: string; start(): Promise<TestBackend> }[] = [
  { name: 'Postgres', start: startPostgresBackend },
  ...(hasRedis ? [{ name: 'Redis', start: startRedisBackend }] : []),
]
