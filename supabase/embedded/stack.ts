import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { serve } from '@hono/node-server'
import { errors, jwtVerify } from 'jose'
import pg from 'pg'
import { brokerSigner } from '../clients.ts'
import { type Fetch, type Keys, startLite } from './lite.ts'
import { migrate } from './migrate.ts'
import { startPostgres } from './postgres.ts'
import type { VerifyExternalToken } from './realtime/identity.ts'
import { createRealtime, type Realtime } from './realtime/realtime.ts'

type Log = { info(fields: object, message: string): void; error(fields: object, message: string): void }

export type { VerifyExternalToken }

export type EmbeddedSupabaseOptions = {
  /** Holds everything that is kept: the database, the files, the keys. */
  dataDir: string
  /** 0 takes any free port. */
  apiPort: number
  /** 0 takes any free port. */
  postgresPort: number
  /** Fills an empty database with the demonstration agents, clients and requests. */
  seed: boolean
  log: Log
  /** Supabase's third-party auth: tokens of another issuer (Clerk) that count as signed in. */
  verifyExternalToken?: VerifyExternalToken
  /** false: faster, and a crash of the machine may cost data. For tests. */
  durable?: boolean
}

export type EmbeddedSupabase = Keys & {
  url: string
  databaseUrl: string
  /** Answers without the network, for clients in this process. */
  fetch: typeof fetch
  close(): Promise<void>
}

/**
 * Starts what Supabase is to us, on one real Postgres in a folder: database, REST API, Storage and Realtime, with the
 * same rules.
 */
export async function startEmbeddedSupabase(options: EmbeddedSupabaseOptions): Promise<EmbeddedSupabase> {
  const started = Date.now()
  const dataDir = resolve(options.dataDir)
  await mkdir(dataDir, { recursive: true })
  const keys = await keptKeys(join(dataDir, 'supabase-keys.json'))
  const postgres = await startPostgres({
    folder: join(dataDir, 'postgres'),
    port: options.postgresPort,
    durable: options.durable ?? true,
  })
  const opened: (() => Promise<unknown>)[] = [postgres.close]
  const close = async () => {
    for (const stop of opened.splice(0).reverse()) await stop()
  }
  try {
    const databaseUrl = postgres.url()
    const migrations = await migrate(databaseUrl)
    if (options.seed) await seed(databaseUrl)
    const lite = await startLite({ databaseUrl, storageFolder: join(dataDir, 'storage'), ...keys })
    opened.push(lite.close)
    const realtime = createRealtime({ databaseUrl, log: options.log, ...verifier(options), ...keys })
    const rest = checkBearer(lite.fetch, keys, options.verifyExternalToken)
    const answer: Fetch = async (request) => (await realtime.fetch(request)) ?? rest(request)
    const http = await listen(answer, options.apiPort, realtime).catch(async (error: unknown) => {
      await realtime.close()
      throw error
    })
    opened.push(http.close, realtime.close) // the HTTP server ends only when its websockets have
    options.log.info({ url: http.url, migrations, ms: Date.now() - started }, 'embedded Supabase is ready')
    return {
      ...keys,
      url: http.url,
      databaseUrl,
      fetch: (input, init) => answer(new Request(input, init)),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

const verifier = ({ verifyExternalToken }: EmbeddedSupabaseOptions) =>
  verifyExternalToken ? { verifyExternalToken } : {}

async function keptKeys(file: string): Promise<Keys> {
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  if (kept) return JSON.parse(kept)
  const random = (bytes: number) => randomBytes(bytes).toString('base64url')
  const keys = {
    publishableKey: `sb_publishable_${random(24)}`,
    secretKey: `sb_secret_${random(24)}`,
    jwtSecret: random(48),
  }
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 })
  return keys
}

/** Only into an empty database: what was changed or deleted since stays as it is. */
async function seed(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rowCount } = await client.query('select from public.iso_agents limit 1')
    if (rowCount === 0) await client.query(await readFile(join(import.meta.dirname, '../seed.sql'), 'utf8'))
  } finally {
    await client.end()
  }
}

/**
 * Looks at the bearer token before lite does, because lite takes whoever has a bad one for nobody instead of refusing it.
 * A token of another issuer that `verify` accepts is exchanged for a short one of ours with the same subject.
 */
function checkBearer(next: Fetch, { jwtSecret }: Keys, verify?: VerifyExternalToken): Fetch {
  const secret = new TextEncoder().encode(jwtSecret)
  const sign = brokerSigner({ jwtSecret })
  return async (request) => {
    const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.get('authorization') ?? '')?.[1]
    if (!bearer || bearer.startsWith('sb_')) return next(request) // an API key, which lite checks
    try {
      await jwtVerify(bearer, secret, { algorithms: ['HS256'] })
      return next(request)
    } catch (error) {
      const external = await verify?.(bearer)
      if (!external?.sub) return unauthorized(error)
      const headers = new Headers(request.headers)
      headers.set('authorization', `Bearer ${await sign(external.sub)}`)
      return next(new Request(request, { headers }))
    }
  }
}

function unauthorized(error: unknown) {
  const isExpired = error instanceof errors.JWTExpired
  return Response.json(
    {
      code: isExpired ? 'PGRST303' : 'PGRST301',
      message: isExpired ? 'JWT expired' : 'JWT invalid',
      details: null,
      hint: null,
    },
    {
      status: 401,
      headers: { 'access-control-allow-origin': '*', 'www-authenticate': 'Bearer error="invalid_token"' },
    },
  )
}

function listen(answer: Fetch, port: number, realtime: Realtime) {
  return new Promise<{ url: string; close(): Promise<void> }>((done, fail) => {
    const server = serve({ fetch: answer, port, hostname: '127.0.0.1' }, (address) =>
      done({
        url: `http://127.0.0.1:${address.port}`,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed())
            if ('closeAllConnections' in server) server.closeAllConnections()
          }),
      }),
    )
    server.on('upgrade', (request, socket, head) => {
      if (!realtime.upgrade(request, socket, head)) socket.destroy()
    })
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(
        error.code === 'EADDRINUSE'
          ? new Error(
              `Port ${port} is in use, so the Supabase API cannot listen there. Set SUPABASE_PORT to another one.`,
            )
          : error,
      ),
    )
  })
}
