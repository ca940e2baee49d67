import { type Airport, distanceNm } from '../../../tools/airports/airports.ts'
import type { Place } from './places.ts'

const NEAR_NM = 80

/**
 * Which end of a flight a place by itself stands for: the one that it is said to replace, the one that its words name, or the only one that it
 * is around the corner of. Null where nobody can tell.
 */
export function routeEnd(
  place: Place,
  route: { from: Airport | undefined; to: Airport | undefined },
): 'from' | 'to' | null {
  const { from, to } = route
  const was = place.instead_of
  if (was && was === from?.icao) return 'from'
  if (was && was === to?.icao) return 'to'
  if (place.role) return place.role
  return nearEnd(place, route)
}

/** The only end that a place is around the corner of. */
export function nearEnd(
  { airports: [airport] }: Place,
  { from, to }: { from: Airport | undefined; to: Airport | undefined },
): 'from' | 'to' | null {
  if (!airport || !from || !to) return null
  const [is_start, is_end] = [from, to].map((end) => distanceNm(end, airport) < NEAR_NM)
  return is_start === is_end ? null : is_start ? 'from' : 'to'
}
