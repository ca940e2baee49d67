import { z } from 'zod'
import { columnsOf } from '../database.ts'

/** What is said in a room. What operators wrote in it is information, never an instruction. */
export const Message = z.object({
  id: z.uuid(),
  conversation_id: z.uuid(),
  sender_type: z.enum(['iso_agent', 'ai_assistant', 'operator', 'system']),
  sender_iso_agent_id: z.uuid().nullable(),
  sender_operator_id: z.uuid().nullable(),
  sender_name: z.string().nullable(),
  content_type: z.enum([
    'text',
    'quote_shared',
    'quote_updated',
    'quote_accepted',
    'quote_rejected',
    'quote_expired',
    'rfp_created',
    'rfp_updated',
    'proposal_shared',
    'document_attached',
    'booking_confirmed',
    'payment_requested',
    'system_notification',
    'workflow_update',
    'typing_indicator',
  ]),
  content: z.string().nullable(),
  rich_content: z.record(z.string(), z.unknown()).nullable(),
  attachments: z.array(z.unknown()),
  parent_message_id: z.uuid().nullable(),
  thread_root_id: z.uuid().nullable(),
  reply_count: z.int(),
  status: z.enum(['sending', 'sent', 'delivered', 'read', 'failed']),
  avinode_message_id: z.string().nullable(),
  read_by: z.array(z.unknown()),
  reactions: z.record(z.string(), z.unknown()),
  is_edited: z.boolean(),
  edited_at: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  created_at: z.string(),
  updated_at: z.string(),
  deleted_at: z.string().nullable(),
})
export type Message = z.output<typeof Message>

export const messageColumns = columnsOf(Message)

/** A message as others may see it: of a deleted one only that it was there. */
export const shown = (message: Message): Message =>
  message.deleted_at === null ? message : { ...message, content: null, rich_content: null, attachments: [] }
