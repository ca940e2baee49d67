import type { SupabaseClient } from '@supabase/supabase-js'
import type { Database } from '../supabase/database.types.ts'
import type { Avinode } from './avinode/avinode.ts'
import type { Mail } from './mail.ts'

/** A connection to the database that carries somebody's rights: row level security decides what it sees. */
export type Db = SupabaseClient<Database>

/** The signed-in person for whom everything in this call is done. */
export type Broker = {
  iso_agent_id: string
  clerk_user_id: string
  role: 'iso_agent' | 'admin' | 'operator'
  full_name: string
  email: string
}

export type Log = {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Where a call comes from: a chat turn has a conversation, an API or MCP call has none. */
export type Origin =
  | { kind: 'chat'; turn_id: string; conversation_id: string }
  | { kind: 'api' | 'mcp' | 'background'; turn_id: null; conversation_id: null }

/** What a verb may reach. Everything in it acts with the broker's own rights, and nothing in it names another tenant. */
export type ToolContext = {
  broker: Broker
  db: Db
  avinode: Avinode
  mail: Mail
  origin: Origin
  /**
   * A uuid for a new row. In a chat turn the same key gives the same id again, so a repeated turn creates nothing twice; in a
   * call with an idempotency key it is the key's one id for what stands before the colon.
   */
  newId(key: string): string
  /** Base address of the client's page, without a slash at the end. */
  publicUrl: string
  now(): Date
  signal: AbortSignal
  log: Log
}
