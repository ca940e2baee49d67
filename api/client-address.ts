import type { Context } from 'hono'
import type { ApiEnv } from './api-env.ts'

/** Where a call comes from. `X-Forwarded-For` counts only behind our own proxy, and there only its last entry, which the proxy wrote. */
export function clientAddress(c: Context<ApiEnv>, trustProxy: boolean): string | null {
  const forwarded = trustProxy ? c.req.header('X-Forwarded-For')?.split(',').at(-1)?.trim() : undefined
  return forwarded || (c.env?.incoming?.socket.remoteAddress ?? null)
}
