import { z } from 'zod'
import type { Json } from '../supabase/database.types.ts'
import type { Broker, Db } from '../tools/context.ts'
import { call, done, findRow } from '../tools/database.ts'
import type { ExecutionStore } from './execution-log.ts'
import type { TurnChunk, TurnMetadata } from './turn-chunks.ts'

export const Trigger = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('message') }),
  z.object({ kind: z.literal('quote_accepted'), quote_id: z.uuid() }),
  z.object({ kind: z.literal('request_created'), request_id: z.uuid() }),
  z.object({ kind: z.literal('approval_resolved') }),
  z.object({ kind: z.literal('notice'), text: z.string() }),
])
/** Why the assistant has to speak. */
export type Trigger = z.output<typeof Trigger>

/** A trigger that nobody knows any more is answered like the conversation's last message. */
export const triggerOf = ({ trigger }: Pick<ClaimedTurn, 'trigger'>): Trigger =>
  Trigger.safeParse(trigger).data ?? { kind: 'message' }

/** A turn in this worker's hands, with the broker for whom it runs. */
export type ClaimedTurn = Broker & {
  turn_id: string
  claim_token: string
  attempt: number
  conversation_id: string
  trigger: unknown
  user_message_id: string | null
  run_state: string | null
  sdk_version: string | null
}

export type TurnMessage = {
  id: string
  content: string
  content_type: 'text'
  rich_content: Record<string, unknown> | null
  metadata: TurnMetadata
}

export type TurnEnd = {
  status: 'completed' | 'interrupted' | 'failed' | 'stopped'
  messages: TurnMessage[]
  run_state?: string
  sdk_version?: string
  error?: string
}

export type TurnStore = {
  /** False when this worker no longer holds the turn; nothing was written then. */
  append(first_seq: number, chunks: TurnChunk[]): Promise<boolean>
  complete(end: TurnEnd): Promise<boolean>
}

/** What goes into a jsonb parameter; the generated type knows neither dates nor optional properties, which JSON has words for. */
const asJson = (value: unknown) => value as Json

/** The database's functions for the holder of one turn. */
export const turnStore = (service: Db, { turn_id: p_turn_id, claim_token: p_claim_token }: ClaimedTurn): TurnStore => ({
  append: (p_first_seq, p_chunks) =>
    call(
      z.boolean(),
      service.rpc('append_turn_chunks', { p_turn_id, p_claim_token, p_first_seq, p_chunks: asJson(p_chunks) }),
    ),
  complete: ({ status, messages, run_state, sdk_version, error }) =>
    call(
      z.boolean(),
      service.rpc('complete_turn', {
        p_turn_id,
        p_claim_token,
        p_status: status,
        p_messages: asJson(messages),
        p_run_state: run_state ?? null,
        p_sdk_version: sdk_version ?? null,
        p_error: error ?? null,
      }),
    ),
})

const EarlierRow = z.object({
  execution_time_ms: z.number().nullable(),
  started_at: z.coerce.date().nullable(),
  metadata: z.object({
    tokens: z.object({
      requests: z.number(),
      input: z.number(),
      cached: z.number().default(0),
      output: z.number(),
    }),
    tool_calls: z.array(
      z.object({
        call_id: z.string(),
        name: z.string(),
        arguments: z.unknown(),
        duration_ms: z.number().nullable(),
        ok: z.boolean(),
        error: z.string().nullable(),
      }),
    ),
  }),
})

/** The execution log in the database. It is the system's record, so it is written with the service's rights. */
export const executionStore = (service: Db): ExecutionStore => ({
  async write(p_id, p_row) {
    await call(z.unknown(), service.rpc('log_execution', { p_id, p_row: asJson(p_row) }))
  },
  async read(id) {
    const row = await findRow(
      EarlierRow,
      service.from('agent_executions').select('execution_time_ms, started_at, metadata').eq('id', id).limit(1),
    )
    return row && { ...row.metadata, execution_time_ms: row.execution_time_ms ?? 0 }
  },
})

/** Closes the runs of a turn that a vanished process left open. */
export async function abandonExecutions(service: Db, turn_id: string): Promise<void> {
  const left = {
    status: 'failed' as const,
    error_message: 'The process ended before this run did',
    completed_at: new Date().toISOString(),
  }
  await done(service.from('agent_executions').update(left).eq('status', 'running').eq('metadata->>turn_id', turn_id))
}
