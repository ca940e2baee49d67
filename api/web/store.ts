import { useSyncExternalStore } from 'react'
import { getJson, type Page, type Session } from './api.ts'
import type { Approval, Conversation, Message, Quote, Request } from './rows.ts'

/** Everything the page knows, by id. Rows from lists and rows from the live feed go in the same way: the newest wins. */
export type State = {
  loaded: boolean
  online: boolean
  requests: Record<string, Request>
  conversations: Record<string, Conversation>
  quotes: Record<string, Quote>
  approvals: Record<string, Approval>
  /** By conversation, oldest first. */
  messages: Record<string, Message[]>
}

const EMPTY: State = {
  loaded: false,
  online: true,
  requests: {},
  conversations: {},
  quotes: {},
  approvals: {},
  messages: {},
}

export type Store = ReturnType<typeof createStore>

export function createStore(session: Session) {
  let state = EMPTY
  const listeners = new Set<() => void>()
  const set = (change: Partial<State>) => {
    state = { ...state, ...change }
    for (const listener of listeners) listener()
  }

  return {
    session,
    read: () => state,
    subscribe(listener: () => void) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setOnline: (online: boolean) => set({ online }),

    async load() {
      const [requests, conversations, approvals] = await Promise.all([
        getJson<Page<Request>>(session, '/api/requests?limit=100'),
        getJson<Page<Conversation>>(session, '/api/conversations?limit=100'),
        getJson<Page<Approval>>(session, '/api/approvals?limit=100'),
      ])
      set({
        loaded: true,
        requests: byId(state.requests, requests.data),
        conversations: byId(state.conversations, conversations.data),
        approvals: byId(state.approvals, approvals.data),
      })
    },

    async loadConversation(conversation_id: string) {
      const { data } = await getJson<Page<Message>>(session, `/api/conversations/${conversation_id}/messages?limit=100`)
      set({ messages: { ...state.messages, [conversation_id]: merge(state.messages[conversation_id] ?? [], data) } })
    },

    async loadQuotes(request_id: string) {
      const { data } = await getJson<Page<Quote>>(session, `/api/requests/${request_id}/quotes`)
      set({ quotes: byId(state.quotes, data) })
    },

    async refreshConversation(conversation_id: string) {
      const conversation = await getJson<Conversation>(session, `/api/conversations/${conversation_id}`)
      set({ conversations: byId(state.conversations, [conversation]) })
    },

    putRequest: (row: Request) => set({ requests: byId(state.requests, [row]) }),
    putQuote: (row: Quote) => set({ quotes: byId(state.quotes, [row]) }),
    putApproval: (row: Approval) => set({ approvals: byId(state.approvals, [row]) }),
    putMessage(row: Message) {
      const before = state.messages[row.conversation_id] ?? []
      set({ messages: { ...state.messages, [row.conversation_id]: merge(before, [row]) } })
    },
  }
}

const byId = <T extends { id: string }>(before: Record<string, T>, rows: T[]) => ({
  ...before,
  ...Object.fromEntries(rows.map((row) => [row.id, { ...before[row.id], ...row }])),
})

function merge(before: Message[], rows: Message[]) {
  const all = new Map([...before, ...rows].map((row) => [row.id, row]))
  return [...all.values()].sort((a, b) => a.created_at.localeCompare(b.created_at) || a.id.localeCompare(b.id))
}

export const useStore = (store: Store) => useSyncExternalStore(store.subscribe, store.read)
