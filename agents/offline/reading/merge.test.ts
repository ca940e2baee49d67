import { expect, it } from 'vitest'
import { mergeTrips } from './merge.ts'
import { readTrip } from './trip.ts'

const read = (text: string) => readTrip(text, { today: '2026-11-02' })
const legs = (...texts: string[]) =>
  texts
    .map(read)
    .reduce(mergeTrips)
    .legs.map(({ from, to, date }) => [from?.airports[0]?.icao, to?.airports[0]?.icao, date])

it('puts a trip together from several messages', () => {
  expect(legs('a quote to Paris', 'from London', 'Dec 3')).toEqual([['EGGW', 'LFPB', '2026-12-03']])
  expect(legs('Dec 3, 4 pax', 'TEB to LAX')).toEqual([['KTEB', 'KLAX', '2026-12-03']])
})

it('lets the newer message win', () => {
  expect(legs('TEB to LAX Dec 3', 'Dec 4')).toEqual([['KTEB', 'KLAX', '2026-12-04']])
  expect(legs('TEB to LAX Dec 3', 'from HPN to VNY')).toEqual([['KHPN', 'KVNY', '2026-12-03']])
  expect(mergeTrips(read('4 pax for Acme'), read('5 pax'))).toMatchObject({ passengers: 5, client: 'Acme' })
})

it('puts the right name in the place of an unknown airport', () => {
  const merged = mergeTrips(read('from XYZQ to LAX'), read('from KTEB'))
  expect(merged.unknown_airports).toEqual([])
  expect(merged.legs[0]?.from?.airports[0]?.icao).toBe('KTEB')
})
