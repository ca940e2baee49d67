import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Hono } from 'hono'
import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import pg from 'pg'
import { startBus } from '../queue/bus.ts'
import { createSupabase } from '../supabase/clients.ts'
import { startEmbeddedSupabase } from '../supabase/embedded/stack.ts'
import { copyTestCluster } from '../supabase/embedded/test-cluster.ts'
import type { Avinode } from '../tools/avinode/avinode.ts'
import type { Log } from '../tools/context.ts'
import type { ApiEnv } from './api-env.ts'
import { createApi } from './app.ts'
import type { ApiDeps } from './deps.ts'
import { noMail } from './no-mail.ts'
import { createTokenVerifier } from './token-verifier.ts'

export const DANA = { sub: 'user_dana_example', id: 'a0000000-0000-4000-8000-000000000001', email: 'dana@example.com' }
export const OMAR = { sub: 'user_omar_example', id: 'a0000000-0000-4000-8000-000000000002', email: 'omar@example.com' }
export const LENA = { sub: 'user_lena_example', id: 'a0000000-0000-4000-8000-000000000003', email: 'lena@example.com' }
export const ALEX = { sub: 'user_alex_example', id: 'a0000000-0000-4000-8000-000000000004', email: 'alex@example.com' }

export const ISSUER = 'https://clerk.example.com'
export const WEBHOOK = { username: 'avinode', password: 'correct horse battery staple' }

type Enqueued = { kind: 'webhook' | 'turn' | 'outbox'; id: string; attempt: number }
export type Json = Record<string, unknown>
export type Answer = { status: number; body: Json; headers: Headers }

export type TestApi = Awaited<ReturnType<typeof startTestApi>>

/** A pair of keys, and tokens as Clerk would sign them. */
export async function createSigner() {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'key-1', alg: 'RS256', use: 'sig' }
  return {
    jwk,
    privateKey,
    sign: (claims: Json, { expires = '1h', kid = 'key-1' } = {}) =>
      new SignJWT({ iss: ISSUER, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
        .setIssuedAt()
        .setExpirationTime(expires)
        .sign(privateKey),
  }
}

/** A database of its own, with what stands around it. */
async function startWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-api-'))
  await copyTestCluster(join(folder, 'postgres'))
  const stack = await startEmbeddedSupabase({
    dataDir: folder,
    apiPort: 0,
    postgresPort: 0,
    seed: true,
    log: silent,
    durable: false,
  })
  const close = async () => {
    await stack.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { stack, signer: await createSigner(), close }
}

type World = Awaited<ReturnType<typeof startWorld>>

/** The real API on the real embedded stack, with the seeded agents; the queue only takes notes. `beside` shares the database of another. */
export async function startTestApi(overrides: Partial<ApiDeps> = {}, beside?: { world: World }) {
  const world = beside?.world ?? (await startWorld())
  const { stack, signer } = world
  const log = recordingLog()
  const bus = await startBus({ databaseUrl: stack.databaseUrl, log: silent })
  const sql = new pg.Pool({ connectionString: stack.databaseUrl, max: 4 })
  sql.on('error', () => undefined) // the server may end before the last connection has said goodbye
  const enqueued: Enqueued[] = []
  let announce: (() => void) | undefined
  const note = (kind: Enqueued['kind']) => async (id: string, attempt: number) => {
    enqueued.push({ kind, id, attempt })
    announce?.()
  }
  const webhooks = async (ids: readonly string[]) => {
    for (const id of ids) await note('webhook')(id, 0)
  }
  const supabase = createSupabase(stack)
  const closing = new AbortController()
  const app = createApi({
    supabase,
    bus,
    enqueue: { webhooks, turn: note('turn'), outbox: note('outbox') },
    verifyToken: createTokenVerifier({ issuer: ISSUER, jwks: { keys: [signer.jwk] } }),
    avinode: noAvinode,
    mail: noMail,
    publicUrl: 'https://jetvision.example.com',
    webhook: { credentials: [WEBHOOK, { username: 'avinode-before', password: 'the one from last month' }] },
    clerkWebhookSecret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    webDir: null,
    local: null,
    mcp: null,
    ready: async () => ({ database: { ok: true } }),
    log,
    closing: closing.signal,
    ...overrides,
  })
  const close = async () => {
    closing.abort()
    await bus.close()
    await sql.end()
    if (!beside) await world.close()
  }
  return {
    world,
    app,
    bus,
    sql,
    supabase,
    signer,
    enqueued,
    /** Calls back when work is asked for. */
    onEnqueued(listener: () => void) {
      announce = listener
    },
    log,
    closing,
    as: (who: { sub: string }) => caller(app, () => signer.sign({ sub: who.sub })),
    anonymous: caller(app),
    close,
  }
}

/** Calls the API as somebody, with JSON in and out. */
export function caller(app: Hono<ApiEnv>, token?: () => Promise<string>) {
  const send = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(path, {
      method,
      headers: {
        accept: 'application/json',
        ...(token && { authorization: `Bearer ${await token()}` }),
        ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && {
        body: body instanceof FormData || typeof body === 'string' ? body : JSON.stringify(body),
      }),
    })
  const call = async (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer> => {
    const response = await send(method, path, body, headers)
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, body: isJson && text ? JSON.parse(text) : { text }, headers: response.headers }
  }
  return {
    send,
    call,
    get: (path: string, headers?: Record<string, string>) => call('GET', path, undefined, headers),
    post: (path: string, body?: unknown, headers?: Record<string, string>) => call('POST', path, body, headers),
    patch: (path: string, body?: unknown) => call('PATCH', path, body),
    put: (path: string, body?: unknown) => call('PUT', path, body),
    delete: (path: string) => call('DELETE', path),
  }
}

export type ServerEvent = { id?: string; event: string; data: Json }

/** Reads server-sent events one by one, for as long as a test wants to. */
export function readEvents(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) throw new Error('The answer has no body')
  let buffer = ''
  const next = async (): Promise<ServerEvent | undefined> => {
    for (;;) {
      const end = buffer.indexOf('\n\n')
      if (end >= 0) {
        const event = parseEvent(buffer.slice(0, end))
        buffer = buffer.slice(end + 2)
        if (event) return event
        continue
      }
      const { done, value } = await reader.read()
      if (done) return undefined
      buffer += value
    }
  }
  return {
    next,
    /** The next event that fits, and all before it. */
    async until(fits: (event: ServerEvent) => boolean): Promise<ServerEvent[]> {
      const seen: ServerEvent[] = []
      for (;;) {
        const event = await next()
        if (!event) throw new Error(`The stream ended after ${JSON.stringify(seen)}`)
        seen.push(event)
        if (fits(event)) return seen
      }
    },
    close: () => reader.cancel(),
  }
}

function parseEvent(block: string): ServerEvent | undefined {
  const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1]
  const [id, event, data] = [field('id'), field('event'), field('data')]
  if (data === undefined) return undefined
  return { ...(id !== undefined && { id }), event: event ?? 'message', data: data === '[DONE]' ? {} : JSON.parse(data) }
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

function recordingLog() {
  const lines: { level: string; fields: object; message: string }[] = []
  const at = (level: string) => (fields: object, message: string) => void lines.push({ level, fields, message })
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), lines }
}

/** These tests stop where Avinode begins. */
const noAvinode = new Proxy({} as Avinode, {
  get: (_target, verb) => () => Promise.reject(new Error(`Avinode was asked to ${String(verb)}`)),
})
