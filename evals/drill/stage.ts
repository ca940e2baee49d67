import { randomBytes } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import pg from 'pg'
import { migrate } from '../../supabase/embedded/migrate.ts'
import { freePort, startPostgres } from '../../supabase/embedded/postgres.ts'
import { type Child, keepRunning } from './child.ts'
import { startProxy } from './proxy.ts'
import { startRedisServer } from './redis.ts'
import { asEnvironment, type Settings } from './settings.ts'

export type Stage = Awaited<ReturnType<typeof startStage>>

type Options = {
  folder: string
  queue: 'redis' | 'postgres'
  apis: number
  workers: number
  log_level: string
  /** false: nothing stands between the processes and their servers, so that nothing takes time there. */
  breakable?: boolean
}

const PATIENCE_MS = 30_000
const ISSUER = 'https://drill.jetvision.example'

/** The whole service as separate processes around real servers, with a breakable wire to each server. */
export async function startStage(options: Options) {
  const { folder, queue, apis, workers, log_level, breakable = true } = options
  const opened: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const stop of opened.splice(0).reverse()) await stop()
  }
  try {
    const database = await startDatabase(join(folder, 'postgres'))
    opened.push(() => database.close())
    await migrate(database.url)
    const sql = openSql(database.url)
    opened.push(sql.close)
    const databaseWire = await startProxy(database)
    opened.push(databaseWire.close)

    const redisPort = await freePort()
    const redis = queue === 'redis' ? await startRedisServer({ port: redisPort, folder: join(folder, 'redis') }) : null
    if (queue === 'redis' && !redis) throw new Error('There is no redis-server here: use --queue postgres')
    const redisWire = redis && (await startProxy({ port: redisPort }))
    if (redis && redisWire) opened.push(redis.close, redisWire.close)

    const identity = await createIdentity()
    const [supabasePort = 0, sandboxPort = 0, ...apiPorts] = await Promise.all(
      Array.from({ length: 2 + apis }, () => freePort()),
    )
    const through = new URL(database.url)
    if (breakable) through.port = String(databaseWire.port)
    const settings: Settings = {
      databaseUrl: through.href,
      redisUrl: redisWire && `redis://127.0.0.1:${breakable ? redisWire.port : redisPort}`,
      supabaseUrl: `http://127.0.0.1:${supabasePort}`,
      sandboxUrl: `http://127.0.0.1:${sandboxPort}`,
      storageFolder: join(folder, 'storage'),
      webhook: { username: 'avinode', password: secret() },
      publishableKey: `sb_publishable_${secret()}`,
      secretKey: `sb_secret_${secret()}`,
      jwtSecret: secret(),
      issuer: ISSUER,
      jwks: identity.jwks,
      log_level,
    }
    await mkdir(settings.storageFolder, { recursive: true })
    const run = (name: string, file: string, port = 0): Child => {
      const child = keepRunning({
        name,
        file: resolve(import.meta.dirname, file),
        environment: asEnvironment(settings, port),
        folder,
      })
      opened.push(child.close)
      return child
    }
    const sandbox = run('sandbox', 'sandbox.ts', sandboxPort)
    const supabase = run('supabase', 'supabase.ts', supabasePort)
    await Promise.all([sandbox.ready(), supabase.ready()])
    const api = apiPorts.map((port, index) => run(`api-${index + 1}`, 'api.ts', port))
    const worker = Array.from({ length: workers }, (_, index) => run(`worker-${index + 1}`, 'worker.ts'))
    await Promise.all([...api, ...worker].map((child) => child.ready()))
    return {
      settings,
      /** Starts one more process on this stage, on a port of its own. */
      async start(name: string, file: string) {
        const port = await freePort()
        const child = run(name, file, port)
        await child.ready()
        return { port, child }
      },
      sql,
      database,
      databaseWire,
      redis,
      redisWire,
      supabase,
      api,
      worker,
      apiUrls: apiPorts.map((port) => `http://127.0.0.1:${port}`),
      /** A broker's token, as the identity provider would sign it. */
      sign: identity.sign,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

export type Sql = ReturnType<typeof openSql>

/** The driver's own way to the database, past everything that is broken on purpose. What it asks may be asked twice. */
function openSql(databaseUrl: string) {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 3, connectionTimeoutMillis: 5_000 })
  pool.on('error', () => {}) // it is restarted under us
  const query = async <Row extends pg.QueryResultRow = Record<string, unknown>>(
    text: string,
    values: unknown[] = [],
  ) => {
    for (const end = Date.now() + PATIENCE_MS; ; await delay(250)) {
      try {
        return (await pool.query<Row>(text, values)).rows
      } catch (error) {
        const mayPass = !(error instanceof pg.DatabaseError) || /^(08|53|57P0)/.test(error.code ?? '')
        if (!mayPass || Date.now() > end) throw error
      }
    }
  }
  return { query, close: () => pool.end() }
}

/** A Postgres that can be stopped properly or broken off, and comes back on the same port with what was committed. */
async function startDatabase(folder: string) {
  let server = await startPostgres({ folder, port: 0 })
  const { port } = server
  return {
    port,
    url: server.url(),
    async restart() {
      await server.close()
      server = await startPostgres({ folder, port })
    },
    /** As a crash of the server: no checkpoint, no word to anybody; it recovers from its log. */
    async crash() {
      const [pid = ''] = (await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGQUIT')
      await server.close()
      server = await startPostgres({ folder, port })
    },
    close: () => server.close(),
  }
}

async function createIdentity() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'drill', alg: 'RS256', use: 'sig' }
  return {
    jwks: { keys: [jwk] },
    sign: (sub: string) =>
      new SignJWT({ sub })
        .setProtectedHeader({ alg: 'RS256', kid: 'drill', typ: 'JWT' })
        .setIssuer(ISSUER)
        .setIssuedAt()
        .setExpirationTime('12h')
        .sign(privateKey),
  }
}

const secret = () => randomBytes(24).toString('base64url')
