import { call, getJson, sendJson } from './api.ts'
import type { Message } from './rows.ts'
import type { Store } from './store.ts'

const put = (store: Store, message: Message) => store.putMessages(message.conversation_id, [message])

/** The one reaction of a broker more, or less. It shows at once and is taken back when the service refuses. */
export async function toggleReaction(store: Store, message: Message, emoji: string) {
  const { id } = store.session.agent
  const who = message.reactions?.[emoji] ?? []
  const isMine = who.includes(id)
  const after = isMine ? who.filter((other) => other !== id) : [...who, id]
  const { [emoji]: _, ...others } = message.reactions ?? {}
  put(store, { ...message, reactions: after.length > 0 ? { ...others, [emoji]: after } : others })
  try {
    const path = `/api/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`
    const response = await call(store.session, isMine ? 'DELETE' : 'PUT', path)
    put(store, (await response.json()) as Message)
  } catch (error) {
    put(store, message)
    throw error
  }
}

/** Other words for the broker's own message. The first ones are kept. */
export async function editMessage(store: Store, { id }: Message, content: string) {
  put(store, await sendJson<Message>(store.session, 'PATCH', `/api/messages/${id}`, { content }))
}

/** What the broker's own message said before it was first changed. */
export async function readOriginal({ session }: Store, { id }: Message) {
  return (await getJson<{ original_content?: string | null }>(session, `/api/messages/${id}`)).original_content ?? null
}

/** Sends a message to an operator again that did not arrive. It arrives once, whatever became of the first attempt. */
export async function retryMessage(store: Store, { id }: Message) {
  put(store, await sendJson<Message>(store.session, 'POST', `/api/messages/${id}/retry`, {}))
}

/** How long a deleted message can be had back. */
const REGRET_MS = 10_000

/** How to have each of them back. */
const forgetting = new Map<string, () => void>()

/** Takes the broker's own message back, but not at once: until then `keepMessage` undoes it. Leaving the page does not undo it. */
export function removeMessage(store: Store, message: Message, onProblem: (error: unknown) => void) {
  const { id } = message
  store.set({ leaving: { ...store.read().leaving, [id]: true } })
  const remove = async () => {
    forget()
    try {
      const response = await call(store.session, 'DELETE', `/api/messages/${id}`, { keepalive: true })
      put(store, (await response.json()) as Message)
    } catch (error) {
      onProblem(error)
    } finally {
      unmark(store, id)
    }
  }
  const end = () => void remove()
  const timer = setTimeout(end, REGRET_MS)
  addEventListener('pagehide', end)
  const forget = () => {
    clearTimeout(timer)
    removeEventListener('pagehide', end)
    forgetting.delete(id)
  }
  forgetting.set(id, forget)
}

/** Undoes what `removeMessage` began. */
export function keepMessage(store: Store, id: string) {
  forgetting.get(id)?.()
  unmark(store, id)
}

function unmark(store: Store, id: string) {
  const { [id]: _, ...others } = store.read().leaving
  store.set({ leaving: others })
}
