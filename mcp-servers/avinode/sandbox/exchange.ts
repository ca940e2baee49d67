import { operatorById } from './fleet.ts'
import { type Leg, legsOf } from './itinerary.ts'
import { breakDown, offer } from './pricing.ts'
import type { Lift, LineItem, Message, Quote, Rfq, Trip, World } from './records.ts'
import type { Option } from './selection.ts'

/** Something the simulated marketplace refuses, with the code that Avinode would give. */
export class Refusal extends Error {
  readonly status: 400 | 403 | 404 | 409 | 422
  readonly code: string

  constructor(status: Refusal['status'], code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

export type Notify = (event: {
  event_type: string
  company_id: string
  resource: { type: 'rfqs' | 'tripmsgs' | 'emptylegs'; id: string; trip_display_id: string | null }
}) => void

export type NewTripInput = Pick<Trip, 'company_id' | 'external_trip_id' | 'segments' | 'criteria' | 'sourcing'>

export type OperatorAnswer = {
  cents?: number | undefined
  currency?: string | undefined
  message?: string | undefined
  line_items?: LineItem[] | undefined
  aircraft?: { type?: string | undefined; category?: string | undefined; tail?: string | undefined } | undefined
  /** An extra quote that answers no lift. */
  is_extra?: boolean | undefined
}

export type Exchange = ReturnType<typeof createExchange>

/** What buyers and sellers do with each other in the marketplace. Every change and its notifications are kept together. */
export function createExchange({ world, notify, now }: { world: World; notify: Notify; now: () => Date }) {
  const stamp = () => now().toISOString()

  const tripOf = (rfq: Rfq): Trip => {
    const trip = world.trips.get(rfq.trip_id)
    if (!trip) throw new Error(`RFQ ${rfq.id} without its trip`)
    return trip
  }
  const liftsOf = (rfq_id: string) => world.lifts.where('rfq_id', rfq_id)
  const rfqsOf = (trip_id: string) => world.rfqs.where('trip_id', trip_id)
  const quotesOf = (lift_id: string) => world.quotes.where('lift_id', lift_id)

  function announce(trip: Trip, event_type: string, type: 'rfqs' | 'tripmsgs', id: string) {
    notify({ event_type, company_id: trip.company_id, resource: { type, id, trip_display_id: trip.display_id } })
  }

  function write(rfq: Rfq, message: Pick<Message, 'from' | 'kind' | 'text' | 'lift_id' | 'quote_id'>): Message {
    const trip = tripOf(rfq)
    const is_ours = message.from === 'broker'
    const sender_name = is_ours ? 'Dana Example' : (operatorById(rfq.operator_id)?.person ?? '')
    const id = world.newId(is_ours ? 'abuyermsg' : 'asellermsg')
    const written = world.messages.put({
      ...message,
      id,
      trip_id: trip.id,
      rfq_id: rfq.id,
      sender_name,
      created_on: stamp(),
    })
    const touched = is_ours ? { updated_by_buyer: stamp() } : { updated_by_seller: stamp() }
    world.rfqs.put({ ...rfq, ...touched })
    const event = is_ours
      ? 'TripChatMine'
      : message.kind === 'chat'
        ? 'TripChatFromSeller'
        : 'TripRequestSellerResponse'
    announce(trip, event, 'tripmsgs', id)
    return written
  }

  function open(rfq: Rfq) {
    if (rfq.canceled) throw new Refusal(409, 'RFQ_CANCELED', 'The RFQ was cancelled')
  }

  function estimateFor(rfq: Rfq, lift: Lift, cents: number): Quote {
    return world.quotes.put({
      id: world.newId('aquote'),
      rfq_id: rfq.id,
      lift_id: lift.id,
      is_estimate: true,
      cents,
      currency: 'USD',
      line_items: breakDown(cents),
      message: null,
      aircraft_id: lift.aircraft_id,
      aircraft_type: lift.aircraft_type,
      aircraft_category: lift.aircraft_category,
      aircraft_tail: lift.aircraft_tail,
      created_on: stamp(),
    })
  }

  function requestLift(rfq: Rfq, { aircraft, estimate_cents }: Option): Lift {
    const lift = world.lifts.put({
      id: world.newId('asellerlift'),
      rfq_id: rfq.id,
      aircraft_id: aircraft.id,
      aircraft_type: aircraft.type,
      aircraft_category: aircraft.category,
      aircraft_tail: aircraft.tail,
      max_passengers: aircraft.max_passengers,
      answer: 'unanswered',
    })
    estimateFor(rfq, lift, estimate_cents)
    return lift
  }

  return {
    tripOf,
    liftsOf,
    rfqsOf,
    quotesOf,
    legs: (of: { segments: unknown[] }): Leg[] => legsOf(of.segments),

    createTrip(input: NewTripInput): Trip {
      return world.transaction(() => {
        const id = world.newId('atrip')
        const display_id = displayId(Number(id.split('-')[1]))
        const created = { canceled: false, cancel_reason: null, created_on: stamp(), is_played: false }
        return world.trips.put({ ...input, ...created, id, display_id })
      })
    },

    updateTrip(trip: Trip, change: Pick<NewTripInput, 'segments' | 'criteria' | 'sourcing'>): Trip {
      if (trip.canceled) throw new Refusal(409, 'TRIP_CANCELED', 'The trip was cancelled')
      return world.trips.put({ ...trip, ...change })
    },

    /** Sends one RFQ per operator, with a lift and an estimate for each of its aircraft. */
    sendRfqs(trip: Trip, options: Option[], buyer_message: string | null): Rfq[] {
      if (trip.canceled) throw new Refusal(409, 'TRIP_CANCELED', 'The trip was cancelled')
      return world.transaction(() => {
        const sent_on = stamp()
        const operators = [...new Set(options.map(({ aircraft: { operator_id } }) => operator_id))]
        return operators.map((operator_id) => {
          const rfq = world.rfqs.put({
            id: world.newId('arfq'),
            trip_id: trip.id,
            operator_id,
            canceled: false,
            created_on: sent_on,
            updated_by_buyer: sent_on,
            updated_by_seller: null,
            buyer_message,
            segments: trip.segments,
          })
          for (const option of options) if (option.aircraft.operator_id === operator_id) requestLift(rfq, option)
          announce(trip, 'TripRequestMine', 'rfqs', rfq.id)
          return rfq
        })
      })
    },

    /** The operator quotes one lift; the other lifts stay as they are. A later quote for the lift replaces nothing, it is newer. */
    quote(rfq: Rfq, lift: Lift, answer: OperatorAnswer): { quote: Quote; message: Message } {
      open(rfq)
      return world.transaction(() => {
        const base = quotesOf(lift.id).find(({ is_estimate }) => is_estimate)?.cents ?? 5_000_000
        const cents = answer.cents ?? offer(base, rfq.operator_id + lift.id)
        const quote = world.quotes.put({
          id: world.newId('aquote'),
          rfq_id: rfq.id,
          lift_id: answer.is_extra ? null : lift.id,
          is_estimate: false,
          cents,
          currency: answer.currency ?? 'USD',
          line_items: answer.line_items ?? breakDown(cents),
          message: answer.message ?? 'Price includes standard catering and all landing fees.',
          aircraft_id: answer.aircraft?.type || answer.aircraft?.tail ? null : lift.aircraft_id,
          aircraft_type: answer.aircraft?.type ?? lift.aircraft_type,
          aircraft_category: answer.aircraft?.category ?? lift.aircraft_category,
          aircraft_tail: answer.aircraft?.tail ?? (answer.aircraft?.type ? null : lift.aircraft_tail),
          created_on: stamp(),
        })
        if (!answer.is_extra) world.lifts.put({ ...lift, answer: 'accepted' })
        const text = answer.message ?? 'We are happy to offer our aircraft for this trip.'
        const lift_id = answer.is_extra ? null : lift.id
        return { quote, message: write(rfq, { from: 'operator', kind: 'quote', text, lift_id, quote_id: quote.id }) }
      })
    },

    /** The operator declines everything that it was asked for. */
    decline(rfq: Rfq, text: string): Message {
      open(rfq)
      return world.transaction(() => {
        const lifts = liftsOf(rfq.id)
        for (const lift of lifts) world.lifts.put({ ...lift, answer: 'declined' })
        return write(rfq, { from: 'operator', kind: 'decline', text, lift_id: lifts[0]?.id ?? null, quote_id: null })
      })
    },

    chat(rfq: Rfq, from: 'operator' | 'broker', text: string, lift_id: string | null = null): Message {
      open(rfq)
      return world.transaction(() => write(rfq, { from, kind: 'chat', text, lift_id, quote_id: null }))
    },

    /** Cancels the trip and all its RFQs, and tells every operator. */
    cancelTrip(trip: Trip, reason: string): Trip {
      if (trip.canceled) throw new Refusal(409, 'TRIP_CANCELED', 'The trip is cancelled already')
      return world.transaction(() => {
        for (const rfq of rfqsOf(trip.id).filter(({ canceled }) => !canceled)) {
          world.rfqs.put({ ...rfq, canceled: true, updated_by_buyer: stamp() })
          announce(trip, 'TripRequestMine', 'rfqs', rfq.id)
        }
        return world.trips.put({ ...trip, canceled: true, cancel_reason: reason })
      })
    },

    cancelRfq(rfq: Rfq): Rfq {
      open(rfq)
      return world.transaction(() => {
        announce(tripOf(rfq), 'TripRequestMine', 'rfqs', rfq.id)
        return world.rfqs.put({ ...rfq, canceled: true, updated_by_buyer: stamp() })
      })
    },
  }
}

const LETTERS = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'

/** Six characters for people; different for every number, and never digits alone. */
export function displayId(number: number): string {
  let mixed = Number((BigInt(number) * 387_420_489n) % 2n ** 30n) // an odd factor: no two numbers below 2^30 meet
  let id = ''
  for (let place = 0; place < 6; place += 1) {
    id += LETTERS[mixed % 32] ?? 'A'
    mixed = Math.floor(mixed / 32)
  }
  return /^\d+$/.test(id) ? `A${id.slice(1)}` : id
}
