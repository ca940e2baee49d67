import { describe, expect, it } from 'vitest'
import { readPlaces, readUnknownPlaces } from './places.ts'
import { legsOf } from './route.ts'

const codes = (text: string) => readPlaces(text).map(({ airports }) => airports[0]?.icao)
const route = (text: string) => {
  const known = readPlaces(text)
  const places = [...known, ...readUnknownPlaces(text, known)].sort((a, b) => a.start - b.start)
  return legsOf(text, places).map(({ from, to }) =>
    [from, to].map((place) => place && (place.airports[0]?.icao ?? place.text)),
  )
}

describe('readPlaces', () => {
  it.each([
    ['Van Nuys - Aspen', ['KVNY', 'KASE']],
    ['Opa-locka to LA', ['KOPF', 'KLAX']],
    ['Paris Le Bourget', ['LFPB']],
    ['from Nice', ['LFMN']],
    ['Nice, thanks', []],
    ['they want to fly nice and early', []],
    ['a las 9', []],
    ['VIP pax, ASAP', []],
    ['New York (HPN)', ['KHPN']],
  ])('%s', (text, expected) => {
    expect(codes(text)).toEqual(expected)
  })
})

describe('legsOf', () => {
  it.each([
    ['KTEB-KLAX', [['KTEB', 'KLAX']]],
    ['to London from New York', [['KTEB', 'EGGW']]],
    [
      'TEB-OPF-NAS',
      [
        ['KTEB', 'KOPF'],
        ['KOPF', 'MYNN'],
      ],
    ],
    [
      'Boston to Miami, then to Nassau, back to Boston',
      [
        ['KBED', 'KOPF'],
        ['KOPF', 'MYNN'],
        ['MYNN', 'KBED'],
      ],
    ],
    ['a quote to Paris', [[null, 'LFPB']]],
    ['leaving from Aspen', [['KASE', null]]],
    ['from XYZQ to LAX', [['XYZQ', 'KLAX']]],
    ['from xyzq to lax', [['xyzq', 'KLAX']]],
    ['KTEB to Qqqville', [['KTEB', 'Qqqville']]],
    ['we need to go', []],
  ])('%s', (text, expected) => {
    expect(route(text)).toEqual(expected)
  })
})
