import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { Log } from '../context.ts'
import { ServiceError } from '../errors.ts'
import { type CircuitLimits, createCircuit } from './circuit.ts'
import { createRateLimit, type RateLimit } from './rate-limit.ts'
import { refusalOf, WireError } from './refusal.ts'
import { AvinodeUnavailableError } from './unavailable.ts'

export type ConnectionOptions = {
  /** With `/api`, e.g. `https://sandbox.avinode.com/api`. */
  baseUrl: string
  apiToken: string
  authToken: string
  /** Application and version, e.g. `JetVision-v1.4.0`. */
  product: string
  apiVersion?: string
  /** The Avinode login in whose name calls are made. */
  actAsAccount?: string
  rateLimit?: Partial<RateLimit>
  circuit?: Partial<CircuitLimits>
  timeoutMs?: number
  /** First pause before a repeated read; it doubles. */
  backoffMs?: number
  log: Log
  now?: () => Date
  fetch?: typeof fetch
}

export type Call = {
  method: 'GET' | 'POST' | 'PUT'
  /** Below the base URL, e.g. `/trips/atrip-1`. */
  path: string
  query?: [name: string, value: string][]
  body?: unknown
  /** What a person would call the thing asked for: `Trip atrip-1`. */
  what: string
  signal: AbortSignal
}

export type Answer = { status: number; data: unknown; errors: WireError[] }

export type Connection = { base: URL; call(call: Call): Promise<Answer> }

const Envelope = z.object({
  meta: z
    .object({ errors: z.array(WireError).nullish().catch([]) })
    .nullish()
    .catch(null),
  data: z.unknown().optional(),
})

const MAX_ANSWER_BYTES = 8 * 1024 * 1024
const REPEATS = 2
const CLOCK_TOLERANCE_MS = 120_000
const CIRCUIT = { failures: 6, pause_ms: 10_000, longest_ms: 60_000 }

/**
 * One company's connection to Avinode's REST API: headers, time-out, rate limit, repeats, typed failures, and a pause where all fails. GET and PUT are repeated
 * on 5xx and network failures; POST never is, because Avinode knows no idempotency key. Redirects are not followed.
 */
export function createConnection(options: ConnectionOptions): Connection {
  const { timeoutMs = 10_000, backoffMs = 250, log, now = () => new Date(), fetch: send = fetch } = options
  const base = new URL(options.baseUrl.replace(/\/+$/, ''))
  const limit = createRateLimit({ per_second: 0.98, burst: 60, ...options.rateLimit }, { max_wait_ms: timeoutMs })
  const circuit = createCircuit({ ...CIRCUIT, ...options.circuit })
  const fixed = fixedHeaders(options)

  async function attempt(call: Call): Promise<Answer> {
    const pause = circuit.take()
    if (pause > 0) throw leftAlone(pause)
    const turn = limit.take()
    if (!turn.granted) throw tooMany(turn.retry_after_seconds)
    if (turn.wait_ms > 0) await delay(turn.wait_ms, undefined, { signal: call.signal })
    const url = new URL(base.href.replace(/\/+$/, '') + call.path)
    for (const [name, value] of call.query ?? []) url.searchParams.append(name, value)
    const deadline = AbortSignal.timeout(timeoutMs)
    const started = performance.now()
    try {
      const response = await send(url, {
        method: call.method,
        headers: {
          ...fixed,
          'X-Avinode-SentTimestamp': now().toISOString(),
          ...(call.body !== undefined && { 'Content-Type': 'application/json' }),
        },
        body: call.body === undefined ? null : JSON.stringify(call.body),
        redirect: 'manual',
        signal: AbortSignal.any([call.signal, deadline]),
      })
      const text = await boundedText(response)
      const ms = Math.round(performance.now() - started)
      log.debug({ method: call.method, path: call.path, status: response.status, ms }, 'avinode call')
      warnOfClock(response)
      if (response.status < 500) circuit.answered()
      else circuit.failed()
      return read(call, response, text)
    } catch (error) {
      if (error instanceof ServiceError) throw error
      call.signal.throwIfAborted()
      circuit.failed()
      if (deadline.aborted)
        throw new AvinodeUnavailableError('Avinode did not answer in time', 'unknown', { cause: error })
      if (isNetworkFailure(error)) {
        const outcome = neverConnected(error) ? 'not_sent' : 'unknown'
        throw new AvinodeUnavailableError('Avinode cannot be reached', outcome, { momentary: true, cause: error })
      }
      throw error
    }
  }

  function read(call: Call, response: Response, text: string): Answer {
    const spent = response.status === 429 || response.headers.get('X-Rate-Limit-Remaining') === '0'
    const wait = retryAfter(response.headers, now()) ?? (spent ? rateLimitReset(response.headers) : undefined)
    if (spent) limit.pause(wait ?? 60)
    const envelope = parseEnvelope(text)
    const errors = envelope?.meta?.errors ?? []
    if (response.status < 200 || response.status > 299) throw refusalOf(response.status, errors, call.what, wait)
    if (!envelope && text.trim() !== '')
      throw new AvinodeUnavailableError('Avinode gave an answer that is not JSON', 'unknown')
    if (errors.length > 0) log.info({ path: call.path, codes: errors.map(({ code }) => code) }, 'avinode soft errors')
    return { status: response.status, data: envelope?.data, errors }
  }

  function warnOfClock(response: Response) {
    const theirs = Date.parse(response.headers.get('Date') ?? '')
    const skew_ms = now().getTime() - theirs
    if (Math.abs(skew_ms) > CLOCK_TOLERANCE_MS) log.warn({ skew_ms }, 'this clock and that of Avinode differ')
  }

  return {
    base,
    async call(call) {
      for (let repeat = 0; ; repeat += 1) {
        call.signal.throwIfAborted()
        try {
          return await attempt(call)
        } catch (error) {
          if (call.method === 'POST' || repeat === REPEATS || !mayPassAtOnce(error)) throw error
          log.warn({ method: call.method, path: call.path, repeat: repeat + 1 }, 'avinode call is repeated')
          await delay(backoffMs * 2 ** repeat * (0.5 + Math.random()), undefined, { signal: call.signal })
        }
      }
    },
  }
}

