import { type Airport, findNamed, getAirport } from '../../../tools/airports/airports.ts'
import { plainWords } from '../../../tools/messages/visible-text.ts'
import { sayMoney } from '../../../tools/money.ts'
import type { Place } from '../reading/places.ts'
import type { QuoteRow, RequestRow, Segment } from './rows.ts'

/** "Teterboro (KTEB)" */
export function airportLabel(code: string): string {
  const airport = getAirport(code)
  return airport ? `${airport.city} (${airport.icao})` : code
}

const days = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})

/** "Fri 20 Nov 2026" */
export const dayLabel = (date: string) => days.format(new Date(`${date.slice(0, 10)}T00:00:00Z`)).replace(',', '')

/** "USD 112,000", "USD 84,520.50": digits are only grouped, never rounded. */
export const priceLabel = (amount: string, currency = 'USD') => sayMoney(amount, currency)

/** "USD 90,000 to 140,000" */
export const rangeLabel = (least: string, most: string, currency = 'USD') =>
  `${priceLabel(least, currency)} to ${priceLabel(most, '').trim()}`

export const joined = (parts: readonly string[], last = 'and') =>
  parts.length < 2 ? (parts[0] ?? '') : `${parts.slice(0, -1).join(', ')} ${last} ${parts.at(-1)}`

const when = ({ departure_date, departure_time }: Pick<Segment, 'departure_date' | 'departure_time'>) =>
  `${dayLabel(departure_date)}${departure_time ? ` at ${departure_time}` : ''}`

/** The itinerary in one line, or one line for each flight of a tour. */
export function routeLabel(request: RequestRow): string {
  const [first, second] = request.segments
  if (!first) {
    const { departure_airport: from, arrival_airport: to, departure_date, return_date } = request
    return `${airportLabel(from ?? '?')} to ${airportLabel(to ?? '?')}${departure_date ? `, ${dayLabel(departure_date)}` : ''}${return_date ? `, back ${dayLabel(return_date)}` : ''}`
  }
  const flight = (segment: Segment) =>
    `${airportLabel(segment.departure_airport)} to ${airportLabel(segment.arrival_airport)}, ${when(segment)}`
  const returns =
    second?.arrival_airport === first.departure_airport && second.departure_airport === first.arrival_airport
  if (request.segments.length === 2 && second && returns) return `${flight(first)}, back ${when(second)}`
  return request.segments.length === 1
    ? flight(first)
    : request.segments.map((segment, index) => `\n${index + 1}. ${flight(segment)}`).join('')
}

/** "KTEB to KLAX on Fri 20 Nov 2026 for Acme": enough to tell one request from another. */
export function shortLabel(request: RequestRow): string {
  const { departure_airport: from, arrival_airport: to, departure_date, client } = request
  return `${from ?? '?'} to ${to ?? '?'}${departure_date ? ` on ${dayLabel(departure_date)}` : ''}${client ? ` for ${client.company_name}` : ''}`
}

/** "8 passengers", or flight by flight where they differ. */
function peopleLabel(passengers: number, segments: readonly Segment[]): string {
  const counts = segments.map((segment) => segment.passengers)
  if (new Set(counts).size > 1) return `${joined(counts.map(String))} passengers`
  return `${passengers} ${passengers === 1 ? 'passenger' : 'passengers'}`
}

/** What a request keeps besides the route, in the order in which a broker thinks of it. */
export function detailsLabel(request: RequestRow): string {
  const { passengers, client, aircraft_type, budget, special_requirements, metadata } = request
  const category = metadata?.aircraft_category
  return [
    passengers && peopleLabel(passengers, request.segments),
    client && `client ${client.company_name}`,
    aircraft_type ?? (typeof category === 'string' ? category : undefined),
    budget && `budget ${priceLabel(budget)}`,
    special_requirements && `wishes: ${special_requirements}`,
  ]
    .filter(Boolean)
    .join(', ')
}

/** "Elite Jets, USD 98,500, Gulfstream G650, score 87" */
export const quoteLabel = ({ operator_name, total_price, currency, aircraft_type, score }: QuoteRow) =>
  [operator_name, priceLabel(total_price, currency), aircraft_type, score != null && `score ${score}`]
    .filter(Boolean)
    .join(', ')

/** A city's name stands for its usual airport only; the others go by their own. */
const tellingLabel = ({ icao, city, name }: Airport) =>
  findNamed(city)[0]?.icao === icao ? airportLabel(icao) : `${name} (${icao})`

const isNamedBy = ({ icao, iata, city, name }: Airport, written: string) =>
  written.toUpperCase() === icao ||
  written.toUpperCase() === iata ||
  `K${written.toUpperCase()}` === icao ||
  plainWords(written)
    .replace(/ (the|intl|airport|field) /g, ' ')
    .trim()
    .split(' ')
    .every((word) => plainWords(`${city} ${name}`).includes(` ${word}`)) ||
  plainWords(written).includes(plainWords(city))

/** Which airport was taken for a city that has several, so that the broker can object. */
export function chosenAirports(places: readonly (Place | null)[]): string | null {
  const seen = new Map<string, string>()
  for (const place of places) {
    const [taken, ...others] = place?.airports ?? []
    if (!place || !taken) continue
    const name = findNamed(place.text).length > 0 ? place.text : taken.city
    if (others.length === 0) {
      // "Kitzbühel" has no field of its own.
      if (!isNamedBy(taken, name)) seen.set(taken.icao, `For ${name} I took ${airportLabel(taken.icao)}.`)
      continue
    }
    const alternatives = joined(others.slice(0, 3).map(tellingLabel), 'or')
    seen.set(taken.icao, `For ${name} I took ${airportLabel(taken.icao)}; tell me if it should be ${alternatives}.`)
  }
  return seen.size > 0 ? [...seen.values()].join(' ') : null
}
