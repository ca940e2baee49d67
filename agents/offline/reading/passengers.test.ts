import { expect, it } from 'vitest'
import { readPassengers } from './passengers.ts'

it.each([
  ['8 pax', 8],
  ['twelve passengers', 12],
  ['party of six', 6],
  ['for 10', 10],
  ['8-10 people', 10],
  ['2 adults, 2 children and 1 infant', 5],
  ['4 Personen', 4],
  ['sechs Passagiere', 6],
  ['cinq personnes', 5],
  ['tres pasajeros', 3],
  ['solo traveller', 1],
  ['for 3 nights', null],
  ['for 120k', null],
  ['for 8:30', null],
  ['for 9am', null],
  ['for the 23rd', null],
  ['catering for 2', null],
  ['one way', null],
])('%s', (text, passengers) => {
  expect(readPassengers(text).passengers).toBe(passengers)
})
