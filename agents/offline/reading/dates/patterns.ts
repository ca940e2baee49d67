import { numberOf, numberPattern } from '../numbers.ts'
import { monthPattern, weekdayPattern } from './names.ts'

/** The parts that patterns of days are put together from. Named groups carry what is said. */

export const DAY = '(?<day>\\d{1,2})(?:st|nd|rd|th|er|\\.|º)?'
export const MONTH = `(?<month>${monthPattern})`
export const weekdayAs = (group: string) => `(?<${group}>${weekdayPattern})`
export const WEEKDAY = weekdayAs('weekday')

/** Years near ours, so that the 2045 of "27NOV 2045" is a time; two digits only right behind a month: "15JAN27". */
export const YEAR =
  '(?:,? (?:de |of )?(?<year>202\\d|203[0-5])(?! ?(?:l|lt|z|h|hrs?|local)(?!\\p{L}))|(?<=\\p{L})(?<short>\\d{2}))?'

export const countAs = (group: string) => `(?<${group}>${numberPattern}|an?|couple of|few)`
export const COUNT = countAs('count')
export const UNIT =
  '(?<unit>days?|nights?|weeks?|tage?n?|nächten?|wochen?|jours?|nuits?|semaines?|días?|noches?|semanas?)'

const seasons =
  'spring|summer|fall|autumn|winter|frühling|frühjahr|sommer|herbst|printemps|été|automne|hiver|primavera|verano|otoño|invierno'
export const SEASON = `(?:${seasons})`
export const PERIOD = `(?:week-?end|fin de semana|month|quarter|year|week|${seasons}|wochenende|woche|monat|jahr|semaine|mois|semana|mes)`
export const MONTH_NAME = monthPattern

/** How many days "two weeks" or "3 nights" are. */
export function daysIn(count: string | undefined, unit: string | undefined): number | null {
  const number = /^an?$/i.test(count ?? '') ? 1 : /couple/i.test(count ?? '') ? 2 : numberOf(count ?? '')
  return number === null ? null : number * (/^(week|woche|semaine|semana)/i.test(unit ?? '') ? 7 : 1)
}
