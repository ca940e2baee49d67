import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from './api-env.ts'
import { clientAddress } from './client-address.ts'
import { HttpProblem } from './problem.ts'

/** Calls per minute. Each may come all at once; then one more every 60 / n seconds. */
export type RateLimits = {
  /** Of one broker, all calls together. */
  broker: number
  /** Of one broker, questions to the assistant. */
  chat: number
  /** Of one broker, through MCP. */
  mcp: number
  /** From one address, before anybody knows who it is. */
  address: number
}

/** Where nobody sets any: on one's own machine they only stop a loop that has gone wild. */
const WIDE: RateLimits = { broker: 6_000, chat: 600, mcp: 1_200, address: 20_000 }

const MINUTE_MS = 60_000
const MOST_KEYS = 20_000

export type Limiter = {
  /** Counts a call. Seconds until it may be tried again; 0 lets it through. */
  take(key: string): number
}

/** A bucket of calls for every key, filled again evenly. Memory is bounded: the key that was quiet longest is forgotten first. */
export function createLimiter(per_minute: number, now: () => number = Date.now): Limiter {
  const buckets = new Map<string, { left: number; at: number }>()
  return {
    take(key) {
      const time = now()
      const before = buckets.get(key)
      const refilled = before ? before.left + ((time - before.at) / MINUTE_MS) * per_minute : per_minute
      const left = Math.min(per_minute, refilled)
      buckets.delete(key)
      buckets.set(key, { left: left >= 1 ? left - 1 : left, at: time })
      const [oldest] = buckets.keys()
      if (buckets.size > MOST_KEYS && oldest !== undefined) buckets.delete(oldest)
      return left >= 1 ? 0 : Math.ceil(((1 - left) * MINUTE_MS) / per_minute / 1000)
    },
  }
}

type Options = { limits?: Partial<RateLimits> | undefined; trustProxy?: boolean | undefined; now?: () => number }

/** One set of limits for an app: by address for everybody, by broker behind sign-in. */
export function createRateLimits({ limits, trustProxy = false, now = Date.now }: Options) {
  const { broker, chat, mcp, address } = { ...WIDE, ...limits }
  const [brokers, chats, mcps, addresses] = [broker, chat, mcp, address].map((n) => createLimiter(n, now)) as [
    Limiter,
    Limiter,
    Limiter,
    Limiter,
  ]
  return {
    byAddress: createMiddleware<ApiEnv>(async (c, next) => {
      // Probes must not fail, and a notification of Avinode's that is refused may never come again.
      const isFree = /^\/(healthz|readyz|metrics)$|^\/api\/webhooks\//.test(c.req.path)
      const from = isFree ? null : clientAddress(c, trustProxy)
      if (from !== null) refuse(addresses.take(from))
      await next()
    }),
    byBroker: createMiddleware<ApiEnv>(async (c, next) => {
      const { iso_agent_id } = c.var.context.broker
      const { path, method } = c.req
      if (path === '/mcp') refuse(mcps.take(iso_agent_id))
      else if (method === 'POST' && isQuestion(path)) refuse(chats.take(iso_agent_id))
      refuse(brokers.take(iso_agent_id))
      await next()
    }),
  }
}

/** Each of these asks the model for an answer. */
const isQuestion = (path: string) => path === '/api/chat' || /^\/api\/chat\/[^/]+\/retry$/.test(path)

function refuse(seconds: number) {
  if (seconds === 0) return
  throw new HttpProblem(429, 'limit_exceeded', `Too many calls at once. Try again in ${seconds} seconds`, {
    'Retry-After': String(seconds),
  })
}
