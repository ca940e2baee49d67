import { z } from 'zod'
import type { ToolContext } from '../tools/context.ts'
import { columnsOf, rows } from '../tools/database.ts'

/** Somebody's seat in a room: a broker, an operator, or the assistant. */
export const Participant = z
  .object({
    id: z.uuid(),
    conversation_id: z.uuid(),
    iso_agent_id: z.uuid().nullable(),
    operator_profile_id: z.uuid().nullable(),
    role: z.enum(['iso_agent', 'ai_assistant', 'operator', 'observer']),
    is_active: z.boolean(),
    can_reply: z.boolean(),
    can_invite: z.boolean(),
    unread_count: z.int(),
    last_read_at: z.string().nullable(),
    last_read_message_id: z.uuid().nullable(),
    is_typing: z.boolean(),
    joined_at: z.string(),
    left_at: z.string().nullable(),
  })
  .meta({ id: 'Participant' })

/** Who takes part in a room of the broker, in the order in which they came. */
export const listParticipants = (conversation_id: string, { db }: ToolContext) =>
  rows(
    Participant,
    db
      .from('conversation_participants')
      .select(columnsOf(Participant))
      .eq('conversation_id', conversation_id)
      .eq('is_active', true)
      .order('joined_at')
      .order('id')
      .limit(200),
  )
