import type { Doubt, Topic } from './doubts.ts'
import type { Place } from './places.ts'
import { routeEnd } from './route-end.ts'
import type { TripLeg, TripReading } from './trip.ts'

/** What two messages say together: the newer one completes the older, and wins where both speak. */
export function mergeTrips(older: TripReading, newer: TripReading): TripReading {
  const legs = mergeLegs(older, newer)
  return {
    legs,
    departure: {
      date: newer.departure.date ?? older.departure.date,
      time: newer.departure.time ?? older.departure.time,
    },
    back: newer.back ?? older.back,
    is_one_way: newer.is_one_way || (older.is_one_way && newer.back === null),
    is_round_trip: !newer.is_one_way && (newer.is_round_trip || older.is_round_trip),
    passengers: newer.passengers ?? older.passengers,
    passengers_back: newer.passengers === null ? (newer.passengers_back ?? older.passengers_back) : null,
    budget: newer.budget ?? older.budget,
    aircraft_type: newer.aircraft_type ?? older.aircraft_type,
    aircraft_category: newer.aircraft_category ?? older.aircraft_category,
    client: newer.client ?? older.client,
    wishes: [...new Set([...older.wishes, ...newer.wishes])],
    unknown_airports: unknownIn(legs),
    doubts: openDoubts(older, newer, legs),
  }
}

/** The places in a route that nobody knows. */
export const unknownIn = (legs: readonly TripLeg[]) => [
  ...new Set(placesOf(legs).flatMap((place) => (place.airports.length === 0 ? [place.text] : []))),
]

const placesOf = (legs: readonly TripLeg[]) =>
  legs.flatMap(({ from, to }) => [from, to]).filter((place) => place !== null)

/** A doubt ends when the newer message says it plainly; one about a place, when that place is no longer in the route. */
function openDoubts(older: TripReading, newer: TripReading, legs: readonly TripLeg[]): Doubt[] {
  const said: Record<Exclude<Topic, 'place'>, boolean> = {
    day: newer.departure.date !== null || newer.back !== null || newer.legs.some(({ date }) => date !== null),
    time: newer.departure.time !== null || newer.legs.some(({ time }) => time !== null),
    passengers: newer.passengers !== null,
    budget: newer.budget !== null,
    aircraft: newer.aircraft_type !== null || newer.aircraft_category !== null,
    client: newer.client !== null,
    trip: newer.is_one_way || newer.is_round_trip || newer.back !== null || newer.legs.length > 0,
  }
  const unclear = new Set(placesOf(legs).flatMap((place) => (isUnclear(place) ? [place.text] : [])))
  const fresh = newer.doubts.filter(({ about, words }) => about !== 'place' || unclear.has(words))
  const isOpen = ({ about, words }: Doubt) =>
    about === 'place' ? unclear.has(words) : !said[about] && !fresh.some((one) => one.about === about)
  const kept = older.doubts.filter(isOpen)
  return [
    ...kept.filter(({ about, words }) => !fresh.some((one) => one.about === about && one.words === words)),
    ...fresh,
  ]
}

const isUnclear = (place: Place | null) => place !== null && (place.airports.length === 0 || place.namesakes !== null)

function mergeLegs(older: TripReading, newer: TripReading): TripLeg[] {
  const day = { date: newer.departure.date, time: newer.departure.time }
  const [named] = newer.legs
  if (named?.from && named.to) {
    const [before] = older.legs
    return newer.legs.map((leg) => ({
      ...leg,
      date: leg.date ?? before?.date ?? older.departure.date,
      time: leg.time ?? before?.time ?? null,
    }))
  }
  const base: TripLeg[] =
    older.legs.length > 0 ? older.legs : named ? [{ from: null, to: null, passengers: null, ...older.departure }] : []
  const has_unclear = placesOf(base).some(isUnclear)
  return base.map((leg, index) => {
    const dated = {
      ...leg,
      passengers: newer.passengers === null ? leg.passengers : null,
      date: (index === 0 ? day.date : null) ?? leg.date,
      time: (index === 0 ? day.time : null) ?? leg.time,
    }
    return named ? placed(dated, named, has_unclear) : dated
  })
}

/** "I meant KTEB" stands in for the place that nobody knew; otherwise a place fills the side that is open. */
function placed(leg: TripLeg, { from, to }: TripLeg, has_unclear: boolean): TripLeg {
  const place = from ?? to
  if (has_unclear) {
    return {
      ...leg,
      from: isUnclear(leg.from) ? place : leg.from,
      to: isUnclear(leg.to) && !isUnclear(leg.from) ? place : leg.to,
    }
  }
  if (from && leg.from && !leg.to) return { ...leg, to: from }
  const end = place && !(from && to) && routeEnd(place, { from: leg.from?.airports[0], to: leg.to?.airports[0] })
  if (end) return { ...leg, [end]: place }
  return { ...leg, from: from ?? leg.from, to: to ?? leg.to }
}
