import { distanceNm, getAirport } from '../../../tools/airports/airports.ts'
import { type Aircraft, performance } from './fleet.ts'
import type { Leg } from './itinerary.ts'
import type { LineItem } from './records.ts'

export type Flight = { distance_nm: number; flight_minutes: number; block_minutes: number }

const TAXI_MINUTES = 12
const POSITIONING_SHARE = 0.55

/** How long a category takes for a leg. */
export function flightOf(leg: Leg, category: string): Flight {
  const distance_nm = Math.round(distanceNm(leg.from, leg.to))
  const flight_minutes = Math.round((distance_nm / knotsOf(category)) * 60) + 10
  return { distance_nm, flight_minutes, block_minutes: flight_minutes + TAXI_MINUTES }
}

/**
 * What an aircraft would cost for an itinerary in whole dollars, as cents: flight hours, part of the positioning from and to its
 * home base, and a noise that is the same for the same aircraft and itinerary.
 */
export function estimate(aircraft: Aircraft, legs: Leg[]): number {
  const rate = performance[aircraft.category]?.hourly ?? 5_000
  const minutes = legs.reduce((total, leg) => total + flightOf(leg, aircraft.category).block_minutes, 0)
  const dollars = rate * (minutes / 60 + positioningHours(aircraft, legs) * POSITIONING_SHARE) + 900 * legs.length
  const noise =
    0.93 + 0.16 * fraction([aircraft.tail, ...legs.map(({ from, to, date }) => from.icao + to.icao + date)].join())
  return Math.max(2_500, Math.round((dollars * noise) / 10) * 10) * 100
}

/** What the operator asks in the end: near the estimate, and as repeatable. */
export function offer(estimated_cents: number, seed: string): number {
  return Math.round((estimated_cents * (0.94 + 0.14 * fraction(`offer ${seed}`))) / 1_000) * 1_000
}

/** Lines that add up to the price exactly. */
export function breakDown(cents: number): LineItem[] {
  const share = (part: number) => Math.round(cents * part)
  const lines = [
    { name: 'Fuel surcharge', type: 'OTHER', cents: share(0.06) },
    { name: 'Federal excise tax', type: 'OTHER', cents: share(0.07) },
    { name: 'Landing and handling fees', type: 'OTHER', cents: share(0.02) },
    { name: 'Crew expenses', type: 'CREW', cents: share(0.015) },
    { name: 'Positioning', type: 'POSITIONING', cents: share(0.09) },
  ]
  const flight = cents - lines.reduce((total, line) => total + line.cents, 0)
  return [{ name: 'Flight', type: 'OTHER', cents: flight }, ...lines]
}

/** The same text gives the same number from 0 to 1. */
export function fraction(seed: string): number {
  let hash = 0x811c9dc5
  for (const character of seed) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return ((hash ^ (hash >>> 13)) >>> 0) / 0x1_0000_0000
}

const knotsOf = (category: string) => performance[category]?.knots ?? 440

function positioningHours(aircraft: Aircraft, legs: Leg[]): number {
  const home = getAirport(aircraft.home_base)
  const [first, last] = [legs[0], legs.at(-1)]
  if (!home || !first || !last) return 0
  return (distanceNm(home, first.from) + distanceNm(last.to, home)) / knotsOf(aircraft.category)
}
