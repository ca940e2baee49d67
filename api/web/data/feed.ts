import { resumeAnswer } from './answers.ts'
import { call } from './api.ts'
import { loadConversation, loadLists, loadMessages, loadQuotes, loadRequest } from './load.ts'
import type { Approval, Message, Quote, Request } from './rows.ts'
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
    soon.conversation(message.conversation_id)
    if (type === 'message.created' && message.sender_type !== 'ai_assistant') soon.answer(message.conversation_id)
  } else if (type === 'message.delta') {
    soon.answer((row as { conversation_id: string }).conversation_id)
  } else if (type === 'read') {
    soon.conversation((row as { conversation_id: string }).conversation_id)
  } else if (type === 'quote.created' || type === 'quote.updated') {
    store.putQuotes([row as Quote])
  } else if (type === 'request.updated') {
    soon.request((row as Request).id)
  } else if (type === 'approval.requested' || type === 'approval.resolved') {
    const approval = row as Approval
    store.putApprovals([approval])
    if (type === 'approval.resolved' && approval.conversation_id) soon.answer(approval.conversation_id)
  }
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
