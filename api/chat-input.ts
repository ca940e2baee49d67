import { z } from 'zod'
import { InvalidInputError } from '../tools/errors.ts'

const LONGEST = 20_000

const words = z.string().trim().min(1, 'Say something').max(LONGEST, `At most ${LONGEST} characters`)

const OwnForm = z.strictObject({
  message: words,
  conversation_id: z.uuid().nullable().optional().describe('Without one a new conversation begins'),
  id: z.uuid().optional().describe('Of the message, chosen by the caller: sent twice it is answered once'),
})

const UiMessage = z.looseObject({
  id: z.string().max(200).optional(),
  role: z.string(),
  parts: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).optional(),
  content: z.string().optional(),
})

/** What `useChat` of the AI SDK posts: its whole history, of which only the newest message is news. */
const UseChatForm = z.looseObject({
  id: z.string().max(200).optional().describe('The conversation'),
  conversation_id: z.uuid().nullable().optional(),
  messages: z.array(UiMessage).min(1),
})

export const UiMessageChat = z.union([OwnForm, UseChatForm])

export type ChatInput = {
  message: string
  message_id: string | null
  /** A room that exists. */
  conversation_id: string | null
  /** The id for a room that may have to be made first. */
  chat_id: string | null
}

/** The newest words of the person, whichever form they came in. */
export function chatInput(body: z.infer<typeof UiMessageChat>): ChatInput {
  if (!('messages' in body) || !Array.isArray(body.messages)) {
    const { message, id = null, conversation_id = null } = OwnForm.parse(body)
    return { message, message_id: id, conversation_id, chat_id: null }
  }
  const { messages, id, conversation_id } = UseChatForm.parse(body)
  const last = messages.findLast(({ role }) => role === 'user')
  const text =
    last?.parts?.flatMap((part) => (part.type === 'text' ? (part.text ?? []) : [])).join('\n') ?? last?.content
  const parsed = words.safeParse(text)
  if (!parsed.success)
    throw new InvalidInputError([{ path: 'messages', message: 'The newest user message has no text' }])
  return {
    message: parsed.data,
    message_id: uuidOrNull(last?.id),
    conversation_id: conversation_id ?? null,
    chat_id: uuidOrNull(id),
  }
}

const uuidOrNull = (id: string | undefined) => z.uuid().safeParse(id).data ?? null
