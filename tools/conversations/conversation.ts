import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { columnsOf, findRow, getRow } from '../database.ts'

/** A room: of a request (broker and assistant), of a quote (an operator reads along), or of nothing in particular. */
export const Conversation = z.object({
  id: z.uuid(),
  request_id: z.uuid().nullable(),
  quote_id: z.uuid().nullable(),
  type: z.enum(['rfp_negotiation', 'quote_discussion', 'general_inquiry', 'support', 'booking_confirmation']),
  status: z.enum(['active', 'awaiting_response', 'resolved', 'archived']),
  subject: z.string().nullable(),
  avinode_thread_id: z.string().nullable(),
  last_message_at: z.string().nullable(),
  last_message_by: z.uuid().nullable(),
  message_count: z.int(),
  unread_count_iso: z.int(),
  unread_count_operator: z.int(),
  is_priority: z.boolean(),
  metadata: z.record(z.string(), z.unknown()),
  created_at: z.string(),
  updated_at: z.string(),
  archived_at: z.string().nullable(),
})
export type Conversation = z.output<typeof Conversation>

export const conversationColumns = columnsOf(Conversation)

/** A room in which the broker takes part, or `NotFoundError`. */
export const readConversation = (conversation_id: string, { db }: ToolContext) =>
  getRow(
    'The conversation',
    Conversation,
    db.from('conversations').select(conversationColumns).eq('id', conversation_id),
  )

const Seat = z.object({ operator: z.object({ id: z.uuid(), company_name: z.string() }) })

/** The operator who reads along in a room, or undefined in a room of our own. */
export async function findOperatorInRoom(conversation_id: string, { db }: ToolContext) {
  const seat = await findRow(
    Seat,
    db
      .from('conversation_participants')
      .select('operator:operator_profiles!inner(id, company_name)')
      .eq('conversation_id', conversation_id)
      .eq('is_active', true),
  )
  return seat?.operator
}
