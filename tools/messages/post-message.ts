import { z } from 'zod'
import { sha256 } from '../canonical-json.ts'
import type { ToolContext } from '../context.ts'
import { findOperatorInRoom, readConversation } from '../conversations/conversation.ts'
import { getRow, insertOnce, json } from '../database.ts'
import { ForbiddenError } from '../errors.ts'
import { defineTool } from '../tool.ts'
import { Message, messageColumns } from './message.ts'
import { visibleText } from './visible-text.ts'

export const postMessage = defineTool({
  name: 'post_message',
  description:
    'Write into a room of the broker as the assistant. Only where no operator reads along: to an operator use reply_to_operator.',
  effect: 'write',
  input: z.strictObject({
    conversation_id: z.uuid().describe('A room of broker and assistant'),
    content: z.string().trim().min(1).max(8000).describe('Text or Markdown'),
  }),
  output: z.object({ message: Message }),
  async run({ conversation_id, content }, context) {
    await readConversation(conversation_id, context)
    const id = context.newId(`message:${sha256([conversation_id, content])}`)
    return { message: await postAssistantMessage({ id, conversation_id, content: visibleText(content) }, context) }
  },
})

type AssistantMessage = {
  id: string
  conversation_id: string
  content: string
  content_type?: Message['content_type']
  rich_content?: Record<string, unknown>
}

/** The assistant's words, once per id. Refused in a room where an operator reads along. */
export async function postAssistantMessage(
  { content_type = 'text', rich_content, ...message }: AssistantMessage,
  context: ToolContext,
): Promise<Message> {
  const operator = await findOperatorInRoom(message.conversation_id, context)
  if (operator) {
    throw new ForbiddenError(
      `${operator.company_name} reads along here: nothing is written without the broker's approval`,
    )
  }
  await insertOnce(context.db, 'messages', {
    ...message,
    sender_type: 'ai_assistant',
    content_type,
    rich_content: rich_content ? json(rich_content) : null,
    status: 'sent',
  })
  return getRow('The message', Message, context.db.from('messages').select(messageColumns).eq('id', message.id))
}
