import type { HttpBindings } from '@hono/node-server'
import type { RequestIdVariables } from 'hono/request-id'
import type { ToolContext } from '../tools/context.ts'
import type { Tool } from '../tools/tool.ts'

/** What every handler finds on its context. `context`, `expires_at` (of the token, in ms) and `allow` (null where it is not restricted) are set behind sign-in only. */
export type ApiEnv = {
  Bindings: Partial<HttpBindings>
  Variables: RequestIdVariables & {
    context: ToolContext
    expires_at: number | null
    allow: readonly Tool['effect'][] | null
  }
}
