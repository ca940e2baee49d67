import { expect, it } from 'vitest'
import { distanceNm, greatCircle } from './great-circle.ts'

const teterboro = { latitude: 40.85, longitude: -74.061 }
const losAngeles = { latitude: 33.943, longitude: -118.408 }
const tokyo = { latitude: 35.55, longitude: 139.78 }

it('measures the shortest way', () => {
  expect(distanceNm(teterboro, losAngeles)).toBeGreaterThan(2_120)
  expect(distanceNm(teterboro, losAngeles)).toBeLessThan(2_140)
  expect(distanceNm(teterboro, teterboro)).toBe(0)
})

it('begins and ends at the airports, and bends towards the pole', () => {
  const way = greatCircle(teterboro, losAngeles)
  expect(way[0]?.latitude).toBeCloseTo(40.85, 3)
  expect(way.at(-1)?.longitude).toBeCloseTo(-118.408, 3)
  const middle = way[Math.floor(way.length / 2)]?.latitude ?? 0
  expect(middle).toBeGreaterThan((40.85 + 33.943) / 2)
})

it('crosses the Pacific in one line', () => {
  const way = greatCircle(losAngeles, tokyo)
  for (const [at, { longitude }] of way.entries()) {
    const before = way[at - 1]
    if (before) expect(Math.abs(longitude - before.longitude)).toBeLessThan(10)
  }
})
