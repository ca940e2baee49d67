import { call, Problem, sentenceOf } from './api.ts'
import { loadConversation, loadMessages, loadRequest } from './load.ts'
import type { Attachment, Conversation, Message, Step } from './rows.ts'
import { readEvents } from './server-events.ts'
import { type Answer, isRunning, type Store } from './store.ts'

type Chunk = {
  type: string
  id?: string
  messageId?: string
  delta?: string
  errorText?: string
  data?: Record<string, unknown>
}

/** Rooms whose running answer this page reads already. */
const followed = new WeakMap<Store, Set<string>>()

const followedIn = (store: Store) => {
  const known = followed.get(store) ?? new Set<string>()
  followed.set(store, known)
  return known
}

type Words = { id: string; text: string; conversation_id: string | undefined; request_id?: string | undefined }

/**
 * Says something to the assistant and follows the answer. Resolves with the room's id once the words are stored; the answer
 * comes into the store. The same id sent again is stored once.
 */
export async function sayToAssistant(store: Store, { id, text, conversation_id, request_id }: Words): Promise<string> {
  const room = conversation_id ?? (request_id ? await openRoom(store, id, text, request_id) : undefined)
  const key = room ?? 'new'
  store.putOutgoing(key, [...(store.read().outgoing[key] ?? []), outgoing(store, id, key, text)])
  try {
    const body = { message: text, id, ...(room && { conversation_id: room }) }
    const response = await call(store.session, 'POST', '/api/chat', { body, stream: true })
    const into = response.headers.get('x-conversation-id') ?? room
    if (!into) throw new Problem(500, 'unknown', 'The service did not say which conversation this is.')
    if (!room) {
      store.putMessages(into, [outgoing(store, id, into, text)], { status: 'ready', older: null })
      await loadConversation(store, into)
    }
    if (!room) dropOutgoing(store, key, id)
    void follow(store, into, response)
    return into
  } catch (error) {
    dropOutgoing(store, key, id)
    throw error
  }
}

const dropOutgoing = (store: Store, key: string, id: string) =>
  store.putOutgoing(
    key,
    (store.read().outgoing[key] ?? []).filter((message) => message.id !== id),
  )

/** A request that came by the API has no room yet. */
async function openRoom(store: Store, id: string, text: string, request_id: string) {
  const body = { id, type: 'rfp_negotiation', request_id, subject: text.slice(0, 80) }
  const response = await call(store.session, 'POST', '/api/conversations', { body })
  const room = (await response.json()) as Conversation
  store.putConversations([room])
  return room.id
}

/** The broker's words as they look before the service has them. */
export const outgoing = ({ session }: Store, id: string, conversation_id: string, content: string): Message => ({
  id,
  conversation_id,
  sender_type: 'iso_agent',
  sender_iso_agent_id: session.agent.id,
  sender_name: session.agent.full_name,
  content_type: 'text',
  content,
  rich_content: null,
  status: 'sending',
  metadata: null,
  created_at: new Date().toISOString(),
  deleted_at: null,
})

/** Picks up the answer that is being given in a room, if there is one and this page does not read it already. */
export async function resumeAnswer(store: Store, conversation_id: string) {
  const reading = followedIn(store)
  if (reading.has(conversation_id)) return
  reading.add(conversation_id)
  try {
    const response = await call(store.session, 'GET', `/api/chat/${conversation_id}/stream`, { stream: true })
    if (response.status === 204) {
      if (isRunning(store.read().answers[conversation_id]) || store.read().answers[conversation_id]?.status === 'lost')
        await settle(store, conversation_id)
      return
    }
    reading.delete(conversation_id)
    await follow(store, conversation_id, response)
  } catch {
    // The finished answer comes over the feed.
  } finally {
    reading.delete(conversation_id)
  }
}

/** Asks the assistant to stop. What it said so far stays. */
export async function stopAnswer(store: Store, conversation_id: string) {
  const answer = store.read().answers[conversation_id]
  if (answer) store.putAnswer(conversation_id, { ...answer, status: 'stopping' })
  try {
    await call(store.session, 'POST', `/api/chat/${conversation_id}/stop`)
  } catch (error) {
    const now = store.read().answers[conversation_id]
    if (now) store.putAnswer(conversation_id, { ...now, status: 'running', failure: sentenceOf(error) })
  }
}

async function follow(store: Store, conversation_id: string, response: Response) {
  const reading = followedIn(store)
  reading.add(conversation_id)
  store.putAnswer(conversation_id, fresh())
  const { add, show } = byFrame((chunks: Chunk[]) => {
    const answer = store.read().answers[conversation_id]
    // Without one its message is there already, and says more than what is left of the stream.
    if (answer) store.putAnswer(conversation_id, chunks.reduce(advance, answer))
  })
  try {
    for await (const { data } of readEvents(response)) {
      if (data === '[DONE]') break
      const chunk = JSON.parse(data) as Chunk
      if (chunk.type === 'data-request') void loadRequestOf(store, conversation_id, chunk)
      add(chunk)
      if (hasPostedCard(chunk)) await Promise.race([loadMessages(store, conversation_id), pause(CARD_MS)])
    }
    show()
    reading.delete(conversation_id)
    await settle(store, conversation_id)
  } catch {
    show()
    reading.delete(conversation_id)
    const answer = store.read().answers[conversation_id]
    if (answer) store.putAnswer(conversation_id, { ...answer, status: 'lost' })
  }
}

