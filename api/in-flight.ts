import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from './api-env.ts'
import { HttpProblem } from './problem.ts'

/** Far above what a busy house needs, and far below where memory or the database would give way. */
const MOST = 400
/**
 * A notification that is refused may never come again, and after a restart all readers of streams come back at once. Avinode's
 * notifications have a bound of their own, where they are stored.
 */
const PATIENT = /^\/api\/webhooks\/|\/(events|stream)$/
const PATIENT_TIMES = 10

/**
 * Refuses at once what would only wait behind too many other calls. A stream counts until it is open: what it then sends has
 * bounds of its own. Probes do not fail because others call.
 */
export function limitInFlight(most = MOST) {
  let running = 0
  return createMiddleware<ApiEnv>(async (c, next) => {
    const { path } = c.req
    if (/^\/(healthz|readyz|metrics)$/.test(path)) return next()
    if (running >= (PATIENT.test(path) ? most * PATIENT_TIMES : most)) {
      throw new HttpProblem(503, 'overloaded', 'Too many calls at once. Try again in a moment', { 'Retry-After': '1' })
    }
    running += 1
    try {
      await next()
    } finally {
      running -= 1
    }
  })
}
