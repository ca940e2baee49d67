import { expect, it } from 'vitest'
import type { OperatorQuote, Rfq, Trip, TripMessage } from '../tools/avinode/avinode.ts'
import { InvalidInputError, NotFoundError } from '../tools/errors.ts'
import { type AvinodeReader, readChange } from './avinode-change.ts'

const signal = AbortSignal.timeout(10_000)
const request_id = '7f6d0f6e-7d0c-4f4e-9a53-0d7e6c7c2f11'
const operator = { id: 'acomp-1', name: 'Elite Jets', email: null, phone: null }
const lift = {
  id: 'asellerlift-1',
  aircraft_type: 'Gulfstream G650',
  aircraft_category: 'Ultra long range jet',
  aircraft_tail: 'N650EJ',
  max_passengers: 14,
  answer: 'accepted' as const,
  quote_ids: ['aquote-1'],
}
const rfq: Rfq = {
  id: 'arfq-1',
  trip_display_id: 'K7M2QD',
  operator,
  canceled: false,
  created_on: '2026-11-20T10:00:00Z',
  updated_on: null,
  lifts: [lift],
  message_ids: ['asellermsg-1'],
}
const trip: Trip = {
  id: 'atrip-1',
  display_id: 'K7M2QD',
  external_trip_id: request_id,
  search_url: '',
  view_url: '',
  canceled: false,
  rfqs: [rfq],
}
const quote: OperatorQuote = {
  id: 'aquote-1',
  avinode_generated: false,
  created_on: '2026-11-20T11:00:00Z',
  total_price: '125000.00',
  currency: 'USD',
  operator,
  aircraft_type: 'Gulfstream G650',
  aircraft_category: null,
  aircraft_tail: 'N650EJ',
  aircraft_details: {},
  base_price: '125000.00',
  fuel_surcharge: '0.00',
  taxes: '0.00',
  fees: '0.00',
  line_items: [],
  flight_minutes: null,
  distance_nm: null,
  message: null,
}
const message: TripMessage = {
  id: 'asellermsg-1',
  from: 'operator',
  kind: 'quote',
  trip_display_id: 'K7M2QD',
  rfq_id: 'arfq-1',
  lift_id: 'asellerlift-1',
  quote_id: 'aquote-1',
  operator,
  sender_name: 'Pat',
  text: 'Here you are',
  created_on: '2026-11-20T11:00:00Z',
}

type World = {
  message?: Partial<TripMessage>
  rfq?: Partial<Rfq>
  trip?: Partial<Trip>
  quote?: Partial<OperatorQuote>
}

/** Plays an Avinode with one trip, one RFQ, one message and one quote, each changed as a test needs it. */
function avinodeWith(world: World = {}): AvinodeReader {
  const the_rfq = { ...rfq, ...world.rfq }
  const the_trip = { ...trip, rfqs: [the_rfq], ...world.trip }
  const the_message = { ...message, ...world.message }
  const the_quote = { ...quote, ...world.quote }
  const find = async <T extends { id: string }>(found: T, id: string) => {
    if (found.id !== id && !('display_id' in found && found.display_id === id)) throw new NotFoundError(id)
    return found
  }
  return {
    getTrip: (id) => find(the_trip, id),
    getRfq: (id) => find(the_rfq, id),
    getQuote: (id) => find(the_quote, id),
    getTripMessage: (id) => find(the_message, id),
    async readNotification({ id, type, href }) {
      if (!href.startsWith('https://sandbox.avinode.example/api/')) {
        throw new InvalidInputError([{ path: 'href', message: 'not ours' }])
      }
      if (type === 'tripmsgs') return { type, message: await find(the_message, id) }
      if (type === 'rfqs') return { type, rfq: await find(the_rfq, id) }
      return { type: 'other', data: null }
    },
  }
}

const href = 'https://sandbox.avinode.example/api/tripmsgs/asellermsg-1'
const aboutMessage = { id: 'asellermsg-1', type: 'tripmsgs', href }
const aboutRfq = { id: 'arfq-1', type: 'rfqs', href: 'https://sandbox.avinode.example/api/rfqs/arfq-1' }

