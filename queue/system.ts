import { z } from 'zod'
import type { Json } from '../supabase/database.types.ts'
import type { DatabaseFunctions } from '../supabase/direct-functions.ts'
import { defaultConnection } from '../tools/avinode/connections.ts'
import { type Answer, isOutage } from '../tools/database.ts'
import { UpstreamError } from '../tools/errors.ts'
import type { AvinodeChange } from './avinode-change.ts'

const broker = {
  iso_agent_id: z.uuid(),
  clerk_user_id: z.string(),
  role: z.enum(['iso_agent', 'admin', 'operator']),
  full_name: z.string(),
  email: z.string(),
}

/**
 * Leases and due times are the database's, and its clock is the only one that all workers share: a claim says how far it is ahead
 * of this process's.
 */
const clocked = <Claim extends { now: Date }>({ now, ...claim }: Claim) => ({
  ...claim,
  clock_ms: now.getTime() - Date.now(),
})
type Clocked = { clock_ms: number }
const theirTime = (time: Date, { clock_ms }: Clocked) => new Date(time.getTime() + clock_ms)
const ourTime = (time: Date, { clock_ms }: Clocked) => new Date(time.getTime() - clock_ms)

export const WebhookLease = z
  .object({
    event_id: z.uuid(),
    claim_token: z.uuid(),
    attempt: z.number(),
    event_type: z.string().nullish(),
    raw_payload: z.unknown(),
    retry_count: z.number(),
    source: z.string().nullish(),
    /** The Avinode connection that it came through, and that it is read through. */
    connection: z.string().default(defaultConnection),
    now: z.coerce.date(),
  })
  .transform(clocked)
export type WebhookLease = z.infer<typeof WebhookLease>

export const ClaimedTurn = z
  .object({
    turn_id: z.uuid(),
    claim_token: z.uuid(),
    attempt: z.number(),
    conversation_id: z.uuid(),
    ...broker,
    trigger: z.unknown(),
    user_message_id: z.uuid().nullable(),
    run_state: z.string().nullable(),
    sdk_version: z.string().nullable(),
    now: z.coerce.date(),
  })
  .transform(clocked)
/** A turn of the assistant in this worker's hands, with the broker for whom it runs. */
export type ClaimedTurn = z.infer<typeof ClaimedTurn>

export const OutboxLease = z
  .object({
    outbox_id: z.uuid(),
    claim_token: z.uuid(),
    key: z.string(),
    approval_id: z.uuid().nullable(),
    message_id: z.uuid().nullable(),
    action: z.string(),
    payload: z.unknown(),
    payload_sha256: z.string().nullable(),
    attempts: z.number(),
    was_sending: z.boolean(),
    ...broker,
    now: z.coerce.date(),
  })
  .transform(clocked)
export type OutboxLease = z.infer<typeof OutboxLease>

const Waiting = z.object({ id: z.uuid(), attempt: z.number() })
const DueWork = z.object({
  webhooks: z.array(Waiting),
  turns: z.array(Waiting),
  outbox: z.array(Waiting),
  analyses: z.array(z.object({ request_id: z.uuid(), key: z.string() })),
  trips: z.array(z.object({ request_id: z.uuid() })),
  dead_letters: z.array(z.object({ event_id: z.uuid() })),
  expired: z.object({ quotes: z.number(), proposals: z.number(), approvals: z.number() }),
})
export type DueWork = z.infer<typeof DueWork>

const Applied = z.object({
  applied: z.boolean(),
  request_id: z.uuid().nullish(),
  quote_id: z.uuid().nullish(),
  conversation_id: z.uuid().nullish(),
  message_id: z.uuid().nullish(),
  /** Names the state of the quotes that is to be analysed now; null while there is nothing to analyse. */
  analysis_key: z.string().nullish(),
})
const Heartbeat = z.object({ held: z.boolean(), stop_requested: z.boolean().nullish() })
/** What an ended action belonged to. Null where the lease was lost. */
const Ended = z
  .object({
    turn_id: z.uuid().nullish(),
    request_id: z.uuid().nullish(),
    next_outbox: z.object({ id: z.uuid(), attempt: z.number() }).nullish(),
  })
  .nullable()
export type Ended = z.infer<typeof Ended>
const FailedEvent = z.object({ status: z.string(), next_retry_at: z.coerce.date().nullish() }).nullable()

export type TurnEnd = { status: 'failed' | 'stopped'; messages: object[]; error: string | null }
export type Failure = { error: string; uses_attempt: boolean; retry_at: Date | null }

/** The database's own functions for workers. Each is one transaction; whoever no longer holds the lease changes nothing. */
export type System = ReturnType<typeof createSystem>

