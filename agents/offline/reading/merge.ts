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
    budget: newer.budget ?? older.budget,
    aircraft_type: newer.aircraft_type ?? older.aircraft_type,
    aircraft_category: newer.aircraft_category ?? older.aircraft_category,
    client: newer.client ?? older.client,
    wishes: [...new Set([...older.wishes, ...newer.wishes])],
    unknown_airports: unknownIn(legs),
  }
}

/** The places in a route that nobody knows. */
export const unknownIn = (legs: readonly TripLeg[]) => [
  ...new Set(
    legs
      .flatMap(({ from, to }) => [from, to])
      .flatMap((place) => (place && place.airports.length === 0 ? [place.text] : [])),
  ),
]

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
    older.legs.length > 0 ? older.legs : named ? [{ from: null, to: null, ...older.departure }] : []
  return base.map((leg, index) => {
    const dated = {
      ...leg,
      date: (index === 0 ? day.date : null) ?? leg.date,
      time: (index === 0 ? day.time : null) ?? leg.time,
    }
    return named ? placed(dated, named, unknownIn(base).length > 0) : dated
  })
}

/** "I meant KTEB" stands in for the place that nobody knew; otherwise a place fills the side that is open. */
function placed(leg: TripLeg, { from, to }: TripLeg, has_unknown: boolean): TripLeg {
  const place = from ?? to
  if (has_unknown) {
    const isUnknown = (side: TripLeg['from']) => side !== null && side.airports.length === 0
    return {
      ...leg,
      from: isUnknown(leg.from) ? place : leg.from,
      to: isUnknown(leg.to) && !isUnknown(leg.from) ? place : leg.to,
    }
  }
  if (from && leg.from && !leg.to) return { ...leg, to: from }
  return { ...leg, from: from ?? leg.from, to: to ?? leg.to }
}
