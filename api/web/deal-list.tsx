import { formatAge, formatDay } from './format.ts'
import type { Conversation, Request } from './rows.ts'
import { type Group, readRequest } from './states.ts'
import type { State } from './store.ts'

type Props = { state: State; open: string | undefined; onOpen(conversation_id: string | undefined): void }
type Entry = { id: string; title: string; subtitle: string; next: string; group: Group; age: string; unread: number }

/** The deals, grouped by who has to act. */
export function DealList({ state, open, onOpen }: Props) {
  const entries = dealEntries(state)
  return (
    <aside className="deals" aria-label="Deals">
      <div className="deals-head">
        <h2>Deals</h2>
        <button type="button" onClick={() => onOpen(undefined)} title="New deal (c)">
          + New
        </button>
      </div>
      {!state.loaded && <p role="status">Loading deals …</p>}
      {state.loaded && entries.length === 0 && <p>No deals yet. Type a trip to start one.</p>}
      {(['needs you', 'waiting', 'done'] as const).map((group) => {
        const inGroup = entries.filter((entry) => entry.group === group)
        if (inGroup.length === 0) return null
        return (
          <section key={group} aria-label={group}>
            <h3>
              {group} ({inGroup.length})
            </h3>
            <ul>
              {inGroup.map((entry) => (
                <li key={entry.id}>
                  <button type="button" aria-current={entry.id === open} onClick={() => onOpen(entry.id)}>
                    <span className="row">
                      <strong>
                        {entry.unread > 0 && <span className="dot" role="img" aria-label={`${entry.unread} unread`} />}
                        {entry.title}
                      </strong>
                      <time>{entry.age}</time>
                    </span>
                    <span className="soft">{entry.subtitle}</span>
                    <span>{entry.next}</span>
                  </button>
                </li>
              ))}
            </ul>
          </section>
        )
      })}
    </aside>
  )
}

function dealEntries({ requests, conversations, approvals }: State): Entry[] {
  const rooms = Object.values(conversations)
  const fromRequests = Object.values(requests).flatMap((request) => {
    const room = rooms.find(({ id }) => id === request.primary_conversation_id)
    return request.primary_conversation_id ? [requestEntry(request, request.primary_conversation_id, room)] : []
  })
  const taken = new Set(fromRequests.map(({ entry }) => entry.id))
  const fromRooms = rooms
    .filter(({ id, type }) => type === 'general_inquiry' && !taken.has(id))
    .map((room) => ({ at: room.last_message_at ?? room.created_at, entry: roomEntry(room) }))
  return [...fromRequests, ...fromRooms].sort((a, b) => b.at.localeCompare(a.at)).map(({ entry }) => entry)

  function requestEntry(request: Request, id: string, room: Conversation | undefined) {
    const { next, group } = readRequest(request, Object.values(approvals))
    const at = room?.last_message_at ?? request.updated_at
    const days = [request.departure_date, request.return_date]
      .filter((date) => date !== null)
      .map(formatDay)
      .join(' – ')
    const subtitle = [request.client?.company_name ?? 'No client yet', `${request.passengers} pax`, days].join(' · ')
    const title = routeOf(request)
    return { at, entry: { id, title, subtitle, next, group, age: formatAge(at), unread: unreadOf(room) } }
  }
}

const roomEntry = (room: Conversation): Entry => ({
  id: room.id,
  title: room.subject ?? 'New deal',
  subtitle: 'No request yet',
  next: 'Say route, day and passengers',
  group: 'needs you',
  age: formatAge(room.last_message_at ?? room.created_at),
  unread: unreadOf(room),
})

const unreadOf = (room: Conversation | undefined) => room?.unread_count ?? room?.unread_count_iso ?? 0

/** `KTEB → KLAX`, or every stop of a multi-leg trip. */
export function routeOf({ segments, departure_airport, arrival_airport, return_date }: Request) {
  if (segments.length <= 1 || (return_date && segments.length === 2)) {
    return `${departure_airport} ${return_date ? '⇄' : '→'} ${arrival_airport}`
  }
  return [segments[0]?.departure_airport, ...segments.map(({ arrival_airport }) => arrival_airport)].join(' → ')
}
