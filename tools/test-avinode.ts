import { randomUUID } from 'node:crypto'
import type { Avinode, NewTrip, Rfq, Trip, TripMessage } from './avinode/avinode.ts'
import { NotFoundError, UpstreamError } from './errors.ts'

export type TestAvinode = Avinode & {
  trips: (Trip & { asked: NewTrip; cancelled_with?: { reason: string; message: string } })[]
  messages: (TripMessage & { rfq_id: string })[]
  /** The next call fails before Avinode hears of it. */
  isDown(calls?: number): void
  /** The next call reaches Avinode, but its answer never reaches us. */
  losesAnswer(): void
  /** Somebody picks an operator on the marketplace and sends an RFQ. */
  sendsRfq(trip_id: string, operator_name: string): Rfq
}

/** Avinode in memory, for tests of the verbs: trips, RFQs and messages that last as long as the test. */
export function createTestAvinode(now = () => new Date()): TestAvinode {
  const trips: TestAvinode['trips'] = []
  const messages: TestAvinode['messages'] = []
  let down = 0
  let lost = false

  const reach = () => {
    if (down === 0) return
    down -= 1
    throw new UpstreamError('avinode', 'Avinode does not answer')
  }
  const answer = <T>(value: T): T => {
    if (!lost) return value
    lost = false
    throw new UpstreamError('avinode', 'The answer of Avinode did not arrive')
  }
  const find = (id: string) => {
    const trip = trips.find((trip) => trip.id === id || trip.display_id === id)
    if (!trip) throw new NotFoundError('The trip')
    return trip
  }
  const findRfq = (id: string) => {
    const rfq = trips.flatMap(({ rfqs }) => rfqs).find((rfq) => rfq.id === id)
    if (!rfq) throw new NotFoundError('The RFQ')
    return { ...rfq, message_ids: messages.filter(({ rfq_id }) => rfq_id === id).map((message) => message.id) }
  }

  return {
    trips,
    messages,
    isDown: (calls = 1) => {
      down = calls
    },
    losesAnswer: () => {
      lost = true
    },
    sendsRfq(trip_id, operator_name) {
      const trip = find(trip_id)
      const rfq: Rfq = {
        id: `arfq-${randomUUID()}`,
        trip_display_id: trip.display_id,
        operator: { id: `acompany-${randomUUID()}`, name: operator_name, email: null, phone: null },
        canceled: false,
        created_on: now().toISOString(),
        updated_on: null,
        lifts: [],
        message_ids: [],
      }
      trip.rfqs.push(rfq)
      return rfq
    },
    async createTrip(asked) {
      reach()
      const display_id = randomUUID().slice(0, 6).toUpperCase()
      const trip = {
        id: `atrip-${randomUUID()}`,
        display_id,
        external_trip_id: asked.external_trip_id,
        search_url: `https://marketplace.example/trips/${display_id}/search`,
        view_url: `https://marketplace.example/trips/${display_id}`,
        canceled: false,
        rfqs: [],
        asked,
      }
      trips.push(trip)
      return answer(trip)
    },
    async findTrip(external_trip_id) {
      reach()
      return answer(trips.find((trip) => trip.external_trip_id === external_trip_id))
    },
    async getTrip(id) {
      reach()
      return answer(find(id))
    },
    async updateTrip(id, asked) {
      reach()
      const trip = find(id)
      trip.asked = asked
      return answer(trip)
    },
    async cancelTrip(id, cancelled_with) {
      reach()
      Object.assign(find(id), { canceled: true, cancelled_with })
      answer(undefined)
    },
    async getRfq(id) {
      reach()
      return answer(findRfq(id))
    },
    async getQuote() {
      throw new NotFoundError('The quote')
    },
    async getTripMessage(id) {
      reach()
      const message = messages.find((message) => message.id === id)
      if (!message) throw new NotFoundError('The message')
      return answer(message)
    },
    async sendTripMessage(rfq_id, text) {
      reach()
      const { operator, trip_display_id } = findRfq(rfq_id)
      const message = {
        id: `abuyermsg-${randomUUID()}`,
        from: 'broker' as const,
        kind: 'chat' as const,
        trip_display_id,
        rfq_id,
        lift_id: null,
        quote_id: null,
        operator,
        sender_name: null,
        text,
        created_on: now().toISOString(),
      }
      messages.push(message)
      return answer(message)
    },
    async searchAirports() {
      return []
    },
  }
}
