import { z } from 'zod'
import { type Airport, getAirport, suggestAirports } from '../airports/airports.ts'
import { InvalidInputError, type Issue } from '../errors.ts'
import type { Segment } from './request.ts'

const airport = (which: string) =>
  z.string().trim().min(3).max(60).describe(`${which} airport: an ICAO, IATA or FAA code, from resolve_airport`)
const day = z.iso.date('Write the day as YYYY-MM-DD, one that the calendar has')
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'Write the time as HH:mm')
const passengers = z
  .int()
  .min(1, 'At least 1 passenger')
  .max(30, 'At most 30 passengers: more do not fit into a private jet')

const optional = <Field extends z.ZodType>(field: Field, description: string) =>
  field
    .nullable()
    .default(null as never)
    .describe(description)

const SegmentInput = z.strictObject({
  departure_airport: airport('Departure'),
  arrival_airport: airport('Arrival'),
  departure_date: day.describe('Local day of departure, YYYY-MM-DD'),
  departure_time: optional(time, 'Local time of departure, HH:mm; null if it is open'),
  passengers: passengers.describe('How many fly on this segment, 1 to 30'),
})

/** An itinerary comes as segments, or in the flat form of a one-way or return trip. */
export const itineraryFields = {
  segments: optional(
    z.array(SegmentInput).min(1).max(12),
    'Every flight in order, 1 to 12; a return trip has two. Null if the flat fields are used instead',
  ),
  departure_airport: optional(airport('Departure'), 'Flat form: departure airport code'),
  arrival_airport: optional(airport('Arrival'), 'Flat form: arrival airport code'),
  departure_date: optional(day, 'Flat form: local day of departure, YYYY-MM-DD'),
  departure_time: optional(time, 'Flat form: local time of departure, HH:mm'),
  return_date: optional(day, 'Flat form: local day of the flight back, YYYY-MM-DD; null for one way'),
  return_time: optional(time, 'Flat form: local time of the flight back, HH:mm'),
  passengers: optional(passengers, 'Flat form: how many fly, 1 to 30'),
}
const Itinerary = z.strictObject(itineraryFields)
export type ItineraryInput = z.output<typeof Itinerary>
type FlatField = Exclude<keyof ItineraryInput, 'segments'>
const FLAT = Object.keys(itineraryFields).filter((field) => field !== 'segments') as FlatField[]

/** Whether the input says anything about the itinerary at all. */
export const namesItinerary = (input: ItineraryInput) =>
  input.segments !== null || FLAT.some((key) => input[key] !== null)

/** The segments that the input describes, with ICAO codes; or `InvalidInputError` that names everything wrong with them. */
export function parseItinerary(input: ItineraryInput, now: Date): Segment[] {
  const written = input.segments ?? flatSegments(input)
  if (input.segments !== null && FLAT.some((key) => input[key] !== null)) {
    throw new InvalidInputError([{ path: 'segments', message: 'Give either segments or the flat fields, not both' }])
  }
  const issues: Issue[] = []
  const path = (leg: number, field: 'departure_airport' | 'arrival_airport' | 'departure_date' | 'departure_time') => {
    if (input.segments !== null) return `segments.${leg}.${field}`
    if (leg === 0) return field
    return field.replace(/^departure_(date|time)$/, 'return_$1')
  }
  const places = written.map((segment, leg) => ({
    from: findAirport(segment.departure_airport, path(leg, 'departure_airport'), issues),
    to: findAirport(segment.arrival_airport, path(leg, 'arrival_airport'), issues),
  }))
  const segments = written.map((segment, leg) => ({
    ...segment,
    departure_airport: places[leg]?.from?.icao ?? segment.departure_airport,
    arrival_airport: places[leg]?.to?.icao ?? segment.arrival_airport,
  }))
  for (const [leg, segment] of segments.entries()) {
    const { from, to } = places[leg] ?? {}
    if (from && to && from.icao === to.icao) {
      issues.push({
        path: path(leg, 'arrival_airport'),
        message: `A flight from ${from.icao} cannot end where it begins`,
      })
    }
    const message = misdated(segment, segments[leg - 1], leg, from, now)
    if (message !== null) issues.push({ path: path(leg, 'departure_date'), message })
    const { departure_date, departure_time } = segment
    if (from && departure_time && momentOf(departure_date, departure_time, from.timezone) === null) {
      issues.push({
        path: path(leg, 'departure_time'),
        message: `There is no ${departure_time} at ${from.icao} on ${departure_date}: summer time begins and the clocks skip it`,
      })
    }
  }
  if (issues.length > 0) throw new InvalidInputError(withoutRepeats(issues))
  return segments
}

