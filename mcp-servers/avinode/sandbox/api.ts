import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { findAirports, getAirport } from '../../../tools/airports/airports.ts'
import type { Access } from './access.ts'
import type { Documents } from './documents.ts'
import { emptyLegRoutes } from './empty-legs.ts'
import { type ApiEnv, answer, failure, groupsOf, notFound } from './envelope.ts'
import { type Exchange, Refusal } from './exchange.ts'
import type { Faults } from './faults.ts'
import { aircraft, aircraftById } from './fleet.ts'
import { unknownAirports } from './itinerary.ts'
import type { Trip, World } from './records.ts'
import { webhookSettingRoutes } from './webhook-settings.ts'

export type ApiParts = {
  world: World
  exchange: Exchange
  documents: Documents
  access: Access
  faults: Faults
  today: () => string
  allowHttpOnLocalhost: boolean
}

const RequiredLift = z.object({
  aircraftCategory: z.string().optional(),
  aircraftType: z.string().optional(),
  aircraftTail: z.string().optional(),
})
const TripBody = z.object({
  externalTripId: z.string().nullish().catch(null),
  segments: z.array(z.unknown()).catch([]),
  criteria: z.object({ requiredLift: z.array(RequiredLift).optional() }).catch({}),
  sourcing: z.boolean().catch(false),
})
const CANCEL_REASONS = ['BY_CLIENT', 'CHANGED', 'BOOKED', 'OTHER'] as const
const CancelBody = z.object({ reason: z.enum(CANCEL_REASONS), messageToSeller: z.string().optional() })

/** The REST API of Avinode, as far as a broker may use it. */
export function createApiRoutes(parts: ApiParts) {
  const { access, faults } = parts
  const app = new Hono<ApiEnv>()
  app.use('/api/*', faults.middleware)
  app.post('/api/oauth/token', (c) => access.token(c))
  app.use('/api/*', access.limit, access.headers)
  app.route('/', tripRoutes(parts))
  app.route('/', messageRoutes(parts))
  app.route('/', directoryRoutes(parts))
  app.route('/', emptyLegRoutes(parts))
  app.route('/', webhookSettingRoutes(parts))
  app.all('/api/*', notFound)
  app.onError((error, c) => {
    if (error instanceof Refusal) return failure(c, error.status, error.code, error.message)
    if (error instanceof SyntaxError) return failure(c, 400, 'ERR_INPUT_GENERIC_INVALID', 'The body is not JSON')
    throw error
  })
  return app
}

function tripRoutes({ world, exchange, documents }: ApiParts) {
  const find = (c: Context<ApiEnv>, id: string): Trip | undefined => {
    const trip = world.trips.get(id) ?? world.trips.where('display_id', id)[0]
    return trip?.company_id === c.var.connection.company_id ? trip : undefined
  }
  const body = async (c: Context<ApiEnv>) => {
    const parsed = TripBody.parse(await c.req.json())
    if (parsed.criteria.requiredLift?.some((lift) => !Object.values(lift).some((value) => value?.trim()))) {
      throw new Refusal(422, 'LIFT_INVALID', 'A required lift names nothing')
    }
    return parsed
  }

  return new Hono<ApiEnv>()
    .post('/api/trips', async (c) => {
      const { externalTripId, ...sent } = await body(c)
      const { company_id } = c.var.connection
      const trip = exchange.createTrip({ ...sent, external_trip_id: externalTripId ?? null, company_id })
      return answer(c, documents.trip(trip, groupsOf(c)), { status: 201, errors: unknownAirports(trip.segments) })
    })
    .get('/api/trips', (c) => failure(c, 405, 'ERR_INTERNAL_CRITICAL', 'The operation is not supported'))
    .get('/api/trips/searchTrips', (c) => {
      const id = c.req.query('id') ?? ''
      const own = world.trips.where('company_id', c.var.connection.company_id)
      const found = own.filter((trip) => [trip.id, trip.display_id, trip.external_trip_id].includes(id))
      return answer(
        c,
        found.map((trip) => documents.trip(trip, groupsOf(c))),
      )
    })
    .get('/api/trips/:id', (c) => {
      const trip = find(c, c.req.param('id'))
      return trip ? answer(c, documents.trip(trip, groupsOf(c))) : notFound(c)
    })
    .put('/api/trips/:id', async (c) => {
      const trip = find(c, c.req.param('id'))
      if (!trip) return notFound(c)
      const { externalTripId: _kept, ...sent } = await body(c)
      const updated = exchange.updateTrip(trip, sent)
      return answer(c, documents.trip(updated, groupsOf(c)), { errors: unknownAirports(updated.segments) })
    })
    .put('/api/trips/:id/cancel', async (c) => {
      const trip = find(c, c.req.param('id'))
      if (!trip) return notFound(c)
      const parsed = CancelBody.safeParse(await c.req.json())
      if (!parsed.success) {
        const wanted = `reason is one of ${CANCEL_REASONS.join(', ')}, and messageToSeller a text`
        return failure(c, 400, 'ERR_INPUT_GENERIC_INVALID', wanted)
      }
      return answer(c, documents.trip(exchange.cancelTrip(trip, parsed.data.reason), groupsOf(c)))
    })
    .get('/api/rfqs', (c) => failure(c, 403, 'NOT_AUTHORIZED', 'The connection may not list received RFQs'))
    .post('/api/rfqs', (c) => failure(c, 403, 'NOT_AUTHORIZED', 'RFQs are sent by a person in Avinode'))
    .post('/api/searches', (c) => failure(c, 403, 'NOT_AUTHORIZED', 'The connection may not search'))
    .get('/api/rfqs/:id', (c) => {
      const id = c.req.param('id')
      const rfq = world.rfqs.get(id)
      if (rfq) return find(c, rfq.trip_id) ? answer(c, documents.rfq(rfq, groupsOf(c))) : notFound(c)
      const trip = find(c, id)
      if (!trip) return notFound(c)
      return answer(
        c,
        exchange.rfqsOf(trip.id).map((one) => documents.rfq(one, groupsOf(c))),
      )
    })
    .get('/api/quotes/:id', (c) => {
      const quote = world.quotes.get(c.req.param('id'))
      const rfq = quote && world.rfqs.get(quote.rfq_id)
      return quote && rfq && find(c, rfq.trip_id) ? answer(c, documents.quote(quote, groupsOf(c))) : notFound(c)
    })
}

