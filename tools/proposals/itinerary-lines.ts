import { type Airport, distanceNm, getAirport } from '../airports/airports.ts'
import type { Segment } from '../requests/request.ts'

/** One flight as a client reads it. */
export type ItineraryLine = {
  day: string
  /** Local, with its zone: `09:00 EST`. */
  time: string
  from: Place
  to: Place
  passengers: number
  distance: string | null
}

export type Place = { code: string; city: string; name: string; zone: string }

const inWords = new Intl.DateTimeFormat('en-US', {
  weekday: 'short',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})

/** An itinerary for people: days in words, times local to the airport with their zone, places by name. */
export const itineraryLines = (segments: Segment[]): ItineraryLine[] =>
  segments.map((segment) => {
    const [from, to] = [getAirport(segment.departure_airport), getAirport(segment.arrival_airport)]
    const day = new Date(`${segment.departure_date}T12:00:00Z`)
    return {
      day: inWords.format(day),
      time: segment.departure_time === null ? 'Time to be agreed' : `${segment.departure_time} ${zoneName(from, day)}`,
      from: place(segment.departure_airport, from, day),
      to: place(segment.arrival_airport, to, day),
      passengers: segment.passengers,
      distance: from && to ? `${Math.round(distanceNm(from, to)).toLocaleString('en-US')} nm` : null,
    }
  })

const place = (code: string, airport: Airport | undefined, day: Date): Place => ({
  code,
  city: airport?.city ?? code,
  name: airport?.name ?? code,
  zone: zoneName(airport, day),
})

/** The zone's short name on that day: EST, not EDT, in November. */
function zoneName(airport: Airport | undefined, day: Date): string {
  if (!airport) return 'local time'
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: airport.timezone, timeZoneName: 'short' }).formatToParts(
    day,
  )
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'local time'
}
