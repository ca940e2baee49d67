import { describe, expect, it } from 'vitest'
import { nextDayOfMonth } from './calendar.ts'
import { readDates } from './dates.ts'

/** A Sunday. */
const today = '2026-11-22'

describe('readDates', () => {
  it.each([
    ['tomorrow 9am', '2026-11-23', '09:00'],
    ['on Friday', '2026-11-27', null],
    ['Nov 22', '2026-11-22', null],
    ['Nov 21', '2027-11-21', null],
    ['24.12.2026', '2026-12-24', null],
    ['24.12.', '2026-12-24', null],
    ['1.2.', '2027-02-01', null],
    ['12/3', '2026-12-03', null],
    ['2027-01-05 14:00', '2027-01-05', '14:00'],
    ['20 Dec 1430L', '2026-12-20', '14:30'],
    ['in two weeks', '2026-12-06', null],
    ["New Year's Eve", '2026-12-31', null],
    ['at noon', null, '12:00'],
    ['Wir fliegen am 5. Januar um 8 Uhr', '2027-01-05', '08:00'],
    ['nous partons le 12 décembre', '2026-12-12', null],
    ['salimos el 3 de diciembre', '2026-12-03', null],
  ])('%s', (text, date, time) => {
    expect(readDates(text, today)[0]).toMatchObject({ date, time })
  })

  it('reads a range as first and last day', () => {
    expect(readDates('Dec 28 - Jan 2', today)).toMatchObject([{ date: '2026-12-28', until: { date: '2027-01-02' } }])
  })

  it('leaves the month of "the 23rd" open', () => {
    expect(readDates('back the 23rd', today)).toMatchObject([{ date: null, day_of_month: 23 }])
  })

  it.each(['some time next month', 'in May', 'for 10 days', 'the second one', '8 pax', 'G650', '31 November'])(
    '%s names no day',
    (text) => {
      expect(readDates(text, today).filter(({ date }) => date)).toEqual([])
    },
  )
})

it('finds the next such day of a month', () => {
  expect(nextDayOfMonth(23, '2026-11-20')).toBe('2026-11-23')
  expect(nextDayOfMonth(3, '2026-11-20')).toBe('2026-12-03')
  expect(nextDayOfMonth(31, '2026-11-20')).toBe('2026-12-31')
})