const tooMany = (retry_after_seconds: number) =>
  new AvinodeUnavailableError('Too many calls to Avinode are waiting', 'not_sent', { retry_after_seconds })

const leftAlone = (retry_after_seconds: number) =>
  new AvinodeUnavailableError('Avinode has failed again and again and is left alone for a while', 'not_sent', {
    retry_after_seconds,
  })

/** A time-out is not momentary: the caller has waited long enough. */
const mayPassAtOnce = (error: unknown) => error instanceof AvinodeUnavailableError && error.momentary

const isNetworkFailure = (error: unknown) => error instanceof TypeError || codeOf(error) !== undefined

const neverConnected = (error: unknown) => {
  const code = codeOf(error instanceof Error && error.cause !== undefined ? error.cause : error)
  return code !== undefined && ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'].includes(code)
}

const codeOf = (error: unknown) =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

function fixedHeaders({ apiToken, authToken, product, apiVersion = 'v1.0', actAsAccount }: ConnectionOptions) {
  return {
    Accept: 'application/json',
    'X-Avinode-ApiToken': pasted(apiToken),
    Authorization: `Bearer ${pasted(authToken).replace(/^Bearer/i, '')}`,
    'X-Avinode-Product': product,
    'X-Avinode-ApiVersion': apiVersion,
    ...(actAsAccount !== undefined && { 'X-Avinode-ActAsAccount': actAsAccount }),
  }
}

/** Credentials are pasted by people: with line breaks, blanks or typographic quotes around them. */
function pasted(credential: string) {
  const clean = credential.replace(/[\s"'\u2018\u2019\u201C\u201D\u200B\uFEFF]/g, '')
  // Refused here, because the error of `fetch` would quote it.
  if (!/^[\x21-\x7E]+$/.test(clean))
    throw new Error("One of Avinode's credentials is empty or holds unusable characters")
  return clean
}

function retryAfter(headers: Headers, now: Date): number | undefined {
  const value = headers.get('Retry-After')
  if (value === null) return undefined
  const seconds = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - now.getTime()) / 1000
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : undefined
}

function rateLimitReset(headers: Headers): number | undefined {
  const seconds = Number(headers.get('X-Rate-Limit-Reset') ?? Number.NaN)
  return Number.isFinite(seconds) ? Math.max(1, Math.ceil(seconds)) : undefined
}

function parseEnvelope(text: string) {
  try {
    return Envelope.safeParse(JSON.parse(text)).data
  } catch {
    return undefined // an error page of some proxy: the status says what there is to say
  }
}

async function boundedText(response: Response): Promise<string> {
  if (!response.body) return ''
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of response.body) {
    bytes += chunk.byteLength
    if (bytes > MAX_ANSWER_BYTES) throw new AvinodeUnavailableError("Avinode's answer is too large", 'unknown')
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
