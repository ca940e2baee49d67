import { Hono } from 'hono'
import { z } from 'zod'
import { type Airport, distanceNm, getAirport } from '../../../tools/airports/airports.ts'
import type { ApiParts } from './api.ts'
import { type ApiEnv, answer, failure, groupsOf, notFound } from './envelope.ts'
import type { Notify } from './exchange.ts'
import { aircraft, aircraftById } from './fleet.ts'
import { airportOf } from './itinerary.ts'
import { estimate, fraction } from './pricing.ts'
import type { EmptyLeg, Watch, World } from './records.ts'

const DAY_MS = 86_400_000
const DETOUR_NM = 120
const ROUTES =
  'KTEB-KOPF KVNY-KTEB KOPF-KTEB KLAS-KVNY KDAL-KASE KASE-KVNY KPBI-KHPN LFPB-EGGW EGLF-LFPB LSGG-LFMN KBED-KPBI KAPA-KSDL'

const Code = z.object({ icao: z.string().optional(), iata: z.string().optional(), faa: z.string().optional() })
const Place = z.object({ airport: Code.optional(), countryCode: z.string().optional() })
const Segments = z.object({
  watchedSegments: z.array(z.object({ start: Place.optional(), end: Place.optional() })).catch([]),
})

/** A few empty legs over the next days, so that a search finds something. */
export function seedEmptyLegs(world: World, today: string) {
  for (const [index, route] of ROUTES.split(' ').entries()) {
    const [departure_airport = '', arrival_airport = ''] = route.split('-')
    const craft = aircraft[(index * 5) % aircraft.length]
    const [from, to] = [getAirport(departure_airport), getAirport(arrival_airport)]
    if (!craft || !from || !to) continue
    const date = addDays(today, 2 + index * 2)
    const full = estimate(craft, [{ from, to, date, time: null, passengers: 1 }])
    world.emptyLegs.put({
      id: world.newId('aemptyleg'),
      operator_id: craft.operator_id,
      aircraft_id: craft.id,
      departure_airport,
      arrival_airport,
      start_date: date,
      end_date: addDays(date, 1),
      cents: fraction(route) < 0.2 ? null : Math.round((full * 0.4) / 10_000) * 10_000,
      published: true,
      message: null,
    })
  }
}

/** Publishes, changes or withdraws a leg, and tells whoever watches its route. */
export function publishEmptyLeg(world: World, notify: Notify, leg: EmptyLeg) {
  world.transaction(() => {
    world.emptyLegs.put(leg)
    for (const company_id of new Set(
      world.watches
        .list()
        .filter((watch) => isWatched(watch, leg))
        .map((watch) => watch.company_id),
    )) {
      notify({
        event_type: 'EmptyLegs',
        company_id,
        resource: { type: 'emptylegs', id: leg.id, trip_display_id: null },
      })
    }
  })
}