/** Many words may come between two frames of the screen: they are shown together, at once when `show` is called. */
function byFrame<T>(put: (waiting: T[]) => void) {
  const waiting: T[] = []
  let frame = 0
  const show = () => {
    cancelAnimationFrame(frame)
    frame = 0
    if (waiting.length > 0) put(waiting.splice(0))
  }
  const add = (one: T) => {
    waiting.push(one)
    frame ||= requestAnimationFrame(show)
  }
  return { add, show }
}

/** Specialists that leave a card in the room when they are done. */
const POSTING = new Set(['flight_search', 'communication', 'proposal_analysis'])
const CARD_MS = 10_000

/** A card stands above the words that follow it: it is fetched before they are shown, so that it does not push them away. */
const hasPostedCard = ({ type, data }: Chunk) =>
  type === 'data-step' && data?.parent === null && data.status === 'done' && POSTING.has(String(data.tool))

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** After the end of a stream the message row counts: it comes by the feed, or is read here. */
async function settle(store: Store, conversation_id: string) {
  const { answers, rooms } = store.read()
  const answer = answers[conversation_id]
  if (!answer || answer.status === 'failed') return
  if (!rooms[conversation_id]?.rows.some(({ id }) => id === answer.message_id)) {
    await loadMessages(store, conversation_id)
  }
  const left = store.read().answers[conversation_id]
  if (left?.message_id !== answer.message_id) return
  if (answer.status === 'stopping') store.putAnswer(conversation_id, { ...left, status: 'stopped' })
  else store.endAnswer(conversation_id)
}

async function loadRequestOf(store: Store, conversation_id: string, { data }: Chunk) {
  const request_id = data?.request_id
  if (typeof request_id !== 'string' || store.read().requests[request_id]) return
  await Promise.all([loadRequest(store, request_id), loadConversation(store, conversation_id)]).catch(() => undefined) // the feed tells of it too
}

const fresh = (message_id = ''): Answer => ({
  message_id,
  text: '',
  steps: [],
  status: 'running',
  started_at: new Date().toISOString(),
})

/** What one chunk of the stream changes. A second `start` means that the answer began anew. */
export function advance(answer: Answer, chunk: Chunk): Answer {
  switch (chunk.type) {
    case 'start':
      return { ...fresh(chunk.messageId), started_at: answer.started_at }
    case 'text-start':
      return answer.text ? { ...answer, text: `${answer.text}\n\n` } : answer
    case 'text-delta':
      return { ...answer, text: answer.text + (chunk.delta ?? '') }
    case 'data-step':
      return { ...answer, steps: withStep(answer.steps, chunk.data as Step) }
    case 'error':
      return { ...answer, status: 'failed', failure: chunk.errorText ?? 'The answer broke off. Please ask again.' }
    default:
      return answer
  }
}

const withStep = (steps: Step[], step: Step) =>
  steps.some(({ id }) => id === step.id)
    ? steps.map((known) => (known.id === step.id ? step : known))
    : [...steps, step]

export type Said = {
  id: string
  text: string
  /** The message that this one answers. */
  parent_message_id?: string | undefined
  attachments?: Attachment[] | undefined
}

/** Puts a message into a room: to its operator through Avinode, else to everybody in it. Resolves once it is stored; what becomes of it is told by the feed. */
export async function sayInRoom(store: Store, conversation_id: string, said: Said) {
  const { id, text, parent_message_id, attachments = [] } = said
  const waiting = store.read().outgoing[conversation_id] ?? []
  const shown = { ...outgoing(store, id, conversation_id, text), ...(parent_message_id && { parent_message_id }) }
  store.putOutgoing(conversation_id, [...waiting, { ...shown, attachments }])
  try {
    const path = `/api/conversations/${conversation_id}/messages`
    const files = attachments.map(({ file_path }) => ({ file_path }))
    const body = {
      id,
      content: text || null,
      ...(files.length > 0 && { attachments: files, content_type: text ? 'text' : 'document_attached' }),
      ...(parent_message_id && { parent_message_id }),
    }
    const response = await call(store.session, 'POST', path, { body })
    store.putMessages(conversation_id, [(await response.json()) as Message])
  } finally {
    dropOutgoing(store, conversation_id, id)
  }
}

/** Tells the service that the room was read up to now. */
export async function markRead(store: Store, conversation_id: string) {
  const room = store.read().conversations[conversation_id]
  if (room && !room.unread_count) return
  if (room) store.putConversations([withoutUnread(room, store.session.agent.id)])
  await call(store.session, 'POST', `/api/conversations/${conversation_id}/read`, { body: {} }).catch(() => undefined) // it is read again at the next visit
}

const withoutUnread = (room: Conversation, agent_id: string): Conversation => ({
  ...room,
  unread_count: 0,
  ...(room.participants && {
    participants: room.participants.map((seat) =>
      seat.iso_agent_id === agent_id ? { ...seat, unread_count: 0 } : seat,
    ),
  }),
})