/** Binds the functions to a way of calling them as the system, checks what they return, and tells an outage from a defect. */
export function createSystem(service: DatabaseFunctions) {
  return {
    claimWebhook: (event_id: string) =>
      result(WebhookLease.nullable(), service.rpc('claim_webhook_event', { event_id })),
    applyChange: (lease: { event_id: string; claim_token: string } | null, change: AvinodeChange) =>
      result(
        Applied,
        service.rpc('apply_avinode_change', {
          p_event_id: lease?.event_id ?? null,
          p_claim_token: lease?.claim_token ?? null,
          p_change: asJson(change),
        }),
      ),
    heartbeatWebhook: ({ event_id, claim_token }: WebhookLease) =>
      result(z.boolean(), service.rpc('heartbeat_webhook_event', { event_id, p_claim_token: claim_token })),
    async failWebhook(lease: WebhookLease, { error, uses_attempt, retry_at }: Failure, stack: string | null) {
      const query = service.rpc('fail_webhook_event', {
        event_id: lease.event_id,
        error,
        p_claim_token: lease.claim_token,
        p_uses_attempt: uses_attempt,
        p_retry_at: retry_at && theirTime(retry_at, lease).toISOString(),
        p_error_stack: stack,
      })
      const failed = await result(FailedEvent, query)
      return failed?.next_retry_at ? { ...failed, next_retry_at: ourTime(failed.next_retry_at, lease) } : failed
    },

    /** Whether this notification is given up, and nobody has been told. */
    isUntoldDeadLetter: (event_id: string) =>
      result(z.boolean(), service.rpc('is_untold_dead_letter', { p_event_id: event_id })),
    /** Somebody has been told of this dead letter. */
    noteDeadLetter: (event_id: string) =>
      result(z.unknown(), service.rpc('note_dead_letter', { p_event_id: event_id })),

    claimTurn: (turn_id: string) => result(ClaimedTurn.nullable(), service.rpc('claim_turn', { p_turn_id: turn_id })),
    heartbeatTurn: (turn: ClaimedTurn) => result(Heartbeat, service.rpc('heartbeat_turn', turnClaim(turn))),
    deferTurn: (turn: ClaimedTurn, retry_at: Date, error: string, notice: string | null) =>
      result(
        z.boolean(),
        service.rpc('defer_turn', {
          ...turnClaim(turn),
          p_retry_at: theirTime(retry_at, turn).toISOString(),
          p_error: error,
          p_notice: notice,
        }),
      ),
    endTurn: (turn: ClaimedTurn, { status, messages, error }: TurnEnd) =>
      result(
        z.boolean(),
        service.rpc('complete_turn', {
          ...turnClaim(turn),
          p_status: status,
          p_messages: asJson(messages),
          p_error: error,
        }),
      ),
    resumeTurn: (turn_id: string) => result(z.boolean(), service.rpc('resume_turn', { p_turn_id: turn_id })),
    nextTurn: (turn_id: string) => result(Waiting.nullable(), service.rpc('next_turn', { p_turn_id: turn_id })),

    claimOutbox: (outbox_id: string) =>
      result(OutboxLease.nullable(), service.rpc('claim_outbox', { p_id: outbox_id })),
    markSending: (lease: OutboxLease) => result(z.boolean(), service.rpc('mark_outbox_sending', outboxClaim(lease))),
    completeOutbox: (lease: OutboxLease, outcome: object) =>
      result(Ended, service.rpc('complete_outbox', { ...outboxClaim(lease), p_result: asJson(outcome) })),
    failOutbox: (
      lease: OutboxLease,
      { error, uses_attempt, retry_at }: Failure,
      { final, notice }: { final: boolean; notice: string | null },
    ) =>
      result(
        Ended,
        service.rpc('fail_outbox', {
          ...outboxClaim(lease),
          p_error: error,
          p_uses_attempt: uses_attempt,
          p_retry_at: retry_at && theirTime(retry_at, lease).toISOString(),
          p_final: final,
          p_notice: notice,
        }),
      ),
    unknownOutbox: (lease: OutboxLease, error: string) =>
      result(Ended, service.rpc('unknown_outbox', { ...outboxClaim(lease), p_error: error })),

    dueWork: (limit: number) => result(DueWork, service.rpc('due_work', { p_limit: limit })),
  }
}

const turnClaim = ({ turn_id, claim_token }: ClaimedTurn) => ({ p_turn_id: turn_id, p_claim_token: claim_token })
const outboxClaim = ({ outbox_id, claim_token }: OutboxLease) => ({ p_id: outbox_id, p_claim_token: claim_token })

/** What goes over the wire anyway; the type of JSON knows no unknown. */
const asJson = (value: object): Json => JSON.parse(JSON.stringify(value))

async function result<Schema extends z.ZodType>(schema: Schema, query: PromiseLike<Answer>): Promise<z.output<Schema>> {
  const { data, error, status } = await query
  if (!error) return schema.parse(data)
  if (isOutage(status, error.code))
    throw new UpstreamError('database', 'The database does not answer', { cause: error })
  throw new Error(`The database refused: ${error.message}`, { cause: error })
}
