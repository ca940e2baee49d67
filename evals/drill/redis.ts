import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { Redis } from 'ioredis'

export type RedisServer = {
  /** Kills it and starts it again, empty: nothing is written to disk. */
  restart(): Promise<void>
  close(): Promise<void>
}

// The shell holds our end of a pipe, so that the server ends with this process, however this process ends.
const SUPERVISOR = '"$@" </dev/null & server=$!; cat >/dev/null; kill -9 "$server"; wait "$server"'

/** Starts a Redis that keeps nothing, or resolves to null where there is none on this machine. */
export async function startRedisServer({
  port,
  folder,
}: {
  port: number
  folder: string
}): Promise<RedisServer | null> {
  await mkdir(folder, { recursive: true })
  const words = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '', '--appendonly', 'no']
  const policy = ['--maxmemory-policy', 'noeviction']
  let shell: ChildProcess | undefined

  const start = async () => {
    shell = spawn('/bin/sh', ['-c', SUPERVISOR, 'jetvision-redis', 'redis-server', ...words, ...policy], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const client = new Redis({ port, retryStrategy: (times) => (times > 100 ? null : 50), maxRetriesPerRequest: 100 })
    client.on('error', () => {}) // not up yet
    await client.ping()
    client.disconnect()
  }
  const stop = async () => {
    if (!shell || shell.exitCode !== null) return
    const ended = once(shell, 'exit')
    shell.stdin?.end()
    await ended
  }
  if (!(await isInstalled())) return null
  await start()
  return {
    async restart() {
      await stop()
      await start()
    },
    close: stop,
  }
}

async function isInstalled() {
  const version = spawn('redis-server', ['--version'], { stdio: 'ignore' })
  return new Promise<boolean>((resolve) => {
    version.once('error', () => resolve(false))
    version.once('exit', (code) => resolve(code === 0))
  })
}
