import { resumeAnswer } from './answers.ts'
import { call } from './api.ts'
import { loadConversation, loadLists, loadMessages, loadQuotes, loadRequest } from './load.ts'
import type { Approval, Message, OnlineStatus, Quote, Request } from './rows.ts'
import { readEvents, type ServerEvent } from './server-events.ts'
import { isRunning, type Store } from './store.ts'

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 10_000

/** Keeps the store in step with the service until `signal` ends it: every event once, picked up again where the connection broke. */
export async function followFeed(store: Store, signal: AbortSignal) {
  const soon = coalesced(store)
  let last: string | undefined
  let wait = FIRST_WAIT_MS
  while (!signal.aborted) {
    const broken = new AbortController()
    const offline = () => broken.abort()
    addEventListener('offline', offline)
    try {
      const response = await call(store.session, 'GET', '/api/events', {
        stream: true,
        signal: AbortSignal.any([signal, broken.signal]),
        ...(last && { headers: { 'Last-Event-ID': last } }),
      })
      wait = FIRST_WAIT_MS
      const wasLost = store.read().connection === 'lost'
      store.set({ connection: 'live' })
      // Without an event to resume from, what happened while nobody listened is in the lists.
      if (last === undefined) await loadLists(store)
      if (wasLost) catchUp(store, last === undefined)
      for await (const event of readEvents(response)) {
        if (event.id) last = event.id
        apply(store, event, soon)
      }
    } catch {
      if (signal.aborted) return
      store.set({ connection: 'lost' })
    } finally {
      removeEventListener('offline', offline)
    }
    await pause(wait, signal)
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
  }
}

/** Waits, but not beyond the moment when the network is back. */
function pause(ms: number, signal: AbortSignal) {
  return new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done)
    signal.addEventListener('abort', done, { once: true })
  })
}

function catchUp(store: Store, missedEvents: boolean) {
  const { rooms, quotesOf, answers } = store.read()
  for (const id of Object.keys(answers)) void resumeAnswer(store, id)
  if (!missedEvents) return
  for (const id of Object.keys(rooms)) void loadMessages(store, id)
  for (const id of Object.keys(quotesOf)) void loadQuotes(store, id)
}

type Soon = ReturnType<typeof coalesced>

function apply(store: Store, { event: type, data }: ServerEvent, soon: Soon) {
  const row: unknown = JSON.parse(data)
  if (type === 'message.created' || type === 'message.updated') {
    const message = row as Message
    store.putMessages(message.conversation_id, [message])
    const { sender_iso_agent_id: sender, conversation_id } = message
    if (sender) noteTyping(store, { conversation_id, iso_agent_id: sender, name: '', is_typing: false })
    soon.conversation(message.conversation_id)
    if (type === 'message.created' && message.sender_type !== 'ai_assistant') soon.answer(message.conversation_id)
  } else if (type === 'message.delta') {
    soon.answer((row as { conversation_id: string }).conversation_id)
  } else if (type === 'read' || type === 'participant.updated') {
    soon.conversation((row as { conversation_id: string }).conversation_id)
  } else if (type === 'conversation.updated') {
    soon.conversation((row as { id: string }).id)
  } else if (type === 'typing') {
    noteTyping(store, row as Typing)
  } else if (type === 'presence') {
    notePresence(store, row as Presence)
  } else if (type === 'proposal.updated') {
    const { request_id } = row as { request_id?: string }
    const { proposalNews } = store.read()
    if (request_id) store.set({ proposalNews: { ...proposalNews, [request_id]: (proposalNews[request_id] ?? 0) + 1 } })
  } else if (type === 'reset') {
    void loadLists(store).catch(() => undefined) // the banner tells of a lost connection
    catchUp(store, true)
  } else if (type === 'quote.created' || type === 'quote.updated') {
    store.putQuotes([row as Quote])
  } else if (type === 'request.updated') {
    noteRequest(store, row as Request, soon)
  } else if (type === 'approval.requested' || type === 'approval.resolved') {
    const approval = row as Approval
    store.putApprovals([approval])
    if (type === 'approval.resolved' && approval.conversation_id) soon.answer(approval.conversation_id)
  }
}

/** The row alone may be told, or all that the page shows of a request: then nothing has to be read. */
function noteRequest(store: Store, row: Request, soon: Soon) {
  if (Array.isArray(row.segments) && row.client !== undefined) store.putRequests([row])
  else soon.request(row.id)
}

type Typing = { conversation_id: string; iso_agent_id: string; name: string; is_typing: boolean }

/** Longer than the time after which somebody who goes on says so again. */
const TYPING_MS = 8_000
const typingTimers = new Map<string, ReturnType<typeof setTimeout>>()

/** Who writes is shown until they stop, send, or say nothing more. */
function noteTyping(store: Store, { conversation_id, iso_agent_id, name, is_typing }: Typing) {
  if (iso_agent_id === store.session.agent.id) return
  const key = `${conversation_id} ${iso_agent_id}`
  const show = (typed: boolean) => {
    const { [iso_agent_id]: _, ...others } = store.read().typing[conversation_id] ?? {}
    const now = typed ? { ...others, [iso_agent_id]: name } : others
    store.set({ typing: { ...store.read().typing, [conversation_id]: now } })
  }
  clearTimeout(typingTimers.get(key))
  typingTimers.delete(key)
  show(is_typing)
  if (is_typing)
    typingTimers.set(
      key,
      setTimeout(() => show(false), TYPING_MS),
    )
}

type Presence = { iso_agent_id: string; online_status: OnlineStatus; last_seen_at: string | null }

/** Somebody came, went, or is busy: in every room where they sit. */
function notePresence(store: Store, { iso_agent_id, online_status, last_seen_at }: Presence) {
  const rooms = Object.values(store.read().conversations).filter(({ participants }) =>
    participants?.some((seat) => seat.iso_agent_id === iso_agent_id),
  )
  store.putConversations(
    rooms.map((room) => ({
      ...room,
      participants: (room.participants ?? []).map((seat) =>
        seat.iso_agent_id === iso_agent_id ? { ...seat, online_status, last_seen_at } : seat,
      ),
    })),
  )
}

const GATHER_MS = 120

/** Many events about one thing cause one reading of it. */
function coalesced(store: Store) {
  const waiting = new Map<string, ReturnType<typeof setTimeout>>()
  const soon = (key: string, work: () => Promise<unknown>) => {
    if (waiting.has(key)) return
    const run = () => {
      waiting.delete(key)
      void work().catch(() => undefined) // the next event about it tries again
    }
    waiting.set(key, setTimeout(run, GATHER_MS))
  }
  return {
    conversation: (id: string) => soon(`conversation ${id}`, () => loadConversation(store, id)),
    request: (id: string) => soon(`request ${id}`, () => loadRequest(store, id)),
    /** In rooms that are open; elsewhere the finished message is early enough. */
    answer: (id: string) => {
      if (store.read().rooms[id] && !isRunning(store.read().answers[id]))
        soon(`answer ${id}`, () => resumeAnswer(store, id))
    },
  }
}
