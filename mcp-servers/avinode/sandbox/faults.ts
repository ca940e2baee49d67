import type { MiddlewareHandler } from 'hono'
import type { StatusCode } from 'hono/utils/http-status'
import { z } from 'zod'
import type { ApiEnv } from './envelope.ts'

export const FaultOrder = z.object({
  /** Everything fails with 503 until it is set to false. */
  down: z.boolean().optional(),
  /** The next so many calls are hit. */
  calls: z.int().min(0).max(100_000).default(1),
  /** Answer with this status instead. */
  status: z.int().min(300).max(599).optional(),
  /** Answer as usual, but so much later. */
  delay_ms: z.int().min(0).max(600_000).optional(),
  /** Never answer. */
  hang: z.boolean().optional(),
  /** Do it, and break the connection instead of answering. */
  lose_answer: z.boolean().optional(),
  retry_after_seconds: z.int().min(0).optional(),
  /** Only calls whose path contains this. */
  path: z.string().optional(),
})
export type FaultOrder = z.output<typeof FaultOrder>

export type Faults = ReturnType<typeof createFaults>

/** Plays an Avinode that is down, slow or broken. */
export function createFaults() {
  let is_down = false
  let orders: FaultOrder[] = []
  const closing = new AbortController()
  let over = new AbortController()

  function take(path: string): FaultOrder | undefined {
    const order = orders.find((candidate) => candidate.path === undefined || path.includes(candidate.path))
    if (!order) return undefined
    order.calls -= 1
    orders = orders.filter(({ calls }) => calls > 0)
    return order
  }

  const middleware: MiddlewareHandler<ApiEnv> = async (c, next) => {
    if (is_down) return c.text('Service Unavailable', 503)
    const order = take(c.req.path)
    if (!order) return next()
    if (order.hang) {
      await untilAborted(AbortSignal.any([c.req.raw.signal, closing.signal]))
      return c.text('', 503)
    }
    if (order.delay_ms) await delay(order.delay_ms, AbortSignal.any([over.signal, closing.signal]))
    if (order.status !== undefined) {
      if (order.retry_after_seconds !== undefined) c.header('Retry-After', String(order.retry_after_seconds))
      if (order.status < 400) c.header('Location', 'https://elsewhere.example/')
      return c.body(null, order.status as StatusCode) // the order was checked to be one
    }
    await next()
    if (order.lose_answer) c.env.incoming.socket.destroy()
  }

  return {
    middleware,
    order(order: FaultOrder) {
      if (order.down !== undefined) is_down = order.down
      const is_call_fault = order.status ?? order.delay_ms ?? order.hang ?? order.lose_answer
      if (is_call_fault !== undefined && order.calls > 0) orders.push({ ...order })
    },
    list: () => ({ down: is_down, orders }),
    /** Whoever is kept waiting is answered now. */
    clear() {
      is_down = false
      orders = []
      over.abort()
      over = new AbortController()
    },
    close: () => closing.abort(),
  }
}

const untilAborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })

const delay = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    const stop = () => {
      clearTimeout(timer)
      resolve()
    }
    signal.addEventListener('abort', stop, { once: true })
  })