export function emptyLegRoutes({ world, documents, today }: ApiParts) {
  const shown = (leg: EmptyLeg, groups: Set<string>) => {
    const [from, to] = [getAirport(leg.departure_airport), getAirport(leg.arrival_airport)]
    return from && to ? [documents.emptyLeg(leg, { from, to }, groups)] : []
  }
  const published = () => world.emptyLegs.list().filter((leg) => leg.published && leg.end_date >= today())
  const watchDocument = ({ id, body, unique_name }: Watch) => ({
    ...documents.link('watches', id),
    ...body,
    uniqueName: unique_name,
  })
  const own = (watch: Watch | undefined, company_id: string) => (watch?.company_id === company_id ? watch : undefined)
  const WatchBody = z.looseObject({ uniqueName: z.string().min(1), watchedSegments: z.array(z.unknown()).min(1) })

  return new Hono<ApiEnv>()
    .post('/api/emptylegs/search', async (c) => {
      const parsed = z
        .object({
          date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
          startAirport: Code.optional(),
          endAirport: Code.optional(),
          numberOfDaysFlexibility: z.coerce.number().default(0),
          passengers: z.coerce.number().default(1),
        })
        .safeParse(await c.req.json())
      if (!parsed.success) return failure(c, 400, 'ERR_INPUT_MISSING', 'The date is required')
      const { date, startAirport, endAirport, numberOfDaysFlexibility: days, passengers } = parsed.data
      const [from, to] = [startAirport && airportOf(startAirport), endAirport && airportOf(endAirport)]
      const found = published().filter(
        (leg) =>
          leg.start_date <= addDays(date, days) &&
          leg.end_date >= addDays(date, -days) &&
          (aircraftById(leg.aircraft_id)?.max_passengers ?? 0) >= passengers &&
          isOnTheWay(leg, from, to),
      )
      return answer(
        c,
        found.flatMap((leg) => shown(leg, groupsOf(c))),
      )
    })
    .get('/api/emptylegs/watches', (c) => {
      const { company_id } = c.var.connection
      return answer(
        c,
        world.watches
          .list()
          .filter((watch) => own(watch, company_id))
          .map(watchDocument),
      )
    })
    .post('/api/emptylegs/watches', async (c) => {
      const { company_id } = c.var.connection
      const parsed = WatchBody.safeParse(await c.req.json())
      if (!parsed.success) return failure(c, 400, 'ERR_INPUT_MISSING', 'uniqueName and watchedSegments are required')
      const unique_name = parsed.data.uniqueName
      if (world.watches.list().some((watch) => own(watch, company_id)?.unique_name === unique_name)) {
        return failure(c, 409, 'ERR_NOT_UNIQUE', 'uniqueName is taken')
      }
      const watch = { id: world.newId('awatch'), company_id, unique_name, body: parsed.data, matches_were_read: false }
      return answer(c, watchDocument(world.watches.put(watch)), { status: 201 })
    })
    .get('/api/emptylegs/watches/:id', (c) => {
      const watch = own(world.watches.get(c.req.param('id')), c.var.connection.company_id)
      return watch ? answer(c, watchDocument(watch)) : notFound(c)
    })
    .put('/api/emptylegs/watches/:id', async (c) => {
      const watch = own(world.watches.get(c.req.param('id')), c.var.connection.company_id)
      if (!watch) return notFound(c)
      const parsed = WatchBody.safeParse(await c.req.json())
      if (!parsed.success) return failure(c, 400, 'ERR_INPUT_MISSING', 'uniqueName and watchedSegments are required')
      return answer(
        c,
        watchDocument(world.watches.put({ ...watch, unique_name: parsed.data.uniqueName, body: parsed.data })),
      )
    })
    .get('/api/emptylegs/watches/:id/getall', (c) => {
      const watch = own(world.watches.get(c.req.param('id')), c.var.connection.company_id)
      if (!watch) return notFound(c)
      if (watch.matches_were_read) return failure(c, 409, 'ERR_ALREADY_READ', 'The matches may be read once')
      world.watches.put({ ...watch, matches_were_read: true })
      return answer(
        c,
        published()
          .filter((leg) => isWatched(watch, leg))
          .flatMap((leg) => shown(leg, groupsOf(c))),
      )
    })
    .get('/api/emptylegs/:id', (c) => {
      const leg = world.emptyLegs.get(c.req.param('id'))
      const [document] = leg?.published ? shown(leg, groupsOf(c)) : []
      return document ? answer(c, document) : notFound(c)
    })
}

/** Route-aware: a leg also fits when the wanted airport lies nearly on its way. */
function isOnTheWay(leg: EmptyLeg, from: Airport | undefined, to: Airport | undefined): boolean {
  const [start, end] = [getAirport(leg.departure_airport), getAirport(leg.arrival_airport)]
  if (!start || !end) return false
  const via = [start, ...(from ? [from] : []), ...(to ? [to] : []), end]
  const flown = via.slice(1).reduce((total, airport, index) => total + distanceNm(via[index] ?? airport, airport), 0)
  const half = distanceNm(start, end) / 2
  if ((from && distanceNm(from, end) < half) || (to && distanceNm(start, to) < half)) return false
  return flown - 2 * half <= DETOUR_NM
}

function isWatched(watch: Watch, leg: EmptyLeg): boolean {
  if (watch.body.active === false || (watch.body.priced === true && leg.cents === null)) return false
  return Segments.parse(watch.body).watchedSegments.some(
    ({ start, end }) => isPlace(start, leg.departure_airport) && isPlace(end, leg.arrival_airport),
  )
}

function isPlace(place: z.infer<typeof Place> | undefined, code: string): boolean {
  if (!place) return true
  if (place.airport) return airportOf(place.airport)?.icao === code
  return place.countryCode === undefined || getAirport(code)?.country === place.countryCode
}

const addDays = (date: string, days: number) => new Date(Date.parse(date) + days * DAY_MS).toISOString().slice(0, 10)
