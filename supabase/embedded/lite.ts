// First of all: what comes next replaces it.

import { App, setExperimental } from '@supabase/lite'
import { createPostgresConnection } from '@supabase/lite/postgres'
import { jwtVerify } from 'jose'
import { emitWarning } from './own-warnings.ts'
import { storageInFolder } from './storage-files.ts'

process.emitWarning = emitWarning

export type Fetch = (request: Request) => Promise<Response>

type LiteOptions = { databaseUrl: string; storageFolder: string } & Keys

export type Keys = { publishableKey: string; secretKey: string; jwtSecret: string }

/**
 * Supabase's REST and Storage API on a Postgres of ours, by @supabase/lite. Where it differs from Supabase in something
 * that we or supabase-js rely on, the difference is taken out here and nowhere else.
 */
export async function startLite({ databaseUrl, storageFolder, ...keys }: LiteOptions) {
  process.env.LITE_TELEMETRY = '0'
  process.env.DO_NOT_TRACK = '1'
  silenceRefusedQueries()

  const connection = createPostgresConnection({ url: databaseUrl, postgresOptions: { types: asPostgrestValues } })
  // It would grant every table to anon once it sees a policy; our migrations have granted exactly what they mean to.
  Object.assign(connection, { rlsState: 'active' })
  connection.normalizeDbError = asPostgrestAnswers
  connection.introspect = onlyConstraints(connection.introspect.bind(connection))
  const app = new App({
    connection,
    auth: {
      enabled: false, // people sign in with Clerk; the keys and the secret below count nevertheless
      jwt_secret: keys.jwtSecret,
      publishable_key: keys.publishableKey,
      secret_key: keys.secretKey,
    },
    storage: { enabled: true, file_size_limit: '25MiB' },
    studio: { enabled: false },
  })
  app._storageAdapter = storageInFolder(storageFolder)
  await app.init()
  setExperimental('storage', true) // after `init`, which would print a warning about it
  const calls = finishable(async (request) => app.fetch(request))
  return {
    fetch: correctStorage(calls.fetch, keys.jwtSecret),
    async close() {
      await calls.finish()
      await connection.close()
    },
  }
}

type Introspect = ReturnType<typeof createPostgresConnection>['introspect']

/** One row belongs to one where a constraint says so. lite would also believe an index that is for some of the rows only. */
function onlyConstraints(introspect: Introspect): Introspect {
  return async (options) => {
    const found = await introspect(options)
    const constraints = new Set(found.unique_constraints.map(({ schema, name }) => `${schema}.${name}`))
    return { ...found, indexes: found.indexes.filter(({ schema, name }) => constraints.has(`${schema}.${name}`)) }
  }
}

/** A connection that is closed under a transaction never ends: what has begun is finished first, and nothing new begins. */
function finishable(fetch: Fetch) {
  const running = new Set<Promise<unknown>>()
  let finishing = false
  return {
    async fetch(request: Request) {
      if (finishing) return Response.json({ code: 'PGRST000', message: 'Database connection error' }, { status: 503 })
      const answer = fetch(request)
      running.add(answer)
      return answer.finally(() => running.delete(answer))
    },
    finish() {
      finishing = true
      return Promise.allSettled(running)
    },
  }
}

// PostgREST answers with ISO timestamps, and with numbers for numeric: cast to text where every cent counts.
const asPostgrestValues = {
  timestamptz: {
    to: 1184,
    from: [1184],
    serialize: String,
    parse: (value: string) => value.replace(' ', 'T').replace(/[+-]\d\d$/, '$&:00'),
  },
  numeric: { to: 1700, from: [1700], serialize: String, parse: Number },
  // lite hands a function's JSON argument over as text, which must not be quoted once more.
  jsonb: { to: 3802, from: [3802], serialize: jsonArgument, parse: (value: string) => JSON.parse(value) as unknown },
}

function jsonArgument(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  try {
    const parsed: unknown = JSON.parse(value)
    return typeof parsed === 'object' && parsed !== null ? value : JSON.stringify(value)
  } catch {
    return JSON.stringify(value)
  }
}

const refused = new WeakSet<object>()

/** lite prints every query that the database refuses. The caller gets it as an answer, and that is where it belongs. */
function silenceRefusedQueries() {
  if ('jetvision' in console.error) return
  const print = console.error
  const filtered = (...args: unknown[]) => {
    const [first] = args
    if (typeof first !== 'object' || first === null || !refused.has(first)) print(...args)
  }
  console.error = Object.assign(filtered, { jetvision: true })
}

type DatabaseAnswer = { code: string; message: string; detail?: string | null; hint?: string | null }
type DatabaseError = Error & DatabaseAnswer

