import { expect, it } from 'vitest'
import { readPassengers } from './passengers.ts'

it.each([
  ['8 pax', 8],
  ['twelve passengers', 12],
  ['party of six', 6],
  ['for 10', 10],
  ['2 adults, 2 children and 1 infant', 5],
  ['4 Personen', 4],
  ['sechs Passagiere', 6],
  ['cinq personnes', 5],
  ['tres pasajeros', 3],
  ['solo traveller', 1],
  ['7 colleagues', 7],
  ['a couple and their 2 kids', 4],
  ['me and my wife', 2],
  ['zu viert', 4],
  ['the CEO plus 3', 4],
  ['8 pax, 8 people', 8],
  ['8 people, wait, 9 people', 9],
  ['for 3 nights', null],
  ['for 120k', null],
  ['for 8:30', null],
  ['for 9am', null],
  ['for the 23rd', null],
  ['catering for 2', null],
  ['2 adults and a baby', 3],
  ['2 adults and a baby seat', 2],
  ['zwei Erwachsene und ein Kind', 3],
  ['one way', null],
  ['make it 10', 10],
  ['make it 12 instead of 10', 12],
  ['make it 7 Dec', null],
  ['make it one stop', null],
  ['make it 2 jets', null],
  ['fly him to Boston', null],
])('%s', (text, passengers) => {
  expect(readPassengers(text).passengers).toBe(passengers)
})

it.each([
  ['8-10 people', ['8', '10']],
  ['six or seven guests', ['six', 'seven']],
  ['at least 6 passengers', []],
])('%s leaves a choice, so nobody is counted', (text, choices) => {
  expect(readPassengers(text)).toMatchObject({ passengers: null, doubts: [{ about: 'passengers', choices }] })
})

it('counts each flight where the numbers differ', () => {
  expect(readPassengers('8 out and 6 back').counts).toMatchObject([{ count: 8, back: 6 }])
})
