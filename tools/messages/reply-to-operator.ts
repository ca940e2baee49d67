import { z } from 'zod'
import { findDecidedApproval } from '../approvals/list-approvals.ts'
import { findOperatorInRoom, readConversation } from '../conversations/conversation.ts'
import { ConflictError, InvalidInputError } from '../errors.ts'
import { readRequest } from '../requests/request.ts'
import { defineOutwardTool } from '../tool.ts'
import { refuseConfidential } from './confidentiality.ts'
import { sendOnce } from './send-once.ts'
import { visibleText } from './visible-text.ts'

export const replyToOperator = defineOutwardTool({
  name: 'reply_to_operator',
  description:
    "Ask the broker to approve a message to the operator of a quote's room. Once approved the operator reads it in Avinode. Never name the client, the budget or our margin: such a text is refused.",
  effect: 'outward',
  input: z.strictObject({
    conversation_id: z.uuid().describe("The quote's room, from list_quotes (conversation_id)"),
    text: z.string().trim().min(1).max(4000).describe('What the operator reads, plain text'),
  }),
  output: z.object({ conversation_id: z.uuid(), avinode_message_id: z.string() }),
  payload: z.strictObject({
    conversation_id: z.uuid(),
    operator_name: z.string(),
    rfq_id: z.string(),
    text: z.string().trim().min(1).max(4000),
  }),
  editable: ['text'],
  async checkWords({ conversation_id, text }, context) {
    const { request_id } = await readConversation(conversation_id, context)
    await refuseConfidential(text, 'text', request_id === null ? null : await readRequest(request_id, context), context)
  },
  async prepare(input, context) {
    const room = await readConversation(input.conversation_id, context)
    const operator = await findOperatorInRoom(room.id, context)
    if (!operator || room.avinode_thread_id === null) {
      throw new InvalidInputError([{ path: 'conversation_id', message: 'No operator reads along in this room' }])
    }
    if (room.status === 'archived') throw new ConflictError('This room is closed')
    const request = room.request_id === null ? null : await readRequest(room.request_id, context)
    const text = visibleText(input.text)
    await refuseConfidential(text, 'text', request, context)
    return {
      payload: {
        conversation_id: room.id,
        operator_name: operator.company_name,
        rfq_id: room.avinode_thread_id,
        text,
      },
      request_id: room.request_id,
      // The card belongs where only broker and assistant read, never in the operator's own room.
      conversation_id: request?.primary_conversation_id ?? null,
    }
  },
  async perform(payload, context, delivery) {
    const approval = await findDecidedApproval('reply_to_operator', payload, context)
    const { rfq_id, text } = payload
    const words = { rfq_id, text, since: approval?.decided_at ?? null, approval_id: approval?.id }
    const sent = await sendOnce(words, context, delivery)
    return { conversation_id: payload.conversation_id, avinode_message_id: sent.id }
  },
})
