import { z } from 'zod'
import { InvalidInputError } from '../errors.ts'
import { fields, parseAnswer, pathId } from './answer.ts'
import type { Avinode, Rfq, Trip, TripMessage } from './avinode.ts'
import type { Connection } from './connection.ts'
import { toTripBody } from './itinerary.ts'
import { toAirport, toOperatorQuote, toRfq, toTrip, toTripMessage } from './mapping.ts'
import { issuesOf } from './refusal.ts'
import { WireAirport, WireMessage, WireQuote, WireRfq, WireTrip } from './wire.ts'

const GROUPS = ['latestquote', 'timestamps', 'sellermessagelinks', 'buyermessages', 'sellercontactinfo', 'accountnames']
const QUOTE_GROUPS = ['quotebreakdown', 'sellercontactinfo', 'taildetails', 'typedetails']
const MESSAGE_BYTES = 5_000

export type AvinodeTrips = Avinode & {
  /** Every RFQ of a trip, by `atrip-…` or display id. */
  listRfqs(trip_id: string, signal: AbortSignal): Promise<Rfq[]>
}

/** Trips, RFQs, quotes and messages: the port, over the REST API. */
export function createTrips({ call }: Connection): AvinodeTrips {
  async function readTrip(trip_id: string, signal: AbortSignal): Promise<Trip> {
    const what = `Trip ${trip_id}`
    const path = `/trips/${pathId(trip_id, 'trip_id')}`
    const trip = parseAnswer(
      WireTrip,
      await call({ method: 'GET', path, query: fields('trips', GROUPS), what, signal }),
      what,
    )
    const rfqs = trip.rfqs ?? (await readRfqs(trip.tripId ?? trip.id, signal))
    return toTrip({ ...trip, rfqs })
  }

  async function readRfqs(trip_id: string, signal: AbortSignal): Promise<WireRfq[]> {
    const what = `Trip ${trip_id}`
    const path = `/rfqs/${pathId(trip_id, 'trip_id')}`
    return parseAnswer(
      z.array(WireRfq),
      await call({ method: 'GET', path, query: fields('rfqs', GROUPS), what, signal }),
      what,
    )
  }

  /** Avinode kept the trip although it cannot use part of it. Nobody has been asked on it, so it goes again. */
  async function discard(trip_id: string, signal: AbortSignal) {
    const path = `/trips/${pathId(trip_id, 'trip_id')}/cancel`
    const body = { id: trip_id, reason: 'OTHER', messageToSeller: '' }
    await call({ method: 'PUT', path, body, what: `Trip ${trip_id}`, signal }).catch(() => undefined) // the refusal is the news
  }

  return {
    async createTrip(trip, signal) {
      const answer = await call({ method: 'POST', path: '/trips', body: toTripBody(trip), what: 'The trip', signal })
      const created = parseAnswer(WireTrip, answer, 'the new trip')
      if (answer.errors.length > 0) {
        await discard(created.id, signal)
        throw new InvalidInputError(issuesOf(answer.errors))
      }
      const mapped = toTrip(created)
      return mapped.search_url && mapped.display_id ? mapped : readTrip(created.id, signal)
    },

    async findTrip(external_trip_id, signal) {
      const what = 'The trip'
      const query: [string, string][] = [['id', external_trip_id]]
      const answer = await call({ method: 'GET', path: '/trips/searchTrips', query, what, signal })
      const found = parseAnswer(
        z.array(WireTrip),
        { ...answer, data: [answer.data ?? []].flat() },
        'the search for a trip',
      )
      const ours = found.find((trip) => trip.externalTripId === external_trip_id && trip.canceled !== true)
      return ours && readTrip(ours.id, signal)
    },

    getTrip: readTrip,

    async updateTrip(trip_id, trip, signal) {
      const path = `/trips/${pathId(trip_id, 'trip_id')}`
      const body = { id: trip_id, ...toTripBody(trip) }
      const answer = await call({ method: 'PUT', path, body, what: `Trip ${trip_id}`, signal })
      if (answer.errors.length > 0) throw new InvalidInputError(issuesOf(answer.errors))
      return readTrip(trip_id, signal)
    },

    async cancelTrip(trip_id, { reason, message }, signal) {
      const path = `/trips/${pathId(trip_id, 'trip_id')}/cancel`
      const body = { id: trip_id, reason, messageToSeller: message }
      const answer = await call({ method: 'PUT', path, body, what: `Trip ${trip_id}`, signal })
      if (answer.errors.length > 0) throw new InvalidInputError(issuesOf(answer.errors))
    },

    async getRfq(rfq_id, signal) {
      const what = `RFQ ${rfq_id}`
      const path = `/rfqs/${pathId(rfq_id, 'rfq_id')}`
      return toRfq(
        parseAnswer(WireRfq, await call({ method: 'GET', path, query: fields('rfqs', GROUPS), what, signal }), what),
      )
    },

    async listRfqs(trip_id, signal) {
      return (await readRfqs(trip_id, signal)).map((rfq) => toRfq(rfq))
    },

    async getQuote(quote_id, signal) {
      const what = `Quote ${quote_id}`
      const path = `/quotes/${pathId(quote_id, 'quote_id')}`
      const answer = await call({ method: 'GET', path, query: fields('quotes', QUOTE_GROUPS), what, signal })
      return toOperatorQuote(parseAnswer(WireQuote, answer, what))
    },

    async getTripMessage(message_id, signal) {
      const what = `Message ${message_id}`
      const path = `/tripmsgs/${pathId(message_id, 'message_id')}`
      return toTripMessage(parseAnswer(WireMessage, await call({ method: 'GET', path, what, signal }), what))
    },

    async sendTripMessage(rfq_id, text, signal): Promise<TripMessage> {
      if (text.trim() === '') throw new InvalidInputError([{ path: 'text', message: 'The message is empty' }])
      if (Buffer.byteLength(text) > MESSAGE_BYTES) {
        throw new InvalidInputError([
          { path: 'text', message: `Avinode takes messages of up to ${MESSAGE_BYTES} bytes` },
        ])
      }
      const path = `/tripmsgs/${pathId(rfq_id, 'rfq_id')}/chat`
      const answer = await call({ method: 'POST', path, body: { message: text }, what: `RFQ ${rfq_id}`, signal })
      if (answer.errors.length > 0) throw new InvalidInputError(issuesOf(answer.errors))
      const message = toTripMessage(parseAnswer(WireMessage, answer, 'the message'))
      return { ...message, rfq_id: message.rfq_id ?? (rfq_id.startsWith('arfq-') ? rfq_id : null) }
    },

    async searchAirports(filter, signal) {
      const query: [string, string][] = [
        ['filter', filter],
        ['page[size]', '20'],
      ]
      const answer = await call({ method: 'GET', path: '/airports/search', query, what: 'Airports', signal })
      return parseAnswer(z.array(WireAirport), answer, 'airports').map(toAirport)
    },
  }
}
