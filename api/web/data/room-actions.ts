import { call, getJson, type Page, sendJson } from './api.ts'
import type { Conversation, Participant } from './rows.ts'
import type { Store } from './store.ts'

type Changes = { status?: 'active' | 'resolved' | 'archived'; is_priority?: boolean }

/** Puts a room aside, takes it up again, or makes it urgent. */
export async function changeRoom(store: Store, id: string, changes: Changes) {
  store.putConversations([await sendJson<Conversation>(store.session, 'PATCH', `/api/conversations/${id}`, changes)])
}

/** Everybody in a room, with presence as it is now. */
export async function loadPeople(store: Store, id: string) {
  const { data } = await getJson<Page<Participant>>(store.session, `/api/conversations/${id}/participants`)
  const room = store.read().conversations[id]
  if (room) store.putConversations([{ ...room, participants: data }])
}

type Invitation = { email: string; role: 'iso_agent' | 'observer' }

export async function invite(store: Store, id: string, invitation: Invitation) {
  await call(store.session, 'POST', `/api/conversations/${id}/participants`, { body: invitation })
  await loadPeople(store, id)
}

/** Takes a colleague out of a room, or leaves it. */
export async function endSeat(store: Store, id: string, seat: Participant) {
  await call(store.session, 'DELETE', `/api/conversations/${id}/participants/${seat.id}`)
  if (seat.iso_agent_id !== store.session.agent.id) await loadPeople(store, id)
}

/** Says to the others in a room that the broker writes, or no longer. A lost call costs nothing. */
export const tellTyping = (store: Store, id: string, is_typing: boolean) =>
  call(store.session, 'POST', `/api/conversations/${id}/typing`, { body: { is_typing } }).catch(() => undefined)
