import { z } from 'zod'
import { stableId } from '../tools/database.ts'
import { InvalidInputError } from '../tools/errors.ts'

const LONGEST = 20_000

const words = z.string().trim().min(1, 'Say something').max(LONGEST, `At most ${LONGEST} characters`)

const OwnForm = z
  .strictObject({
    message: words,
    conversation_id: z.uuid().nullable().optional().describe('Without one a new conversation begins'),
    id: z.uuid().optional().describe('Of the message, chosen by the caller: sent twice it is answered once'),
  })
  .meta({ id: 'ChatMessage', example: { message: 'Teterboro to LA for Acme, 8 people, Nov 20, back the 23rd' } })

const UiMessage = z.looseObject({
  id: z.string().max(200).optional(),
  role: z.string(),
  parts: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).optional(),
  content: z.string().optional(),
})

/** What `useChat` of the AI SDK posts: its whole history, of which only the newest message is news. */
const UseChatForm = z
  .looseObject({
    id: z.string().min(1).max(200).optional().describe('The conversation: a uuid of ours, or any id of the chat'),
    conversation_id: z.uuid().nullable().optional(),
    messages: z.array(UiMessage).min(1),
    trigger: z.enum(['submit-message', 'regenerate-message']).optional(),
    messageId: z.string().max(200).optional().describe('The message that was edited, or is to be answered again'),
  })
  .meta({ id: 'UseChatRequest' })

export const ChatBody = z.union([OwnForm, UseChatForm])

export type ChatInput = {
  kind: 'say' | 'edit' | 'regenerate'
  message: string
  /** Null lets the server choose. */
  message_id: string | null
  /** A room that exists. */
  conversation_id: string | null
  /** The id for a room that may have to be made first. */
  chat_id: string | null
}

/** The newest words of the person, whichever form they came in. Ids that are no uuids stand for the same uuid each time. */
export function chatInput(body: z.infer<typeof ChatBody>, iso_agent_id: string): ChatInput {
  if (!('messages' in body) || !Array.isArray(body.messages)) {
    const { message, id = null, conversation_id = null } = OwnForm.parse(body)
    return { kind: 'say', message, message_id: id, conversation_id, chat_id: null }
  }
  const { messages, id, conversation_id = null, trigger, messageId } = UseChatForm.parse(body)
  const last = messages.findLast(({ role }) => role === 'user')
  if (last?.parts?.some(({ type }) => type === 'file')) {
    throw refused('Files cannot be sent with a question: upload them to the conversation first')
  }
  const text =
    last?.parts?.flatMap((part) => (part.type === 'text' ? (part.text ?? []) : [])).join('\n') ?? last?.content
  const parsed = words.safeParse(text)
  if (!parsed.success) {
    throw refused(text?.trim() ? `At most ${LONGEST} characters` : 'The newest user message has no text')
  }
  const isEdit = messageId !== undefined && messageId === last?.id
  return {
    kind: trigger === 'regenerate-message' ? 'regenerate' : isEdit ? 'edit' : 'say',
    message: parsed.data,
    message_id: last?.id ? uuidFor(last.id, iso_agent_id, `message of ${conversation_id ?? id ?? ''}`) : null,
    conversation_id,
    chat_id: id === undefined ? null : chatRoom(id, iso_agent_id),
  }
}

/** The room of a chat: `useChat` makes up ids of its own, and each broker's are apart from everybody else's. */
export const chatRoom = (id: string, iso_agent_id: string) => uuidFor(id, iso_agent_id, 'chat')

const uuidFor = (id: string, iso_agent_id: string, what: string) =>
  z.uuid().safeParse(id).data ?? stableId(iso_agent_id, what, id)

const refused = (message: string) => new InvalidInputError([{ path: 'messages', message }])
