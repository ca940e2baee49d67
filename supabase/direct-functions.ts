import type { Socket } from 'node:net'
import pg from 'pg'
import type { Database } from './database.types.ts'

type Declared = Database['public']['Functions']

/** What a call comes to: the form in which supabase-js answers, so that both ways to the database read alike. */
export type FunctionAnswer = {
  data: unknown
  error: { code?: string; message: string; details?: string | null } | null
  /** As PostgREST would say it; 0 where there was no answer at all. */
  status: number
}

/** The database's functions by name, with named arguments. A service client of supabase-js is one too. */
export type DatabaseFunctions = {
  rpc<Name extends keyof Declared & string>(name: Name, args: Declared[Name]['Args']): PromiseLike<FunctionAnswer>
}

/**
 * Calls the system's functions over connections of our own, past the HTTP API in front of the database. For the writers that
 * are in a hurry: intake and workers. Whoever holds these connections may call every function, as the service role may.
 */
export function createDirectFunctions(pool: pg.Pool): DatabaseFunctions {
  const names = new Map<string, string>()
  /** A named statement is planned once on each connection. Postgres cuts off long names, so they are numbers. */
  const nameOf = (text: string) => {
    const known = names.get(text) ?? `jetvision_${names.size}`
    names.set(text, known)
    return known
  }
  return {
    async rpc(name, args) {
      const entries = Object.entries(args ?? {}).filter(([, value]) => value !== undefined)
      const named = entries.map(([argument], index) => `${identifier(argument)} => $${index + 1}`)
      const text = `select public.${identifier(name)}(${named.join(', ')}) as result`
      try {
        const values = entries.map(([, value]) => parameter(value))
        const { rows } = await pool.query({ name: nameOf(text), text, values })
        return { data: rows[0]?.result ?? null, error: null, status: 200 }
      } catch (error) {
        return { data: null, ...refusal(error) }
      }
    },
  }
}

type PoolOptions = { databaseUrl: string; max: number; timeout_ms: number; onError(error: Error): void }

/** Connections for `createDirectFunctions`: a call ends within twice `timeout_ms`, also when the server is gone without a word. */
export function createDirectPool({ databaseUrl, max, timeout_ms, onError }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max,
    keepAlive: true,
    connectionTimeoutMillis: timeout_ms,
    application_name: 'jetvision-system',
  })
  pool.on('error', onError) // a connection that waits in the pool and is cut must not end the process
  endSilent(pool, timeout_ms)
  return pool
}

/**
 * Cuts the connections that owe an answer for so long. The limit is the socket's own: with `query_timeout` each query has a timer
 * that keeps everything around it from being collected young, and the collector's pauses were the slowest answers.
 */
function endSilent(pool: pg.Pool, timeout_ms: number) {
  const asked = new WeakSet<pg.PoolClient>()
  pool.on('acquire', (client) => asked.add(client))
  pool.on('release', (_error, client) => asked.delete(client))
  pool.on('connect', (client) => {
    const { stream } = (client as unknown as { connection: { stream: Socket } }).connection // which its types leave out
    stream.setTimeout(timeout_ms)
    stream.on('timeout', () => {
      if (asked.has(client)) stream.destroy(new Error(`The database did not answer within ${timeout_ms} ms`))
    })
  })
}

/** Objects and lists are JSON to us, never Postgres arrays. */
const parameter = (value: unknown) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : value)

function identifier(name: string) {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new Error(`${name} is not the name of anything in our database`)
  return name
}

function refusal(error: unknown): Pick<FunctionAnswer, 'error' | 'status'> {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof pg.DatabaseError)) return { error: { message }, status: 0 } // no connection, or no answer in time
  const { code = '', detail = null } = error
  const chosen = /^PT([45]\d\d)$/.exec(code)?.[1]
  return { error: { code, message, details: detail }, status: chosen ? Number(chosen) : 500 }
}