it("an operator's quote comes with its trip, its RFQs and its lift", async () => {
  const change = await readChange(aboutMessage, avinodeWith(), signal)

  expect(change).toMatchObject({
    kind: 'quote',
    event_type: 'quote_received',
    avinode_timestamp: '2026-11-20T11:00:00Z',
    trip: { id: 'atrip-1', display_id: 'K7M2QD', external_trip_id: request_id, canceled: false },
    rfq: { id: 'arfq-1', operator, lifts: [{ id: 'asellerlift-1', answer: 'accepted', quote_ids: ['aquote-1'] }] },
    rfqs: [{ id: 'arfq-1' }],
    quote: { id: 'aquote-1', total_price: '125000.00' },
    lift_id: 'asellerlift-1',
    message: { id: 'asellermsg-1', from: 'operator', text: 'Here you are', operator },
  })
})

it('the lift of a quote is found through the RFQ when the message does not name it', async () => {
  const change = await readChange(aboutMessage, avinodeWith({ message: { lift_id: null } }), signal)

  expect(change.lift_id).toBe('asellerlift-1')
})

it("Avinode's own estimate is no offer", async () => {
  const change = await readChange(aboutMessage, avinodeWith({ quote: { avinode_generated: true } }), signal)

  expect(change).toMatchObject({ kind: 'none', quote: null })
})

it('a decline keeps what the operator said', async () => {
  const declined = avinodeWith({ message: { kind: 'decline', quote_id: null, text: 'Not available' } })

  const change = await readChange(aboutMessage, declined, signal)

  expect(change).toMatchObject({ kind: 'decline', event_type: 'quote_rejected', message: { text: 'Not available' } })
})

it.each(['operator', 'broker'] as const)('words of the %s are chat', async (from) => {
  const change = await readChange(
    aboutMessage,
    avinodeWith({ message: { kind: 'chat', quote_id: null, from } }),
    signal,
  )

  expect(change).toMatchObject({ kind: 'chat', event_type: 'message_received', message: { from } })
})

it.each([
  ['sent', {}, 'trip_updated'],
  ['edited', { updated_on: '2026-11-20T12:00:00Z' }, 'rfq_updated'],
  ['cancelled', { canceled: true }, 'rfq_cancelled'],
])('an RFQ that was %s says so', async (_what, changed, event_type) => {
  const change = await readChange(aboutRfq, avinodeWith({ rfq: changed }), signal)

  expect(change).toMatchObject({ kind: 'rfq', event_type, rfq: { id: 'arfq-1' }, rfqs: [{ id: 'arfq-1' }] })
})

it('a message that names only its RFQ finds its trip', async () => {
  const change = await readChange(aboutMessage, avinodeWith({ message: { trip_display_id: null } }), signal)

  expect(change).toMatchObject({ kind: 'quote', trip: { id: 'atrip-1' } })
})

it('a message of no trip is unlinked', async () => {
  const lost = avinodeWith({ message: { trip_display_id: null, rfq_id: null, lift_id: null } })

  expect(await readChange(aboutMessage, lost, signal)).toMatchObject({ kind: 'unlinked', trip: null })
})

it('only a uuid can be one of our requests: other texts that a trip was given are dropped', async () => {
  const change = await readChange(aboutRfq, avinodeWith({ trip: { external_trip_id: 'my own trip' } }), signal)

  expect(change.trip?.external_trip_id).toBeNull()
})

it('an address on another host is not called and changes nothing', async () => {
  const forged = { ...aboutMessage, href: 'https://evil.example/api/tripmsgs/asellermsg-1' }

  expect(await readChange(forged, avinodeWith(), signal)).toMatchObject({ kind: 'none', trip: null })
})

it('a notification without an address is read by its id', async () => {
  expect(await readChange({ ...aboutMessage, href: null }, avinodeWith(), signal)).toMatchObject({ kind: 'quote' })
})

it.each(['emptylegs', 'leads', 'SchedAeroTrip'])('a notification of type %s changes nothing', async (type) => {
  expect(await readChange({ ...aboutMessage, type }, avinodeWith(), signal)).toMatchObject({ kind: 'none' })
})

it('what Avinode does not know is an error', async () => {
  const reading = readChange({ ...aboutMessage, id: 'asellermsg-9' }, avinodeWith(), signal)

  await expect(reading).rejects.toThrow(NotFoundError)
})
