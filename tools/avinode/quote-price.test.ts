import { expect, it } from 'vitest'
import { splitPrice, toCents } from './quote-price.ts'

const line = (name: string, cents: bigint, type = 'OTHER') => ({ name, type, cents })

it.each([
  [41250, 4125000n],
  [0.1 + 0.2, 30n],
  [1234.565, 123457n],
  ['128800.5', 12880050n],
  ['-12.3', -1230n],
])('%s is exactly %s cents', (price, cents) => {
  expect(toCents(price)).toBe(cents)
})

it.each(['', 'free', '1e5', Number.NaN])('%s is no price', (price) => {
  expect(toCents(price)).toBeUndefined()
})

it('lines are sorted by what they pay for, and the parts add up to the total to the cent', () => {
  const parts = splitPrice(10_000_001n, [
    line('Flight', 7_000_000n),
    line('Fuel surcharge', 600_000n),
    line('Federal excise tax', 700_000n),
    line('Landing fees', 123_457n),
    line('Two nights', 80_000n, 'CREW'),
    line('Ferry', 900_000n, 'POSITIONING'),
  ])

  expect(parts).toEqual({ base_price: 8_496_544n, fuel_surcharge: 600_000n, taxes: 700_000n, fees: 203_457n })
  expect(Object.values(parts).reduce((total, part) => total + part, 0n)).toBe(10_000_001n)
})

it('a quote without lines is all base price', () => {
  expect(splitPrice(500n, [])).toEqual({ base_price: 500n, fuel_surcharge: 0n, taxes: 0n, fees: 0n })
})

it('lines that cost more than the total are not believed', () => {
  expect(splitPrice(500n, [line('Taxes', 900n)])).toMatchObject({ base_price: 500n, taxes: 0n })
})
