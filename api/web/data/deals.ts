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
  isUrgent: boolean
  at: string
  /** What the room is called, where no request says it better. */
  subject: string | null
  /** A colleague's request, into whose room the broker was invited. */
  isShared: boolean
}

export const GROUPS: readonly Group[] = ['needs you', 'waiting', 'done']

type Rows = Pick<State, 'requests' | 'conversations' | 'approvals'>

/** Longer than any deal is old. */
const AN_AGE_MS = 1e13

const WORKING = { next: 'Assistant is working', group: 'waiting' } as const

/** Every deal, urgent ones and then those with the latest news first. While the assistant answers in one, it is not the broker's turn. */
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
  const talks = rooms.filter(
    (room) =>
      !taken.has(room.id) && (isShared(room, requests) || (room.type === 'general_inquiry' && !room.request_id)),
  )
  const all = [...deals, ...talks.map(talkOf)].map((deal) => (isAnswered(deal) ? { ...deal, ...WORKING } : deal))
  const rank = ({ isUrgent, at }: Deal) => Date.parse(at) + (isUrgent ? AN_AGE_MS : 0)
  const ranked = all.map((deal) => ({ deal, rank: rank(deal) }))
  return ranked.sort((a, b) => b.rank - a.rank).map(({ deal }) => deal)

  function isAnswered({ conversation_id }: Deal) {
    return conversation_id !== undefined && answering.includes(conversation_id)
  }
}

/** The same deals, those that did not change as the very objects that they were: what shows them need not be drawn again. */
export function withKept(deals: Deal[], before: readonly Deal[]): Deal[] {
  const known = new Map(before.map((deal) => [deal.id, deal]))
  return deals.map((deal) => {
    const kept = known.get(deal.id)
    const isSame =
      kept === deal || (kept && Object.entries(deal).every(([name, value]) => kept[name as keyof Deal] === value))
    return isSame ? kept : deal
  })
}

/** The deal of each request with what it was made of: of a thousand, one change makes one anew. */
const made = new WeakMap<Request, { of: unknown[]; deal: Deal }>()

function dealOf(
  request: Request,
  rooms: Conversation[],
  conversations: Record<string, Conversation>,
  approvals: Approval[],
): Deal {
  const primary = mainRoomOf(request, rooms, conversations)
  const of = [primary, ...rooms, ...approvals.filter(({ request_id }) => request_id === request.id)]
  const known = made.get(request)
  if (known?.of.length === of.length && known.of.every((row, at) => row === of[at])) return known.deal
  const deal = makeDeal(request, primary, rooms, approvals)
  made.set(request, { of, deal })
  return deal
}

function makeDeal(
  request: Request,
  primary: Conversation | undefined,
  rooms: Conversation[],
  approvals: Approval[],
): Deal {
  const reading = readRequest(request, approvals)
  const news = rooms.find(saysSomethingNew)
  const open = reading.group === 'waiting' && news
  const aside = isWaitingFor(request, approvals) ? undefined : asideOf(primary)
  const latest = [primary, ...rooms].flatMap((room) => room?.last_message_at ?? []).sort()
  return {
    id: request.id,
    request,
    // Known before the room itself is: what is typed at once is a draft of that room.
    conversation_id: primary?.id ?? request.primary_conversation_id ?? undefined,
    stage: reading.stage,
    ...(aside && !news
      ? { next: aside, group: 'done' as const }
      : {
          next: open ? `Read the message of ${operatorOf(news)}` : reading.next,
          group: open ? ('needs you' as const) : reading.group,
        }),
    isUrgent: primary?.is_priority === true && reading.group !== 'done',
    subject: primary?.subject ?? null,
    isShared: false,
    unread: [...new Set([...(primary ? [primary] : []), ...rooms])].reduce(
      (sum, room) => sum + (room.unread_count ?? 0),
      0,
    ),
    at: latest.at(-1) ?? request.updated_at,
  }
}

const isWaitingFor = ({ id }: Request, approvals: Approval[]) => approvals.some(({ request_id }) => request_id === id)

/** What the broker did with a room that needs nothing more. */
const asideOf = (room: Conversation | undefined) =>
  room?.status === 'archived' ? 'Archived' : room?.status === 'resolved' ? 'Resolved' : undefined

const mainRoomOf = (request: Request, rooms: Conversation[], conversations: Record<string, Conversation>) =>
  (request.primary_conversation_id ? conversations[request.primary_conversation_id] : undefined) ??
  rooms.find(({ type }) => type !== 'quote_discussion')

/** An operator wrote something that is no quote, and nobody has read it. */
const saysSomethingNew = ({ type, unread_count, last_message }: Conversation) =>
  type === 'quote_discussion' &&
  Boolean(unread_count) &&
  last_message?.sender_type === 'operator' &&
  last_message.content_type === 'text'

/** A room of a colleague's request, into which the broker was invited. */
function isShared({ request_id, request, participants = [] }: Conversation, requests: Rows['requests']) {
  if (!request_id || request_id in requests) return false
  return request === null || participants.filter(({ iso_agent_id, is_active }) => iso_agent_id && is_active).length > 1
}

const talkOf = (room: Conversation): Deal => ({
  id: room.id,
  request: undefined,
  conversation_id: room.id,
  stage: 'Draft',
  ...readTalk(room),
  isUrgent: room.is_priority === true && !asideOf(room),
  subject: room.subject,
  isShared: room.request_id !== null,
  unread: room.unread_count ?? 0,
  at: room.last_message_at ?? room.created_at,
})

function readTalk(room: Conversation): Pick<Deal, 'next' | 'group'> {
  const aside = asideOf(room)
  if (aside) return { next: aside, group: 'done' }
  if (!room.request_id) return { next: 'Say route, day and passengers', group: 'needs you' }
  return room.unread_count
    ? { next: 'Read what is new', group: 'needs you' }
    : { next: 'A colleague works on it', group: 'waiting' }
}

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
