import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from './api-env.ts'

/** What a page of ours may load: its own files, and nothing of anybody else's. Where brokers sign in at Clerk, its script and its calls too. */
export const pagePolicy = (clerk_origin?: string) =>
  [
    "default-src 'none'",
    `script-src 'self'${clerk_origin ? ` ${clerk_origin}` : ''}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${clerk_origin ? ` ${clerk_origin}` : ''}`,
    "manifest-src 'self'",
    ...(clerk_origin ? ['worker-src blob:'] : []),
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; ')

const PAGE_POLICY = pagePolicy()

/** Security headers on every answer. A route that needs another content policy sets its own. */
export const securityHeaders = createMiddleware<ApiEnv>(async (c, next) => {
  await next()
  const headers = c.res.headers
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', PAGE_POLICY)
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('X-Frame-Options', 'DENY')
  headers.set('Referrer-Policy', 'no-referrer')
  headers.set('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=()')
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Resource-Policy', 'same-origin')
  if (c.req.path.startsWith('/api/') && !headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
})
