import type { HttpBindings } from '@hono/node-server'
import type { RequestIdVariables } from 'hono/request-id'
import type { ToolContext } from '../tools/context.ts'

/** What every handler finds on its context. `context` and `expires_at` (of the token, in ms) are set behind sign-in only. */
export type ApiEnv = {
  Bindings: Partial<HttpBindings>
  Variables: RequestIdVariables & { context: ToolContext; expires_at: number | null }
}
