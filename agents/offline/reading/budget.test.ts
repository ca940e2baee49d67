import { expect, it } from 'vitest'
import { readBudget } from './budget.ts'

it.each([
  ['about $120k', '120000.00', 'USD'],
  ['$120,000.50', '120000.50', 'USD'],
  ['budget: 75,000', '75000.00', 'USD'],
  ['up to 1.25 million euros', '1250000.00', 'EUR'],
  ['120.000,50 EUR', '120000.50', 'EUR'],
  ['CHF 90 000', '90000.00', 'CHF'],
  ['max 85k', '85000.00', 'USD'],
  ['120 mil euros', '120000.00', 'EUR'],
])('%s', (text, amount, currency) => {
  expect(readBudget(text).budget).toEqual({ amount, currency })
})

it.each(['8 pax', 'Nov 20', '5k nm', 'KTEB-KLAX', 'at 9am', '12 m tall'])('%s is no budget', (text) => {
  expect(readBudget(text).budget).toBeNull()
})
