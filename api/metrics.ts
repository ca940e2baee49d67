import { createMiddleware } from 'hono/factory'
import { routePath } from 'hono/route'
import { Gauge, Histogram, Registry } from 'prom-client'
import type { ApiEnv } from './api-env.ts'

/** Measures every answer by route, never by path: paths hold ids and secrets, and would grow without bound. */
export function createMetrics(registry = new Registry()) {
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time until the answer began',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })
  const streams = new Gauge({
    name: 'http_event_streams',
    help: 'Open server-sent event streams',
    registers: [registry],
  })
  const measure = createMiddleware<ApiEnv>(async (c, next) => {
    const stop = duration.startTimer()
    await next()
    const route = routePath(c, -1)
    stop({ method: c.req.method, route: route.includes('*') ? 'other' : route, status: String(c.res.status) })
  })
  return { registry, streams, measure }
}
