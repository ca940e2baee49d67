import { z } from 'zod'
import type { ToolContext } from '../tools/context.ts'
import { call } from '../tools/database.ts'
import { OnlineStatus } from './online-status.ts'

/** Somebody's seat in a room: a broker, an operator, or the assistant. */
export const Seat = z.object({
  id: z.uuid(),
  conversation_id: z.uuid(),
  iso_agent_id: z.uuid().nullable(),
  operator_profile_id: z.uuid().nullable(),
  role: z.enum(['iso_agent', 'ai_assistant', 'operator', 'observer']),
  is_active: z.boolean(),
  can_reply: z.boolean().describe('An observer only reads'),
  can_invite: z.boolean(),
  unread_count: z.int(),
  last_read_at: z.string().nullable(),
  last_read_message_id: z.uuid().nullable(),
  is_typing: z.boolean(),
  joined_at: z.string(),
  left_at: z.string().nullable(),
})

export const Participant = Seat.extend({
  name: z.string(),
  online_status: OnlineStatus.nullable().describe('Of a broker'),
  last_seen_at: z.string().nullable(),
}).meta({ id: 'Participant' })

/** Who takes part in a room of the broker, in the order in which they came. */
export const listParticipants = (conversation_id: string, { db }: ToolContext) =>
  call(z.array(Participant), db.rpc('list_participants', { p_conversation_id: conversation_id }))

/** One seat of a room, as it is now. */
export async function readParticipant(conversation_id: string, participant_id: string, context: ToolContext) {
  const all = await listParticipants(conversation_id, context)
  const found = all.find(({ id }) => id === participant_id)
  if (!found) throw new Error('A seat that was just changed is not there') // it was, in the same moment
  return found
}