// PostgREST's table of HTTP statuses, for the SQL errors that lite answers as `SUP` with status 500 and no code.
const STATUS: [RegExp, number][] = [
  [/^08/, 503],
  [/^0[LP]/, 403],
  [/^23(503|505)|^42|^2[12]|^23502|^25006|^5[35]|^PT|^PGRST/, 0], // lite knows these
  [/^23/, 400],
  [/^28/, 403],
  [/^P0001/, 400],
  [/^(09|25|2D|38|39|3B|40|54|57|58|F0|HV|P0|XX)/, 500],
]

function asPostgrestAnswers(error: unknown) {
  if (isLostConnection(error)) return answerWith(503, { code: 'PGRST000', message: 'Database connection error' })
  if (!isDatabaseError(error)) return error
  refused.add(error)
  const status = STATUS.find(([codes]) => codes.test(error.code))?.[1] ?? 400
  return status === 0 ? error : answerWith(status, error)
}

function answerWith(status: number, { code, message, detail = null, hint = null }: DatabaseAnswer) {
  // The form in which a SQL function may choose code and status itself; lite passes it on as it is.
  const answer = {
    code: 'PGRST',
    message: JSON.stringify({ code, message, details: detail, hint }),
    detail: JSON.stringify({ status, headers: {} }),
  }
  refused.add(answer)
  return answer
}

/** The driver's own words, such as CONNECTION_CLOSED, and those of the socket below it. */
const isLostConnection = (error: unknown) =>
  error instanceof Error && 'code' in error && /^(CONNECT|ECONN|EPIPE|ETIMEDOUT)/.test(String(error.code))

const isDatabaseError = (error: unknown): error is DatabaseError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)

/** supabase-js reads `signedURL` and `url`, relative to the storage API, and uploads a Blob as an unnamed form field. */
function correctStorage(next: Fetch, jwtSecret: string): Fetch {
  const secret = new TextEncoder().encode(jwtSecret)
  return async (request) => {
    const { pathname, searchParams } = new URL(request.url)
    if (!pathname.startsWith('/storage/v1/object/')) return next(request)
    if (request.method !== 'POST' && /^\/storage\/v1\/object\/(upload\/)?sign\//.test(pathname)) {
      const isGood = await jwtVerify(searchParams.get('token') ?? '', secret, { algorithms: ['HS256'] }).catch(
        () => null,
      )
      if (!isGood) return invalidLink()
    }
    if (request.method === 'POST' && /\/object\/sign\/[^/]+$/.test(pathname)) return signEach(request, next)
    const isForm = request.headers.get('content-type')?.startsWith('multipart/form-data')
    const response = await next(isForm ? await unwrapForm(request) : request)
    if (request.method !== 'POST' || !pathname.includes('/sign/') || !response.ok) return response
    return Response.json(withRelativeUrl(await response.json()), { status: response.status })
  }
}

/** A link that was changed or has expired, for which lite answers 500. */
const invalidLink = () =>
  Response.json(
    { statusCode: '400', error: 'InvalidJWT', message: 'The link is not valid, or has expired' },
    { status: 400 },
  )

/** Several paths at once: lite takes that for one path with no name. */
async function signEach(request: Request, next: Fetch) {
  const { paths, expiresIn }: { paths: string[]; expiresIn: number } = await request.json()
  const headers = new Headers(request.headers)
  headers.delete('content-length')
  const signed = paths.map(async (path) => {
    const url = `${request.url}/${path.split('/').map(encodeURIComponent).join('/')}`
    const response = await next(new Request(url, { method: 'POST', headers, body: JSON.stringify({ expiresIn }) }))
    const answer = withRelativeUrl(await response.json())
    return response.ok
      ? { path, error: null, ...answer }
      : { path, error: answer.message ?? 'Not found', signedURL: null }
  })
  return Response.json(await Promise.all(signed))
}

async function unwrapForm(request: Request) {
  const form = await request.formData()
  const file = [...form.values()].find((value) => value instanceof File)
  if (!(file instanceof File)) return new Request(request.url, { method: request.method, headers: request.headers })
  const headers = new Headers(request.headers)
  headers.set('content-type', file.type || 'application/octet-stream')
  headers.set('content-length', String(file.size))
  const seconds = form.get('cacheControl')
  if (typeof seconds === 'string') headers.set('cache-control', `max-age=${seconds}`)
  return new Request(request.url, { method: request.method, headers, body: await file.arrayBuffer() })
}

function withRelativeUrl({ signedUrl, ...rest }: { signedUrl?: string; message?: string }) {
  const url = signedUrl?.replace('/storage/v1', '')
  return { ...rest, signedURL: url, url }
}