function messageRoutes({ world, exchange, documents }: ApiParts) {
  const isOwn = (c: Context<ApiEnv>, trip_id: string) =>
    world.trips.get(trip_id)?.company_id === c.var.connection.company_id

  return new Hono<ApiEnv>()
    .get('/api/tripmsgs/:id', (c) => {
      const message = world.messages.get(c.req.param('id'))
      return message && isOwn(c, message.trip_id) ? answer(c, documents.message(message, groupsOf(c))) : notFound(c)
    })
    .post('/api/tripmsgs/:id/chat', async (c) => {
      const lift = world.lifts.get(c.req.param('id'))
      const rfq = world.rfqs.get(lift?.rfq_id ?? c.req.param('id'))
      if (!rfq || !isOwn(c, rfq.trip_id)) return notFound(c)
      const parsed = z.object({ message: z.string().trim().min(1).max(5_000) }).safeParse(await c.req.json())
      if (!parsed.success) return failure(c, 400, 'ERR_INPUT_MISSING', 'The message is required')
      const message = exchange.chat(rfq, 'broker', parsed.data.message, lift?.id ?? null)
      return answer(c, documents.message(message, groupsOf(c)))
    })
    .on('POST', ['/api/tripmsgs/:id/submitQuote', '/api/tripmsgs/:id/decline'], (c) =>
      failure(c, 403, 'NOT_AUTHORIZED', 'Only the seller may answer'),
    )
}

function directoryRoutes({ documents }: ApiParts) {
  return new Hono<ApiEnv>()
    .get('/api/airports/search', (c) => {
      const size = pageSize(c)
      const found = findAirports(c.req.query('filter') ?? '', 50).airports
      const page = Math.max(0, Number(c.req.query('page[number]') ?? 0) || 0)
      const pagination = { pageNumber: page, batchSize: size, totalCount: found.length }
      const airports = found.slice(page * size, (page + 1) * size).map((airport) => ({
        ...documents.airport(airport),
        displayName: `${airport.name} (${airport.icao})`,
        displayCodes: [airport.icao, airport.iata].filter(Boolean).join(' / '),
      }))
      return answer(c, airports, { pagination })
    })
    .get('/api/airports/:id', (c) => {
      const airport = getAirport(/^aairport-(\w+)$/.exec(c.req.param('id'))?.[1] ?? '')
      return airport ? answer(c, documents.airport(airport)) : notFound(c)
    })
    .get('/api/aircraft/search', (c) => {
      const tails = (c.req.queries('tail') ?? []).map((tail) => tail.toUpperCase())
      const found = aircraft.filter(({ tail }) => tails.includes(tail))
      return answer(
        c,
        found.map(({ id }) => documents.aircraft(id, groupsOf(c))),
      )
    })
    .get('/api/aircraft/:id', (c) => {
      const { id = '' } = c.req.param()
      return aircraftById(id) ? answer(c, documents.aircraft(id, groupsOf(c))) : notFound(c)
    })
    .on('GET', ['/api/aircrafttypes', '/api/aircrafttypes/search'], (c) => {
      const filter = (c.req.query('filter') ?? '').toLowerCase()
      const types = new Map(aircraft.map(({ type, category }) => [type, category]))
      const found = [...types].filter(([type]) => type.toLowerCase().includes(filter))
      const pagination = { pageNumber: 0, batchSize: found.length, totalCount: found.length }
      return answer(
        c,
        found.map(([name, aircraftCategory]) => ({ name, type: 'aircrafttypes', aircraftCategory })),
        { pagination },
      )
    })
}

const pageSize = (c: Context) => Math.min(100, Math.max(1, Number(c.req.query('page[size]') ?? 50) || 50))
