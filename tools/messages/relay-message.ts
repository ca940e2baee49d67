import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { getRow } from '../database.ts'
import type { Delivery } from '../tool.ts'
import { sendOnce } from './send-once.ts'
import { visibleText } from './visible-text.ts'

/** What the outbox holds for a broker's own words to an operator. */
export const RelayPayload = z.object({
  message_id: z.uuid(),
  conversation_id: z.uuid(),
  rfq_id: z.string(),
  text: z.string(),
})

const Written = z.object({ created_at: z.string() })

/** Carries what the broker wrote in an operator's room to Avinode, once. These are the broker's own words, so they need no approval. */
export async function performRelay(
  payload: unknown,
  context: ToolContext,
  delivery: Delivery,
): Promise<{ conversation_id: string; message_id: string; avinode_message_id: string }> {
  const { message_id, conversation_id, rfq_id, text } = RelayPayload.parse(payload)
  const { created_at } = await getRow(
    'The message',
    Written,
    context.db.from('messages').select('created_at').eq('id', message_id),
  )
  const words = { rfq_id, text: visibleText(text), since: created_at, message_id }
  const sent = await sendOnce(words, context, delivery)
  return { conversation_id, message_id, avinode_message_id: sent.id }
}
