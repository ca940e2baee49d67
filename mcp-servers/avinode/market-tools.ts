import { z } from 'zod'
import { aircraftCategories } from '../../tools/avinode/itinerary.ts'
import { aircraftSchema, emptyLegSchema, watchSchema, webhookSchema } from './schemas.ts'
import { define, nullable } from './tool-definition.ts'

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

/** Empty legs and aircraft. */
export const marketTools = [
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

/** Where notifications go; offered to administrators only. */
export const webhookTools = [
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
