import { getJson, type Page, sentenceOf } from './api.ts'
import type { Approval, Conversation, Message, Quote, Request } from './rows.ts'
import type { Store } from './store.ts'

const PAGE = 100
/** Little enough to be there at once over a slow network. */
const FIRST_PAGE = 40
const MOST_PAGES = 20

/** Reads the lists that the page stands on. The first page of each is shown as soon as it is there. */
export async function loadLists(store: Store) {
  const { session } = store
  const reading = [
    eachPage<Request>('/api/requests', store.putRequests),
    eachPage<Conversation>('/api/conversations', store.putConversations),
    eachPage<Approval>('/api/approvals', store.putApprovals, 1),
  ]
  try {
    await Promise.all(reading.map(({ first }) => first))
    store.set({ lists: 'ready' })
    await Promise.all(reading.map(({ all }) => all))
  } catch (error) {
    if (store.read().lists === 'loading') store.set({ lists: 'failed' })
    throw error
  }

  function eachPage<T>(path: string, put: (rows: T[]) => void, most = MOST_PAGES) {
    const read = (query: string) => getJson<Page<T>>(session, `${path}?${query}`)
    const first = read(`limit=${FIRST_PAGE}`).then(({ data, next_cursor }) => {
      put(data)
      return next_cursor
    })
    // What comes after the first page is shown at once: every change of a long list is work for the page.
    const all = first.then(async (cursor) => {
      const rest: T[] = []
      for (let next = cursor, pages = 1; next && pages < most; pages++) {
        const page: Page<T> = await read(`limit=${PAGE}&cursor=${next}`)
        rest.push(...page.data)
        next = page.next_cursor
      }
      if (rest.length > 0) put(rest)
    })
    all.catch(() => undefined) // awaited above, after the first pages
    return { first, all }
  }
}

const MESSAGES = 60

/** Reads a room's newest messages. */
export async function loadMessages(store: Store, conversation_id: string) {
  const known = store.read().rooms[conversation_id]
  if (!known) store.setRoom(conversation_id, { status: 'loading' })
  try {
    const { data, next_cursor } = await getJson<Page<Message>>(store.session, pathOf(conversation_id))
    const older = known?.status === 'ready' ? known.older : next_cursor
    store.putMessages(conversation_id, data, { status: 'ready', older })
  } catch (error) {
    if (store.read().rooms[conversation_id]?.status !== 'ready') {
      store.setRoom(conversation_id, { status: 'failed', failure: sentenceOf(error) })
    }
  }
}

/** Reads what was said before the oldest message that is shown. `onRead` is called just before it is. */
export async function loadOlder(store: Store, conversation_id: string, onRead?: () => void) {
  const cursor = store.read().rooms[conversation_id]?.older
  if (!cursor) return
  const page = await getJson<Page<Message>>(store.session, `${pathOf(conversation_id, PAGE)}&cursor=${cursor}`)
  onRead?.()
  store.putMessages(conversation_id, page.data, { older: page.next_cursor })
}

/** Ten thousand messages. */
const MOST_PAGES_BACK = 100

/** Reads back to one message, however long ago it was said, and shows what was read all at once. `onLong` is called when that takes a while. */
export async function loadBackTo(store: Store, conversation_id: string, message_id: string, onLong: () => void) {
  const { rows = [], older = null } = store.read().rooms[conversation_id] ?? {}
  const isIt = ({ id }: Message) => id === message_id
  if (rows.some(isIt)) return
  const found: Message[] = []
  let cursor = older
  for (let page = 0; cursor && page < MOST_PAGES_BACK && !found.some(isIt); page++) {
    if (page === 1) onLong()
    const path = `${pathOf(conversation_id, PAGE)}&cursor=${cursor}`
    const { data, next_cursor }: Page<Message> = await getJson(store.session, path)
    found.push(...data)
    cursor = next_cursor
  }
  store.putMessages(conversation_id, found, { older: cursor })
}

const pathOf = (conversation_id: string, limit = MESSAGES) =>
  `/api/conversations/${conversation_id}/messages?limit=${limit}`

export async function loadQuotes(store: Store, request_id: string) {
  const say = (status: 'loading' | 'ready' | 'failed') =>
    store.set({ quotesOf: { ...store.read().quotesOf, [request_id]: status } })
  if (store.read().quotesOf[request_id] !== 'ready') say('loading')
  try {
    const { data } = await getJson<Page<Quote>>(store.session, `/api/requests/${request_id}/quotes`)
    store.putQuotes(data)
    say('ready')
  } catch {
    if (store.read().quotesOf[request_id] !== 'ready') say('failed')
  }
}

export const loadConversation = async (store: Store, id: string) =>
  store.putConversations([await getJson<Conversation>(store.session, `/api/conversations/${id}`)])

export const loadRequest = async (store: Store, id: string) =>
  store.putRequests([await getJson<Request>(store.session, `/api/requests/${id}`)])
