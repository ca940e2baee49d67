import { z } from 'zod'
import { aircraftCategories } from '../../tools/avinode/itinerary.ts'
import type { AvinodeClient } from '../../tools/avinode/rest-client.ts'
import {
  aircraftSchema,
  airportSchema,
  emptyLegSchema,
  messageSchema,
  quoteSchema,
  rfqSchema,
  tripSchema,
  watchSchema,
  webhookSchema,
} from './schemas.ts'

type Effect = 'read' | 'write' | 'destructive'

/** One tool: a name, what it does, two schemas, and the call behind it. */
export type AvinodeTool<In extends z.ZodObject = z.ZodObject, Out extends z.ZodObject = z.ZodObject> = {
  name: string
  description: string
  effect: Effect
  /** The same call twice leaves Avinode as one call does. */
  idempotent: boolean
  admin?: true
  input: In
  output: Out
  run(input: z.output<In>, avinode: AvinodeClient, signal: AbortSignal): Promise<z.input<Out>>
}

const define = <In extends z.ZodObject, Out extends z.ZodObject>(tool: AvinodeTool<In, Out>) => tool

const trip_id = z.string().describe('atrip-… with its prefix, or the six-character display id')
const rfq_id = z.string().describe('arfq-… with its prefix')
const code = z.string().describe('ICAO code, or the FAA code where there is none')
const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().default(null)

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

const trips = [
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

const answers = [
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

const watch_id = z.string().describe('The id from create_empty_leg_watch')
const placeInput = nullable(
  z.strictObject({
    airport: nullable(z.string()).describe('Airport code'),
    country: nullable(z.string()).describe('Two letters'),
  }),
)
const newWatch = z.strictObject({
  unique_name: z.string().min(1).describe('Unique in the company'),
  segments: z
    .array(z.strictObject({ start: placeInput.describe('From'), end: placeInput.describe('To') }))
    .min(1)
    .describe('Routes to watch'),
  aircraft_categories: z.array(z.enum(aircraftCategories)).default([]).describe('Empty: all'),
  active: z.boolean().default(true).describe('false stops it; a watch cannot be deleted'),
  priced_only: z.boolean().default(false).describe('Only legs with a price'),
  days_out: nullable(z.int().min(1)).describe('Only legs within so many days'),
})
const watch = z.object({ watch: watchSchema })
const emptyLegs = z.object({ empty_legs: z.array(emptyLegSchema) })

const marketplace = [
  define({
    name: 'search_empty_legs',
    description: 'Find empty legs on or near a route. They are not scheduled flights: the operator has to confirm.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({
      date: z.iso.date().describe('The day wanted'),
      departure_airport: nullable(z.string()).describe('Airport code'),
      arrival_airport: nullable(z.string()).describe('Airport code'),
      flexibility_days: nullable(z.int().min(0).max(30)).describe('Days before and after'),
      passengers: nullable(z.int().min(1)).describe('People on board'),
    }),
    output: emptyLegs,
    run: async (input, avinode, signal) => ({ empty_legs: await avinode.searchEmptyLegs(input, signal) }),
  }),
  define({
    name: 'get_empty_leg',
    description: 'Read one empty leg. Not found means that it is gone.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ empty_leg_id: z.string().describe('The id from search_empty_legs') }),
    output: z.object({ empty_leg: emptyLegSchema }),
    run: async ({ empty_leg_id }, avinode, signal) => ({ empty_leg: await avinode.getEmptyLeg(empty_leg_id, signal) }),
  }),
  define({
    name: 'create_empty_leg_watch',
    description: 'Ask to be told of new empty legs on certain routes.',
    effect: 'write',
    idempotent: false,
    input: newWatch,
    output: watch,
    run: async (input, avinode, signal) => ({ watch: await avinode.createEmptyLegWatch(input, signal) }),
  }),
  define({
    name: 'list_empty_leg_watches',
    description: 'List the watches of the company.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({}),
    output: z.object({ watches: z.array(watchSchema) }),
    run: async (_input, avinode, signal) => ({ watches: await avinode.listEmptyLegWatches(signal) }),
  }),
  define({
    name: 'get_empty_leg_watch',
    description: 'Read one watch.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ watch_id }),
    output: watch,
    run: async (input, avinode, signal) => ({ watch: await avinode.getEmptyLegWatch(input.watch_id, signal) }),
  }),
  define({
    name: 'update_empty_leg_watch',
    description: 'Replace a watch, or stop it with active false.',
    effect: 'write',
    idempotent: true,
    input: newWatch.extend({ watch_id }),
    output: watch,
    run: async ({ watch_id: id, ...input }, avinode, signal) => ({
      watch: await avinode.updateEmptyLegWatch(id, input, signal),
    }),
  }),
  define({
    name: 'get_watch_matches_once',
    description: 'Read what a new watch matches now. Avinode allows it once per watch; the second time is a conflict.',
    effect: 'write',
    idempotent: false,
    input: z.strictObject({ watch_id }),
    output: emptyLegs,
    run: async (input, avinode, signal) => ({ empty_legs: await avinode.getWatchMatchesOnce(input.watch_id, signal) }),
  }),
  define({
    name: 'search_aircraft_by_tail',
    description: 'Find aircraft by tail number.',
    effect: 'read',
    idempotent: true,
    input: z.strictObject({ tails: z.array(z.string().min(2)).min(1).max(50).describe('Tail numbers') }),
    output: z.object({ aircraft: z.array(aircraftSchema) }),
    run: async ({ tails }, avinode, signal) => ({ aircraft: await avinode.findAircraftByTail(tails, signal) }),
  }),
]

const newWebhook = z.strictObject({
  name: z.string().min(1).describe('As shown in Avinode'),
  target_url: z.url().describe('https only'),
  active: z.boolean().default(true).describe('false stops deliveries'),
  credentials: z
    .strictObject({ username: z.string().describe('HTTP Basic'), password: z.string().describe('HTTP Basic') })
    .describe('What Avinode presents to the target'),
  event_types: z.array(z.string()).min(1).describe('e.g. TripRequestSellerResponse'),
})

const administration = [
  define({
    name: 'list_webhooks',
    description: 'List where Avinode sends its notifications.',
    effect: 'read',
    idempotent: true,
    admin: true,
    input: z.strictObject({}),
    output: z.object({ webhooks: z.array(webhookSchema) }),
    run: async (_input, avinode, signal) => ({ webhooks: await avinode.listWebhooks(signal) }),
  }),
  define({
    name: 'create_webhook',
    description: 'Have notifications sent to another address. A setting cannot be deleted.',
    effect: 'write',
    idempotent: false,
    admin: true,
    input: newWebhook,
    output: z.object({ webhook: webhookSchema }),
    run: async (input, avinode, signal) => ({ webhook: await avinode.createWebhook(input, signal) }),
  }),
  define({
    name: 'update_webhook',
    description: 'Change where notifications go, or stop them.',
    effect: 'destructive',
    idempotent: true,
    admin: true,
    input: newWebhook.extend({
      webhook_id: z.string().describe('From list_webhooks'),
      version: nullable(z.int()).describe('From list_webhooks'),
    }),
    output: z.object({ webhook: webhookSchema }),
    run: async ({ webhook_id, ...input }, avinode, signal) => ({
      webhook: await avinode.updateWebhook(webhook_id, input, signal),
    }),
  }),
]

/** Every documented operation that a broker may use. Searching flights, sending RFQs and booking have none. */
export const avinodeTools: readonly AvinodeTool[] = [...trips, ...answers, ...marketplace, ...administration]
