import { expect, it } from 'vitest'
import { detectLanguage } from './language.ts'
import { numberOf, readOrdinal } from './numbers.ts'
import { readWishes } from './wishes.ts'

it('knows numbers in words', () => {
  expect(['8', 'eight', 'acht', 'huit', 'ocho', 'many'].map(numberOf)).toEqual([8, 8, 8, 8, 8, null])
})

it.each([
  ['the second one', 2],
  ['2nd', 2],
  ['#3', 3],
  ['option two', 2],
  ['number 4', 4],
  ['the last one', -1],
  ['whichever', null],
])('%s', (text, ordinal) => {
  expect(readOrdinal(text)).toBe(ordinal)
})

it('tells the language by its small words', () => {
  expect(detectLanguage('I need a jet to Paris')).toBe('en')
  expect(detectLanguage('Wir brauchen einen Jet nach Paris')).toBe('de')
  expect(detectLanguage('un vol de Paris pour demain')).toBe('fr')
  expect(detectLanguage('un vuelo para mañana desde Madrid')).toBe('es')
  expect(detectLanguage('KTEB-KLAX, DE, LA')).toBe('en')
})

it('keeps wishes in the words of the broker', () => {
  expect(readWishes('wheelchair assistance, vegetarian catering')).toEqual([
    'wheelchair assistance',
    'vegetarian catering',
  ])
  expect(readWishes('they also need a child seat and two dogs.')).toEqual(['child seat', 'two dogs'])
  expect(readWishes('thanks for the quick answer')).toEqual([])
})
