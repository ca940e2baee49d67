import type { Message } from '../data/rows.ts'
import type { Answer } from '../data/store.ts'

/** One place in the log: a message, or the part of an answer that stands there. */
export type Entry = {
  key: string
  message: Message
  /** What the assistant did stands above the cards that it left on the way, its words below them: so nothing moves while it is at it. */
  part: 'whole' | 'steps' | 'words'
  /** The first of several in a row by the same sender says who speaks. */
  isFirst: boolean
  isNewDay: boolean
}

type Part = Pick<Entry, 'message' | 'part'> & { at: string }

/** The messages of a room, oldest first, as they stand in the log. */
export function entriesOf(messages: Message[]): Entry[] {
  const parts: Part[] = []
  for (const message of messages) {
    const from = parts.findLastIndex((before) => !isCardOnTheWay(before)) + 1
    const first = parts[from]
    if (first && hasSteps(message)) {
      parts.splice(from, 0, { message, part: 'steps', at: first.at })
      parts.push({ message, part: 'words', at: message.created_at })
    } else parts.push({ message, part: 'whole', at: message.created_at })
  }
  return parts.map((part, at) => {
    const before = parts[at - 1]
    const isNewDay = !before || dayOf(before) !== dayOf(part)
    const { id } = part.message
    const key = part.part === 'steps' ? `${id} steps` : id
    return { key, message: part.message, part: part.part, isNewDay, isFirst: isNewDay || isNewSpeaker(before, part) }
  })
}

const hasSteps = ({ sender_type, metadata, deleted_at }: Message) =>
  sender_type === 'ai_assistant' && Array.isArray(metadata?.steps) && !deleted_at

const isCardOnTheWay = ({ message, part }: Part) =>
  part === 'whole' && message.sender_type === 'ai_assistant' && Boolean(message.rich_content) && !hasSteps(message)

const dayOf = ({ at }: Part) => new Date(at).toDateString()

const SAME_BREATH_MS = 5 * 60_000

const isNewSpeaker = (before: Part, part: Part) =>
  before.message.sender_type !== part.message.sender_type ||
  before.message.sender_iso_agent_id !== part.message.sender_iso_agent_id ||
  (before.message.sender_name !== part.message.sender_name && part.message.sender_type === 'operator') ||
  Date.parse(part.at) - Date.parse(before.at) > SAME_BREATH_MS

export const idOf = (answer: Answer) => answer.message_id || 'answer'

/** The messages with the answer that is being given, under its final id, so that the row which replaces it stands where it stood. */
export function withAnswer(messages: Message[], answer: Answer | undefined): Message[] {
  if (!answer || messages.some(({ id }) => id === idOf(answer))) return messages
  const live: Message = {
    id: idOf(answer),
    conversation_id: messages[0]?.conversation_id ?? '',
    sender_type: 'ai_assistant',
    sender_iso_agent_id: null,
    sender_name: null,
    content_type: 'text',
    content: answer.text,
    rich_content: null,
    status: 'sending',
    metadata: { steps: answer.steps },
    created_at: answer.started_at,
    deleted_at: null,
  }
  return [...messages, live]
}
