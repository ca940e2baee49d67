import { z } from 'zod'
import type { Avinode, Lift, OperatorQuote, Rfq, Trip, TripMessage } from '../tools/avinode/avinode.ts'
import type { AvinodeClient } from '../tools/avinode/rest-client.ts'
import { InvalidInputError, NotFoundError } from '../tools/errors.ts'

/** What a notification carries, whatever else may be in it. Other software stores some without an address. */
export const Notification = z.object({
  id: z.string().min(1),
  type: z.string().min(1),
  href: z.string().nullable().default(null),
})
export type Notification = z.infer<typeof Notification>

type ChangedRfq = {
  id: string
  canceled: boolean
  operator: Rfq['operator']
  created_on: string | null
  updated_on: string | null
  lifts: Pick<Lift, 'id' | 'aircraft_type' | 'aircraft_category' | 'aircraft_tail' | 'answer' | 'quote_ids'>[]
}

type EventType =
  | 'trip_updated'
  | 'rfq_updated'
  | 'rfq_cancelled'
  | 'quote_received'
  | 'quote_updated'
  | 'quote_rejected'
  | 'message_received'

/** One resource of Avinode as it is now, and what that means for us. `apply_avinode_change` makes rows of it. */
export type AvinodeChange = {
  kind: 'rfq' | 'quote' | 'decline' | 'chat' | 'none' | 'unlinked'
  event_type: EventType | null
  avinode_timestamp: string | null
  /** `connection` names the one that it was read through; without it, the default. */
  trip: (Pick<Trip, 'id' | 'display_id' | 'external_trip_id' | 'canceled'> & { connection?: string }) | null
  rfq: ChangedRfq | null
  rfqs: ChangedRfq[]
  quote: OperatorQuote | null
  lift_id: string | null
  message: Pick<TripMessage, 'id' | 'from' | 'text' | 'sender_name' | 'created_on' | 'operator'> | null
  reason: string
}

/** What is read of Avinode. `readNotification` refuses an address that is not our own Avinode's. */
export type AvinodeReader = Pick<Avinode, 'getTrip' | 'getRfq' | 'getQuote' | 'getTripMessage'> &
  Pick<AvinodeClient, 'readNotification'>
type Reader = Omit<AvinodeReader, 'readNotification'>

const nothing = {
  event_type: null,
  avinode_timestamp: null,
  trip: null,
  rfq: null,
  rfqs: [],
  quote: null,
  lift_id: null,
  message: null,
} satisfies Partial<AvinodeChange>

/** Reads what a notification points at, with its trip, and says what it means. What is fetched decides, never the path or the order of arrival. */
export async function readChange(
  { id, type, href }: Notification,
  avinode: AvinodeReader,
  signal: AbortSignal,
): Promise<AvinodeChange> {
  if (type !== 'tripmsgs' && type !== 'rfqs') {
    return { ...nothing, kind: 'none', reason: `Nothing follows from a notification of type ${type}` }
  }
  if (href === null) {
    return type === 'tripmsgs'
      ? messageChange(await avinode.getTripMessage(id, signal), avinode, signal)
      : rfqChange(await avinode.getRfq(id, signal), avinode, signal)
  }
  try {
    const resource = await avinode.readNotification({ id, type, href }, signal)
    if (resource.type === 'tripmsgs') return messageChange(resource.message, avinode, signal)
    if (resource.type === 'rfqs') return rfqChange(resource.rfq, avinode, signal)
  } catch (error) {
    if (!isForeign(error)) throw error
  }
  return { ...nothing, kind: 'none', reason: 'The notification names an address that is not on our Avinode' }
}

const isForeign = (error: unknown) =>
  error instanceof InvalidInputError && error.details.issues.some(({ path }) => path === 'href')

/** The change that a message of a trip stands for: a quote, a decline, or words. `known` saves reading its trip anew. */
export async function messageChange(
  message: TripMessage,
  avinode: Reader,
  signal: AbortSignal,
  known?: Trip,
): Promise<AvinodeChange> {
  const trip = known ?? (await tripOf(message, avinode, signal))
  const heading = { avinode_timestamp: message.created_on, message: messagePart(message), lift_id: message.lift_id }
  if (!trip) return { ...nothing, ...heading, kind: 'unlinked', reason: 'The message belongs to no trip' }

  const rfq = await rfqOf(message, trip, avinode, signal)
  const where = { trip: tripPart(trip), rfq: rfq ? rfqPart(rfq) : null, rfqs: trip.rfqs.map(rfqPart), quote: null }
  if (message.kind === 'decline') {
    return { ...heading, ...where, kind: 'decline', event_type: 'quote_rejected', reason: 'The operator declined' }
  }
  if (message.kind === 'quote' && message.quote_id) {
    const quote = await avinode.getQuote(message.quote_id, signal)
    if (!quote.avinode_generated) return quoteChange({ ...heading, ...where, quote }, message, rfq)
    return { ...heading, ...where, kind: 'none', event_type: null, reason: "Avinode's own estimate is not an offer" }
  }
  const reason = message.from === 'operator' ? 'The operator wrote' : 'The broker wrote in Avinode'
  return { ...heading, ...where, kind: 'chat', event_type: 'message_received', reason }
}

