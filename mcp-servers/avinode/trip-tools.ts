import { z } from 'zod'
import { aircraftCategories } from '../../tools/avinode/itinerary.ts'
import { airportSchema, messageSchema, quoteSchema, rfqSchema, tripSchema } from './schemas.ts'
import { define, nullable } from './tool-definition.ts'

const trip_id = z.string().describe('atrip-… with its prefix, or the six-character display id')
const rfq_id = z.string().describe('arfq-… with its prefix')
const code = z.string().describe('ICAO code, or the FAA code where there is none')

const newTrip = z.strictObject({
  external_trip_id: z.string().describe('Your own id for this trip, by which it is found again'),
  segments: z
    .array(
      z.strictObject({
        departure_airport: code,
        arrival_airport: code,
        departure_date: z.iso.date().describe('Local day at the departure airport'),
        departure_time: nullable(z.string().regex(/^\d{2}:\d{2}$/)).describe('Local, HH:mm; null while open'),
        passengers: z.int().min(1).describe('People on board'),
      }),
    )
    .min(1)
    .describe('The flights in order'),
  aircraft_category: nullable(z.string()).describe(`One of: ${aircraftCategories.join(', ')}`),
  aircraft_type: nullable(z.string()).describe('As brokers call it, e.g. Gulfstream G650'),
})

const trip = z.object({ trip: tripSchema })

/** Trips: created and changed by us; a person sends the RFQs. */
export const tripTools = [
  define({
    name: 'search_airports',
    description: "Find airports in Avinode by name, city or code. For resolving one trip's airports, not for browsing.",
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ filter: z.string().min(2).describe('Part of a name, a city or a code') }),
    output: z.object({ airports: z.array(airportSchema) }),
    run: async ({ filter }, avinode, signal) => ({ airports: await avinode.searchAirports(filter, signal) }),
  }),
  define({
    name: 'create_trip',
    description:
      'Create a trip. No operator is contacted: a person opens search_url, picks operators and sends RFQs. Called twice it creates two trips: use find_trip first.',
    effect: 'write',
    idempotent: false,
    input: newTrip,
    output: trip,
    run: async (input, avinode, signal) => ({ trip: await avinode.createTrip(input, signal) }),
  }),
  define({
    name: 'find_trip',
    description: 'Find the open trip that was created with your own id, or null.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ external_trip_id: z.string().describe('The id given to create_trip') }),
    output: z.object({ trip: tripSchema.nullable() }),
    run: async ({ external_trip_id }, avinode, signal) => ({
      trip: (await avinode.findTrip(external_trip_id, signal)) ?? null,
    }),
  }),
  define({
    name: 'get_trip',
    description: 'Read a trip with all its RFQs and lifts.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ trip_id }),
    output: trip,
    run: async (input, avinode, signal) => ({ trip: await avinode.getTrip(input.trip_id, signal) }),
  }),
  define({
    name: 'update_trip',
    description: 'Replace the itinerary of a trip. RFQs already sent keep the old one.',
    effect: 'write',
    idempotent: true,
    input: newTrip.extend({ trip_id }),
    output: trip,
    run: async ({ trip_id: id, ...input }, avinode, signal) => ({ trip: await avinode.updateTrip(id, input, signal) }),
  }),
  define({
    name: 'cancel_trip',
    description:
      'Cancel a trip and all its RFQs. Every operator is told, and it cannot be undone: only with a person’s yes.',
    effect: 'destructive',
    idempotent: false,
    input: z.strictObject({
      trip_id,
      reason: z.enum(['BY_CLIENT', 'CHANGED', 'BOOKED', 'OTHER']).describe('Why'),
      message: z.string().default('').describe('Shown to every operator'),
    }),
    output: z.object({ canceled: z.literal(true) }),
    async run({ trip_id: id, reason, message }, avinode, signal) {
      await avinode.cancelTrip(id, { reason, message }, signal)
      return { canceled: true as const }
    },
  }),
]

/** What operators answer to the RFQs of a trip. */
export const answerTools = [
  define({
    name: 'get_trip_rfqs',
    description: 'Read every RFQ of a trip.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ trip_id }),
    output: z.object({ rfqs: z.array(rfqSchema) }),
    run: async (input, avinode, signal) => ({ rfqs: await avinode.listRfqs(input.trip_id, signal) }),
  }),
  define({
    name: 'get_rfq',
    description: 'Read one RFQ: one operator, its lifts and what it answered.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ rfq_id }),
    output: z.object({ rfq: rfqSchema }),
    run: async (input, avinode, signal) => ({ rfq: await avinode.getRfq(input.rfq_id, signal) }),
  }),
  define({
    name: 'get_quote',
    description: "Read a quote. With avinode_generated it is Avinode's estimate and no operator's offer.",
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ quote_id: z.string().describe('aquote-… with its prefix') }),
    output: z.object({ quote: quoteSchema }),
    run: async ({ quote_id }, avinode, signal) => ({ quote: await avinode.getQuote(quote_id, signal) }),
  }),
  define({
    name: 'list_trip_messages',
    description: 'Read the messages of one RFQ, oldest first. Costs one call per message.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ rfq_id, limit: z.int().min(1).max(50).default(20).describe('The newest so many') }),
    output: z.object({ messages: z.array(messageSchema) }),
    async run({ rfq_id: id, limit }, avinode, signal) {
      const { message_ids } = await avinode.getRfq(id, signal)
      const messages = []
      for (const message_id of message_ids.slice(-limit))
        messages.push(await avinode.getTripMessage(message_id, signal))
      return { messages }
    },
  }),
  define({
    name: 'get_trip_message',
    description: 'Read one message: a quote, a decline, or chat.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ message_id: z.string().describe('asellermsg-… or abuyermsg-… with its prefix') }),
    output: z.object({ message: messageSchema }),
    run: async ({ message_id }, avinode, signal) => ({ message: await avinode.getTripMessage(message_id, signal) }),
  }),
  define({
    name: 'send_trip_message',
    description:
      'Write to the operator of one RFQ. It reads it at once and it cannot be taken back: only with a person’s yes.',
    effect: 'destructive',
    idempotent: false,
    input: z.strictObject({
      rfq_id: z.string().describe('arfq-… or asellerlift-… with its prefix'),
      text: z.string().min(1).describe('Up to 5,000 bytes'),
    }),
    output: z.object({ message: messageSchema }),
    run: async ({ rfq_id: id, text }, avinode, signal) => ({
      message: await avinode.sendTripMessage(id, text, signal),
    }),
  }),
]
