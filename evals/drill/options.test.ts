import { expect, it } from 'vitest'
import { readOptions } from './options.ts'

it('a drill without words sends 2,000 notifications in half a minute, through Redis, and breaks everything', () => {
  expect(readOptions([])).toMatchObject({ n: 2_000, queue: 'redis', storm: 'all', calm: false })
  expect(readOptions([]).rate).toBeCloseTo(2_000 / 30)
})

it('a storm spreads its notifications over the time that it lasts', () => {
  expect(readOptions(['--storm', 'postgres', '--n', '6000', '--minutes', '5'])).toMatchObject({ rate: 20 })
  expect(readOptions(['--storm', 'postgres', '--rate', '7'])).toMatchObject({ rate: 7 })
})

it.each([
  [['--queue', 'nope'], '--queue knows redis and postgres, not "nope"'],
  [['--storm', 'snow'], '--storm knows all and postgres, not "snow"'],
  [['--n', 'many'], '--n must be a whole number'],
  [['--rate', '0'], '--rate must be more than 0'],
  [['--workers', '-1'], "'--workers'"],
  [['--nothing'], "Unknown option '--nothing'"],
  [['more'], 'more'],
])('%j is refused in a sentence', (words, sentence) => {
  expect(() => readOptions(words)).toThrow(sentence)
})
