import type { Queue } from 'bullmq'
import type { Registry } from 'prom-client'
import type { DatabaseFunctions } from '../supabase/direct-functions.ts'
import type { Avinode } from '../tools/avinode/avinode.ts'
import type { Db, Log, ToolContext } from '../tools/context.ts'
import type { Mail } from '../tools/mail.ts'
import type { Tool } from '../tools/tool.ts'
import type { ClerkFrontend } from './clerk-frontend.ts'
import type { RateLimits } from './rate-limit.ts'
import type { WebhookCredential } from './webhook-credentials.ts'

/** Something that was announced and is not kept: who misses it, misses it. */
export type Ephemeral = {
  type: string
  conversation_id: string
  /** The brokers who may see it. */
  iso_agent_ids: string[]
  payload: Record<string, unknown>
}

/** Wakes whoever waits for new rows. A missed call costs a moment, never an event: readers look again by themselves. */
export type Bus = {
  /** Calls back when a broker's feed has grown, with its newest position; null when anything may have been missed. Returns the way to stop. */
  onFeed(iso_agent_id: string, listener: (position: number | null) => void): () => void
  /** Calls back when an assistant's turn has new chunks or ended. */
  onTurn(turn_id: string, listener: () => void): () => void
  onEphemeral(iso_agent_id: string, listener: (event: Ephemeral) => void): () => void
  publish(event: Ephemeral): Promise<void>
}

/** Makes stored work move. A lost call is harmless: the sweeper finds what waits. */
export type Enqueue = {
  webhooks(event_ids: readonly string[]): Promise<void>
  turn(turn_id: string, attempt: number): Promise<void>
  outbox(outbox_id: string, attempt: number): Promise<void>
}

export type Account = { id: string; email: string; full_name: string; role: string }

/** Sign-in for local mode only: production has none of it. */
export type LocalSignIn = {
  accounts(): Promise<Account[]>
  /** Undefined for an e-mail address that belongs to nobody. */
  issueToken(email: string, scope?: string): Promise<{ token: string; iso_agent: Account } | undefined>
  /** Where the simulated outside world can be looked at, and which parts of it are simulated. */
  links: { marketplace_url: string | null; mailbox_url: string | null; simulated: string[] }
}

export type Check = { ok: boolean; detail?: string }
export type Checks = Record<string, Check>

/** The queues for an admin's page; `secret` signs the passes to it, and is the same in every process. */
export type QueueBoard = { queues(): Promise<readonly Queue[]>; secret: string }

/** All that the HTTP API needs; `main.ts` builds the real ones. */
export type ApiDeps = {
  supabase: { service: Db; forBroker(clerk_user_id: string): Db }
  bus: Bus
  enqueue: Enqueue
  /** Null for a token that is missing something, forged, or out of date. `expires_at` (ms) ends what the token has opened, `scopes` restrict it. */
  verifyToken(token: string): Promise<{ sub: string; expires_at?: number; scopes?: readonly string[] } | null>
  avinode: Avinode
  /** Further Avinode connections by name: the brokers of a company reach Avinode through its own. */
  connections?: ReadonlyMap<string, Avinode>
  mail: Mail
  /** Address under which clients and brokers reach us, without a slash at the end. */
  publicUrl: string
  /** Who may deliver Avinode's notifications: two pairs of a connection while its password is being changed. */
  webhook: { credentials: WebhookCredential[] }
  /** How the system's own functions are called, where that is not over the API of the database. */
  systemFunctions?: DatabaseFunctions
  /** The signing secret of Clerk's webhook; null where Clerk is not in use. */
  clerkWebhookSecret?: string | null
  /** Folder of the built page; null for an API without one. */
  webDir: string | null
  /** Where brokers sign in; null where the page knows only the picker of local mode. */
  clerk?: ClerkFrontend | null
  local: LocalSignIn | null
  /** The JetVision MCP server: it gets the request, the context of whoever sent it, and what the token is restricted to. */
  mcp: ((request: Request, context: ToolContext, allow: readonly Tool['effect'][] | null) => Promise<Response>) | null
  /** Names the authorization server to MCP clients. */
  issuer?: string
  ready(): Promise<Checks>
  /** Jobs in each queue, by state. */
  queueCounts?: () => Promise<Record<string, Record<string, number>>>
  queueBoard?: QueueBoard
  log: Log
  metrics?: Registry
  /** Calls per minute; what is not set is wide. */
  limits?: Partial<RateLimits>
  /** How many calls are answered at the same time. */
  inFlight?: number
  /** Whether X-Forwarded-For comes from our own proxy. */
  trustProxy?: boolean
  /** Aborted when the process is about to end: readiness turns 503 and open streams close. */
  closing?: AbortSignal
  now?: () => Date
}
