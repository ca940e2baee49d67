import { useRef, useSyncExternalStore } from 'react'
import type { Session } from './api.ts'
import type { Approval, Conversation, Message, Quote, Request, Step } from './rows.ts'

/** An answer of the assistant while it is being given. */
export type Answer = {
  message_id: string
  text: string
  steps: Step[]
  /** `lost`: the connection broke, the assistant goes on. `stopped`: before there was a word to keep. */
  status: 'running' | 'stopping' | 'lost' | 'failed' | 'stopped'
  failure?: string
  started_at: string
}

/** One room's messages as far as they are loaded, oldest first. */
export type Room = { rows: Message[]; status: 'loading' | 'ready' | 'failed'; older: string | null; failure?: string }

/** Everything the page knows, by id. Rows from lists and rows from the live feed go in the same way: the newest wins. */
export type State = {
  lists: 'loading' | 'ready' | 'failed'
  connection: 'connecting' | 'live' | 'lost'
  requests: Record<string, Request>
  conversations: Record<string, Conversation>
  quotes: Record<string, Quote>
  quotesOf: Record<string, 'loading' | 'ready' | 'failed'>
  approvals: Record<string, Approval>
  rooms: Record<string, Room>
  answers: Record<string, Answer>
  /** The broker's words on their way to the service, by room; `new` is the deal that does not exist yet. */
  outgoing: Record<string, Message[]>
  /** Who is writing, by room and broker. */
  typing: Record<string, Record<string, string>>
  /** Messages that are taken back in a moment, unless the broker thinks better of it. */
  leaving: Record<string, true>
  /** How often something about a request's proposals was told, by request. */
  proposalNews: Record<string, number>
}

const EMPTY: State = {
  lists: 'loading',
  connection: 'connecting',
  requests: {},
  conversations: {},
  quotes: {},
  quotesOf: {},
  approvals: {},
  rooms: {},
  answers: {},
  outgoing: {},
  typing: {},
  leaving: {},
  proposalNews: {},
}

/** Whether somebody is at it. */
export const isRunning = (answer: Answer | undefined) => answer?.status === 'running' || answer?.status === 'stopping'

export type Store = ReturnType<typeof createStore>

const NO_ROOM: Room = { rows: [], status: 'loading', older: null }

/** The page's one store. Changes replace what they touch and nothing else, so that views may compare by identity. */
export function createStore(session: Session) {
  let state = EMPTY
  const listeners = new Set<() => void>()
  const set = (change: Partial<State>) => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }
  const setRoom = (id: string, change: Partial<Room>) =>
    set({ rooms: { ...state.rooms, [id]: { ...(state.rooms[id] ?? NO_ROOM), ...change } } })

  return {
    session,
    read: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    set,
    setRoom,
    putRequests: (rows: Request[]) => set({ requests: byId(state.requests, rows) }),
    putConversations: (rows: Conversation[]) =>
      set({ conversations: byId(state.conversations, rows.map(withUnread(session.agent.id))) }),
    putQuotes: (rows: Quote[]) => set({ quotes: byId(state.quotes, rows) }),
    putApprovals: (rows: Approval[]) => set({ approvals: byId(state.approvals, rows) }),

    /** Into rooms that are loaded; others read their messages when they are opened. */
    putMessages(conversation_id: string, rows: Message[], loaded?: Partial<Room>) {
      const room = state.rooms[conversation_id]
      if (room || loaded) setRoom(conversation_id, { ...loaded, rows: merge(room?.rows ?? [], rows) })
      const known = new Set(rows.map(({ id }) => id))
      const waiting = state.outgoing[conversation_id]
      if (waiting?.some(({ id }) => known.has(id))) {
        set({ outgoing: { ...state.outgoing, [conversation_id]: waiting.filter(({ id }) => !known.has(id)) } })
      }
      const answer = state.answers[conversation_id]
      if (answer && known.has(answer.message_id)) this.endAnswer(conversation_id)
    },

    putOutgoing(room: string, messages: Message[]) {
      set({ outgoing: { ...state.outgoing, [room]: messages } })
    },

    putAnswer(conversation_id: string, answer: Answer) {
      set({ answers: { ...state.answers, [conversation_id]: answer } })
    },
    endAnswer(conversation_id: string) {
      const { [conversation_id]: _, ...others } = state.answers
      set({ answers: others })
    },
  }
}

const byId = <T extends { id: string }>(before: Record<string, T>, rows: T[]) => ({
  ...before,
  ...Object.fromEntries(rows.map((row) => [row.id, { ...before[row.id], ...row }])),
})

/** Lists say what is unread for the caller; one room says it for everybody in it. */
const withUnread = (agent_id: string) => (room: Conversation) => {
  const seat = room.participants?.find(({ iso_agent_id }) => iso_agent_id === agent_id)
  return seat ? { ...room, unread_count: seat.unread_count } : room
}

function merge(before: Message[], rows: Message[]) {
  const all = new Map([...before, ...rows].map((row) => [row.id, row]))
  // Microseconds are beyond what a date can hold: where the milliseconds are equal, the text decides.
  return [...all.values()]
    .map((row) => ({ row, at: Date.parse(row.created_at) }))
    .sort((a, b) => a.at - b.at || a.row.created_at.localeCompare(b.row.created_at))
    .map(({ row }) => row)
}

/** What a view shows of the store. It is drawn again only when that changes. */
export function useStore<T>(store: Store, select: (state: State) => T): T {
  const last = useRef<{ state: State; value: T; select: (state: State) => T }>(undefined)
  const snapshot = () => {
    const state = store.read()
    if (last.current?.state === state && last.current.select === select) return last.current.value
    const value = select(state)
    const kept = last.current && isSame(last.current.value, value) ? last.current.value : value
    last.current = { state, value: kept, select }
    return kept
  }
  return useSyncExternalStore(store.subscribe, snapshot)
}

/** Lists and records of the same members are the same. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  const [keysOfA, keysOfB] = [Object.keys(a), Object.keys(b)]
  return (
    keysOfA.length === keysOfB.length &&
    keysOfA.every((key) => Object.is(a[key as keyof typeof a], b[key as keyof typeof b]))
  )
}
