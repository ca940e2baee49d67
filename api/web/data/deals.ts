import type { Approval, Conversation, Request } from './rows.ts'
import { type Group, readRequest, type Stage } from './states.ts'
import type { State } from './store.ts'

/** A deal as the list shows it: a request, or a conversation that has not become one yet. */
export type Deal = {
  id: string
  request: Request | undefined
  /** The room with the assistant; a request that came by the API may have none yet. */
  conversation_id: string | undefined
  stage: Stage
  next: string
  group: Group
  unread: number
  at: string
}

export const GROUPS: readonly Group[] = ['needs you', 'waiting', 'done']

type Rows = Pick<State, 'requests' | 'conversations' | 'approvals'>

const WORKING = { next: 'Assistant is working', group: 'waiting' } as const

/** Every deal, those with the latest news first. While the assistant answers in one, it is not the broker's turn. */
export function dealsOf(
  { requests, conversations, approvals }: Rows,
  agent_id: string,
  answering: readonly string[] = [],
): Deal[] {
  const rooms = Object.values(conversations)
  const byRequest = Map.groupBy(rooms, ({ request_id }) => request_id)
  const waiting = Object.values(approvals).filter(({ status }) => status === 'pending')
  const deals = Object.values(requests).map((request) => {
    const deal = dealOf(request, byRequest.get(request.id) ?? [], conversations, waiting)
    // An administrator sees the deals of others, and has not to act in them.
    return request.iso_agent_id === agent_id || deal.group === 'done' ? deal : { ...deal, group: 'waiting' as const }
  })
  const taken = new Set(deals.map(({ conversation_id }) => conversation_id))
  const talks = rooms.filter(({ id, type, request_id }) => type === 'general_inquiry' && !request_id && !taken.has(id))
  const all = [...deals, ...talks.map(talkOf)].map((deal) => (isAnswered(deal) ? { ...deal, ...WORKING } : deal))
  return all.sort((a, b) => Date.parse(b.at) - Date.parse(a.at))

  function isAnswered({ conversation_id }: Deal) {
    return conversation_id !== undefined && answering.includes(conversation_id)
  }
}

function dealOf(
  request: Request,
  rooms: Conversation[],
  conversations: Record<string, Conversation>,
  approvals: Approval[],
): Deal {
  const primary = mainRoomOf(request, rooms, conversations)
  const reading = readRequest(request, approvals)
  const news = rooms.find(saysSomethingNew)
  const open = reading.group === 'waiting' && news
  const latest = [primary, ...rooms].flatMap((room) => room?.last_message_at ?? []).sort()
  return {
    id: request.id,
    request,
    conversation_id: primary?.id,
    stage: reading.stage,
    next: open ? `Read the message of ${operatorOf(news)}` : reading.next,
    group: open ? 'needs you' : reading.group,
    unread: [...new Set([...(primary ? [primary] : []), ...rooms])].reduce(
      (sum, room) => sum + (room.unread_count ?? 0),
      0,
    ),
    at: latest.at(-1) ?? request.updated_at,
  }
}

const mainRoomOf = (request: Request, rooms: Conversation[], conversations: Record<string, Conversation>) =>
  (request.primary_conversation_id ? conversations[request.primary_conversation_id] : undefined) ??
  rooms.find(({ type }) => type !== 'quote_discussion')

/** An operator wrote something that is no quote, and nobody has read it. */
const saysSomethingNew = ({ type, unread_count, last_message }: Conversation) =>
  type === 'quote_discussion' &&
  Boolean(unread_count) &&
  last_message?.sender_type === 'operator' &&
  last_message.content_type === 'text'

const talkOf = (room: Conversation): Deal => ({
  id: room.id,
  request: undefined,
  conversation_id: room.id,
  stage: 'Draft',
  next: 'Say route, day and passengers',
  group: room.status === 'resolved' || room.status === 'archived' ? 'done' : 'needs you',
  unread: room.unread_count ?? 0,
  at: room.last_message_at ?? room.created_at,
})

/** The deal that an address names by its request or by its conversation. */
export const findDeal = (deals: Deal[], id: string | undefined) =>
  id === undefined
    ? undefined
    : (deals.find((deal) => deal.id === id) ?? deals.find((deal) => deal.conversation_id === id))

/** The rooms with operators of a request, oldest first. */
export const operatorRooms = (conversations: Record<string, Conversation>, request_id: string | undefined) =>
  Object.values(conversations)
    .filter((room) => room.type === 'quote_discussion' && request_id && room.request_id === request_id)
    .sort((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at))

/** The operator's name; a room that came over the feed knows it only from its RFQ. */
export function operatorOf({ operator, metadata, subject }: Conversation): string {
  const rfq = metadata.rfq as { operator?: { name?: string } } | undefined
  return operator?.company_name ?? rfq?.operator?.name ?? subject?.split(':')[0] ?? 'Operator'
}

/** `KTEB → KLAX`, or every stop of a multi-leg trip. */
export function routeOf(request: Request): string {
  return isReturn(request) ? `${request.departure_airport} ⇄ ${request.arrival_airport}` : stopsOf(request).join(' → ')
}

/** There and back, and nothing else. */
export const isReturn = ({ segments: [out, back, ...more] }: Request) =>
  more.length === 0 &&
  out !== undefined &&
  back !== undefined &&
  out.departure_airport === back.arrival_airport &&
  out.arrival_airport === back.departure_airport

/** The airports in the order of the trip; one that ends a leg and begins the next comes once. */
export function stopsOf({ segments, departure_airport, arrival_airport }: Request): string[] {
  if (segments.length === 0) return [departure_airport, arrival_airport]
  return segments.flatMap((leg, at) =>
    segments[at - 1]?.arrival_airport === leg.departure_airport
      ? [leg.arrival_airport]
      : [leg.departure_airport, leg.arrival_airport],
  )
}
