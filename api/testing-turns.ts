import { z } from 'zod'
import type { Json as Stored } from '../supabase/database.types.ts'
import { call } from '../tools/database.ts'
import type { Json, TestApi } from './testing.ts'

const Claim = z.object({ turn_id: z.uuid(), claim_token: z.uuid(), attempt: z.number(), conversation_id: z.uuid() })

/** What the worker does, without a model: it claims a turn, says things and ends it. */
export async function claimTurn(api: TestApi, turn_id: string) {
  const { service } = api.supabase
  const turn = await call(Claim, service.rpc('claim_turn', { p_turn_id: turn_id }))
  const held = { p_turn_id: turn_id, p_claim_token: turn.claim_token }
  let seq = 0
  return {
    turn,
    async says(...chunks: Json[]) {
      await service.rpc('append_turn_chunks', { ...held, p_first_seq: seq, p_chunks: chunks as Stored }).throwOnError()
      seq += chunks.length
    },
    /** Ends the turn with a message of these words under the id that the stream named. */
    async ends(status: 'completed' | 'failed' | 'stopped', content?: string, id: string = crypto.randomUUID()) {
      const message = { id, content, content_type: 'text', rich_content: null, metadata: { turn_id } }
      await service
        .rpc('complete_turn', {
          ...held,
          p_status: status,
          p_messages: (content === undefined ? [] : [message]) as Stored,
        })
        .throwOnError()
    },
    /** Dies without a word: somebody else takes over. */
    async dies() {
      await api.sql.query(
        "update private.assistant_turns set lease_until = now() - interval '1 second' where id = $1",
        [turn_id],
      )
    },
  }
}

/** The chunks of a message: its start, and one passage. */
export const passage = (messageId: string, ...deltas: string[]): Json[] => [
  { type: 'start', messageId, messageMetadata: { offline: true } },
  { type: 'text-start', id: '0' },
  ...deltas.map((delta) => ({ type: 'text-delta', id: '0', delta })),
]
export const END: Json[] = [
  { type: 'text-end', id: '0' },
  { type: 'finish', finishReason: 'stop' },
]
