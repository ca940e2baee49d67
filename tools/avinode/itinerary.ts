import { InvalidInputError, type Issue } from '../errors.ts'
import type { NewTrip, TripSegment } from './avinode.ts'

/** Avinode's own names; a request takes no others. */
export const aircraftCategories = [
  'Piston',
  'Turbo prop',
  'Entry level jet (VLJ)',
  'Light jet',
  'Super light jet',
  'Midsize jet',
  'Super midsize jet',
  'Heavy jet',
  'Ultra long range',
  'VIP airliner',
  'Airliner',
  'Helicopter single engine',
  'Helicopter twin engine',
] as const
export type AircraftCategory = (typeof aircraftCategories)[number]

const OTHER_NAMES: Record<string, AircraftCategory> = {
  turboprop: 'Turbo prop',
  vlj: 'Entry level jet (VLJ)',
  'very light jet': 'Entry level jet (VLJ)',
  'entry level jet': 'Entry level jet (VLJ)',
  light: 'Light jet',
  'super light': 'Super light jet',
  mid: 'Midsize jet',
  midsize: 'Midsize jet',
  'mid size jet': 'Midsize jet',
  'super mid': 'Super midsize jet',
  'super midsize': 'Super midsize jet',
  'super mid size jet': 'Super midsize jet',
  heavy: 'Heavy jet',
  'large jet': 'Heavy jet',
  'ultra long range jet': 'Ultra long range',
  'long range': 'Ultra long range',
  'vip airliner': 'VIP airliner',
  helicopter: 'Helicopter twin engine',
}

/** Avinode's name of a category as people write it, or undefined. */
export function avinodeCategory(category: string): AircraftCategory | undefined {
  const plain = category
    .trim()
    .toLowerCase()
    .replace(/[_\s-]+/g, ' ')
    .replace(/ jets$/, ' jet')
  return aircraftCategories.find((name) => name.toLowerCase() === plain) ?? OTHER_NAMES[plain]
}

/**
 * The body of `POST /trips` and `PUT /trips/{id}`. Checked here, because Avinode stores a trip without usable segments and only
 * its search page shows that they are missing.
 */
export function toTripBody({ external_trip_id, segments, aircraft_category, aircraft_type }: NewTrip) {
  const issues = segments.flatMap(issuesOfSegment)
  if (segments.length === 0) issues.push({ path: 'segments', message: 'A trip needs at least one segment' })
  if (issues.length > 0) throw new InvalidInputError(issues)
  return {
    externalTripId: external_trip_id,
    sourcing: true, // else the search page opens empty
    criteria: toCriteria(aircraft_category, aircraft_type),
    segments: segments.map(toSegment),
  }
}

function toCriteria(aircraft_category: string | null, aircraft_type: string | null) {
  const aircraftCategory = aircraft_category?.trim() ? avinodeCategory(aircraft_category) : undefined
  const aircraftType = aircraft_type?.trim()
  if (aircraftType) return { requiredLift: [{ aircraftType }], includeLiftUpgrades: true }
  return aircraftCategory ? { requiredLift: [{ aircraftCategory }], includeLiftUpgrades: true } : {}
}

function toSegment({ departure_airport, arrival_airport, departure_date, departure_time, passengers }: TripSegment) {
  return {
    startAirport: toAirportCode(departure_airport),
    endAirport: toAirportCode(arrival_airport),
    dateTime: {
      date: departure_date,
      ...(departure_time !== null && { time: departure_time }),
      departure: true,
      local: true,
    },
    paxCount: String(passengers),
    paxSegment: true,
    paxTBD: false,
    timeTBD: departure_time === null,
  }
}

/** ICAO codes have four letters; what is shorter or holds digits is the FAA's. */
export const toAirportCode = (code: string) => (/^[A-Z]{4}$/.test(code) ? { icao: code } : { faa: code })

function issuesOfSegment(segment: TripSegment, index: number): Issue[] {
  const wrong = (field: keyof TripSegment, message: string) => ({ path: `segments.${index}.${field}`, message })
  return [
    ...(/^[A-Z0-9]{3,4}$/.test(segment.departure_airport) ? [] : [wrong('departure_airport', 'Not an airport code')]),
    ...(/^[A-Z0-9]{3,4}$/.test(segment.arrival_airport) ? [] : [wrong('arrival_airport', 'Not an airport code')]),
    ...(/^\d{4}-\d{2}-\d{2}$/.test(segment.departure_date) ? [] : [wrong('departure_date', 'Not a date (YYYY-MM-DD)')]),
    ...(segment.departure_time === null || /^\d{2}:\d{2}$/.test(segment.departure_time)
      ? []
      : [wrong('departure_time', 'Not a time (HH:mm)')]),
    ...(Number.isInteger(segment.passengers) && segment.passengers > 0
      ? []
      : [wrong('passengers', 'There must be at least one passenger')]),
  ]
}
