import type { Context } from 'hono'
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

export const SECURITY_HEADERS = {
  'Content-Security-Policy': pagePolicy(),
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Permissions-Policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** Gives an answer its security headers. A route that needs another content policy has set its own. */
export function secure(c: Context<ApiEnv>) {
  const { headers } = c.res
  for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
    if (name !== 'Content-Security-Policy' || !headers.has(name)) headers.set(name, value)
  }
  if (c.req.path.startsWith('/api/') && !headers.has('Cache-Control')) headers.set('Cache-Control', 'no-store')
}

/** Security headers on every answer. */
export const securityHeaders = createMiddleware<ApiEnv>(async (c, next) => {
  await next()
  secure(c)
})
