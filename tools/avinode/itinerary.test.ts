import { expect, it } from 'vitest'
import { InvalidInputError } from '../errors.ts'
import { avinodeCategory, toTripBody } from './itinerary.ts'

const segment = {
  departure_airport: 'KTEB',
  arrival_airport: 'KVNY',
  departure_date: '2027-02-10',
  departure_time: '15:30',
  passengers: 5,
}
const trip = { external_trip_id: 'r-1', segments: [segment], aircraft_category: null, aircraft_type: null }

it('a segment is sent as Avinode reads it: passengers as text, local departure time', () => {
  expect(toTripBody(trip)).toEqual({
    externalTripId: 'r-1',
    sourcing: true,
    criteria: {},
    segments: [
      {
        startAirport: { icao: 'KTEB' },
        endAirport: { icao: 'KVNY' },
        dateTime: { date: '2027-02-10', time: '15:30', departure: true, local: true },
        paxCount: '5',
        paxSegment: true,
        paxTBD: false,
        timeTBD: false,
      },
    ],
  })
})

it('an open time is marked as open, and a field without an ICAO code goes by its American code', () => {
  const [sent] = toTripBody({
    ...trip,
    segments: [{ ...segment, departure_airport: '0Q9', departure_time: null }],
  }).segments

  expect(sent).toMatchObject({ startAirport: { faa: '0Q9' }, timeTBD: true })
  expect(sent?.dateTime).not.toHaveProperty('time')
})

it('the aircraft asked for goes by its type, else by Avinode’s name of its category, else not at all', () => {
  const lift = (wanted: object) => toTripBody({ ...trip, ...wanted }).criteria

  expect(lift({ aircraft_type: 'G650', aircraft_category: 'heavy' })).toMatchObject({
    requiredLift: [{ aircraftType: 'G650' }],
  })
  expect(lift({ aircraft_category: 'heavy jet' })).toMatchObject({ requiredLift: [{ aircraftCategory: 'Heavy jet' }] })
  expect(lift({ aircraft_category: 'something fast', aircraft_type: ' ' })).toEqual({})
})

it.each([
  ['Light jets', 'Light jet'],
  ['turboprop', 'Turbo prop'],
  ['super_midsize', 'Super midsize jet'],
  ['ULTRA LONG RANGE', 'Ultra long range'],
  ['spaceship', undefined],
])('%s is %s', (words, category) => {
  expect(avinodeCategory(words)).toBe(category)
})

it('what Avinode would store and silently not use is refused before it is sent', () => {
  const bad = {
    ...segment,
    departure_airport: 'Teterboro',
    departure_date: 'tomorrow',
    departure_time: '9am',
    passengers: 0,
  }

  expect(() => toTripBody({ ...trip, segments: [bad] })).toThrow(InvalidInputError)
  expect(() => toTripBody({ ...trip, segments: [] })).toThrow('at least one segment')
})