/** The columns of a request that sum its segments up: a tour that ends where it began has a return date. */
export function summarise(segments: Segment[]) {
  const [first, last] = [segments[0], segments.at(-1)]
  if (!first || !last)
    throw new InvalidInputError([{ path: 'segments', message: 'An itinerary has at least one flight' }])
  const returns = segments.length > 1 && last.arrival_airport === first.departure_airport
  return {
    departure_airport: first.departure_airport,
    arrival_airport: returns ? first.arrival_airport : last.arrival_airport,
    departure_date: first.departure_date,
    return_date: returns ? last.departure_date : null,
    passengers: Math.max(...segments.map(({ passengers }) => passengers)),
  }
}

function flatSegments(input: ItineraryInput): Segment[] {
  const { departure_airport, arrival_airport, departure_date, departure_time, passengers, return_date, return_time } =
    input
  if (departure_airport === null || arrival_airport === null || departure_date === null || passengers === null) {
    const missing = (['departure_airport', 'arrival_airport', 'departure_date', 'passengers'] as const).filter(
      (field) => input[field] === null,
    )
    throw new InvalidInputError(missing.map((path) => ({ path, message: `${path} is missing` })))
  }
  if (return_time !== null && return_date === null) {
    throw new InvalidInputError([{ path: 'return_date', message: 'A return time needs a return date' }])
  }
  const out = { departure_airport, arrival_airport, departure_date, departure_time, passengers }
  if (return_date === null) return [out]
  const back = { departure_airport: arrival_airport, arrival_airport: departure_airport, passengers }
  return [out, { ...back, departure_date: return_date, departure_time: return_time }]
}

function findAirport(code: string, path: string, issues: Issue[]): Airport | undefined {
  const found = getAirport(code)
  if (!found) {
    const near = suggestAirports(code).map(({ icao, name, city }) => `${icao} (${name}, ${city})`)
    const hint = near.length > 0 ? `. Nearest: ${near.join(', ')}` : ''
    issues.push({ path, message: `${code} is not an airport that we know${hint}` })
  }
  return found
}

function misdated(segment: Segment, before: Segment | undefined, leg: number, from: Airport | undefined, now: Date) {
  const { departure_date: date, departure_time: time } = segment
  if (before && date < before.departure_date) {
    return `Flight ${leg + 1} on ${date} is before flight ${leg} on ${before.departure_date}`
  }
  if (before && date === before.departure_date && time && before.departure_time && time <= before.departure_time) {
    const [earlier, later] = [instant(before), instant(segment)]
    if (earlier !== null && later !== null && later <= earlier) {
      return `Flight ${leg + 1} at ${time} leaves before flight ${leg} at ${before.departure_time}`
    }
  }
  const today = localDay(now, from?.timezone ?? 'UTC')
  if (date < today && date < localDay(now, undefined)) return `${date} is in the past: today is ${today}`
  return null
}

/** The calendar day at a place; without a zone, on this machine. */
const localDay = (now: Date, timeZone: string | undefined) => new Intl.DateTimeFormat('en-CA', { timeZone }).format(now)

function instant({ departure_airport, departure_date, departure_time }: Segment): number | null {
  const timeZone = getAirport(departure_airport)?.timezone
  return timeZone && departure_time ? momentOf(departure_date, departure_time, timeZone) : null
}

/** The moment of a local time, either of two where the clocks are turned back; null where they skip it. */
function momentOf(date: string, time: string, timeZone: string): number | null {
  const wall = Date.parse(`${date}T${time}:00Z`)
  const ahead = (moment: number) => {
    const shown = new Date(moment).toLocaleString('sv-SE', { timeZone }) // "2026-11-20 04:00:00"
    return Date.parse(`${shown.replace(' ', 'T')}Z`) - moment
  }
  const guess = wall - ahead(wall)
  return [guess, wall - ahead(guess)].find((moment) => moment + ahead(moment) === wall) ?? null
}

const withoutRepeats = (issues: Issue[]) =>
  issues.filter(({ message }, at) => issues.findIndex((other) => other.message === message) === at)
