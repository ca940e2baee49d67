import { createHash } from 'node:crypto'
import type { Avinode } from '../tools/avinode/avinode.ts'
import { avinodeFor } from '../tools/avinode/connections.ts'
import type { Broker, Db, Log, ToolContext } from '../tools/context.ts'
import type { Mail } from '../tools/mail.ts'

/** What background work shares; the broker's rights are added for each piece of it. */
export type BackgroundDeps = {
  supabase: { service: Db; forBroker(clerk_user_id: string): Db }
  avinode: Avinode
  /** Further Avinode connections by name. */
  connections?: ReadonlyMap<string, Avinode>
  mail: Mail
  publicUrl: string
  log: Log
}

/**
 * The context of work that nobody waits for, done with the rights of the broker it is for. `seed` names the piece of work: the
 * same piece, done again, gives new rows the same ids.
 */
export function brokerContext(
  { iso_agent_id, clerk_user_id, role, full_name, email }: Broker,
  seed: string,
  signal: AbortSignal,
  deps: BackgroundDeps,
): ToolContext {
  return {
    broker: { iso_agent_id, clerk_user_id, role, full_name, email },
    db: deps.supabase.forBroker(clerk_user_id),
    avinode: avinodeFor(iso_agent_id, deps.supabase.service, deps),
    mail: deps.mail,
    origin: { kind: 'background', turn_id: null, conversation_id: null },
    newId: (key) => uuidFrom(`${seed}/${key}`),
    publicUrl: deps.publicUrl,
    now: () => new Date(),
    signal,
    log: deps.log,
  }
}

/** A uuid (version 8, RFC 9562) that is the same for the same text. */
function uuidFrom(text: string) {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