/** The change that a sent, edited or cancelled RFQ stands for. `known` saves reading its trip anew. */
export async function rfqChange(rfq: Rfq, avinode: Reader, signal: AbortSignal, known?: Trip): Promise<AvinodeChange> {
  const trip = known ?? (await avinode.getTrip(rfq.trip_display_id, signal))
  return {
    ...nothing,
    kind: 'rfq',
    ...rfqEvent(rfq),
    avinode_timestamp: rfq.updated_on ?? rfq.created_on,
    trip: tripPart(trip),
    rfq: rfqPart(rfq),
    rfqs: trip.rfqs.map(rfqPart),
  }
}

function rfqEvent(rfq: Rfq): Pick<AvinodeChange, 'event_type' | 'reason'> {
  if (rfq.canceled) return { event_type: 'rfq_cancelled', reason: 'The RFQ was cancelled' }
  const edited = rfq.updated_on !== null && rfq.updated_on !== rfq.created_on
  // The enum's rfq_received is an RFQ that comes in from a buyer; ours going out is a change of the trip.
  if (!edited) return { event_type: 'trip_updated', reason: 'An RFQ was sent' }
  return { event_type: 'rfq_updated', reason: 'The RFQ changed' }
}

type Quoted = Omit<AvinodeChange, 'kind' | 'event_type' | 'reason'>

function quoteChange(change: Quoted, message: TripMessage, rfq: Rfq | undefined): AvinodeChange {
  const lift = rfq?.lifts.find(({ id, quote_ids }) =>
    message.lift_id ? id === message.lift_id : change.quote !== null && quote_ids.includes(change.quote.id),
  )
  return {
    ...change,
    kind: 'quote',
    event_type: 'quote_received',
    lift_id: lift?.id ?? message.lift_id,
    reason: 'The operator quoted',
  }
}

async function tripOf(message: TripMessage, avinode: Reader, signal: AbortSignal): Promise<Trip | undefined> {
  if (message.trip_display_id) return avinode.getTrip(message.trip_display_id, signal)
  if (!message.rfq_id) return undefined
  const rfq = await absentAsUndefined(avinode.getRfq(message.rfq_id, signal))
  return rfq && avinode.getTrip(rfq.trip_display_id, signal)
}

async function rfqOf(message: TripMessage, trip: Trip, avinode: Reader, signal: AbortSignal): Promise<Rfq | undefined> {
  const { rfq_id, lift_id } = message
  const known = trip.rfqs.find(
    ({ id, lifts }) => id === rfq_id || (lift_id !== null && lifts.some(({ id }) => id === lift_id)),
  )
  if (known || rfq_id === null) return known
  return absentAsUndefined(avinode.getRfq(rfq_id, signal))
}

async function absentAsUndefined<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof NotFoundError) return undefined
    throw error
  }
}

/** Only requests of the company through whose connection it was read may change. */
export const throughConnection = (change: AvinodeChange, connection: string): AvinodeChange =>
  change.trip ? { ...change, trip: { ...change.trip, connection } } : change

const tripPart = ({ id, display_id, external_trip_id, canceled }: Trip) => ({
  id,
  display_id,
  // A trip that somebody made by hand may carry any text here; only a request's id finds a request.
  external_trip_id: z.uuid().safeParse(external_trip_id).success ? external_trip_id : null,
  canceled,
})

const rfqPart = ({ id, canceled, operator, created_on, updated_on, lifts }: Rfq): ChangedRfq => ({
  id,
  canceled,
  operator,
  created_on,
  updated_on,
  lifts: lifts.map(({ id, aircraft_type, aircraft_category, aircraft_tail, answer, quote_ids }) => ({
    id,
    aircraft_type,
    aircraft_category,
    aircraft_tail,
    answer,
    quote_ids,
  })),
})

const messagePart = ({ id, from, text, sender_name, created_on, operator }: TripMessage) => ({
  id,
  from,
  text,
  sender_name,
  created_on,
  operator,
})
