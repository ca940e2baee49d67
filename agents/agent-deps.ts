import type { MCPServer } from '@openai/agents'
import type { Avinode } from '../tools/avinode/avinode.ts'
import { avinodeFor } from '../tools/avinode/connections.ts'
import type { Broker, Db, Log, ToolContext } from '../tools/context.ts'
import type { Mail } from '../tools/mail.ts'
import { deterministicId } from './deterministic-id.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import type { Models } from './models-from.ts'

/** What the agents are given by the process that runs them. */
export type AgentsDeps = {
  supabase: { service: Db; forBroker(clerk_user_id: string): Db }
  /** Backed by the Avinode MCP server: agents reach the marketplace in no other way. */
  avinode: Avinode
  /** Further Avinode connections by name: each company's brokers use their own. */
  connections?: ReadonlyMap<string, Avinode>
  /** Avinode's MCP server for the flight-search agent, connected already, showing only what looks. */
  avinodeServers?: MCPServer[]
  mail: Mail
  publicUrl: string
  models: Models
  limits?: Partial<Limits>
  log: Log
  now?(): Date
}

export const limitsOf = ({ limits, models }: AgentsDeps): Limits => ({ ...DEFAULT_LIMITS, ...models.limits, ...limits })

/** The verbs' context for one piece of work, with the broker's own rights. The seed makes repeated work find its rows again. */
export function toolContext(
  deps: AgentsDeps,
  { iso_agent_id, clerk_user_id, role, full_name, email }: Broker,
  { seed, origin, signal }: { seed: string; origin: ToolContext['origin']; signal: AbortSignal },
): ToolContext {
  const { supabase, mail, publicUrl, log, now = () => new Date() } = deps
  return {
    broker: { iso_agent_id, clerk_user_id, role, full_name, email },
    db: supabase.forBroker(clerk_user_id),
    avinode: avinodeFor(iso_agent_id, supabase.service, deps),
    mail,
    origin,
    newId: (key) => deterministicId(seed, key),
    publicUrl,
    now,
    signal,
    log,
  }
}
