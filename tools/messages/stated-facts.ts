import { strict } from 'chrono-node'
import { InvalidInputError } from '../errors.ts'
import { parseMoney, sayMoney } from '../money.ts'
import { amountsIn } from './visible-text.ts'

const CURRENCY = String.raw`(?:USD|EUR|GBP|CHF|AED|US\$|[$€£])`
const DIGITS = String.raw`\d[\d,.'’ \u00a0]*(?:\s?(?:k|m|thousand|million)\b)?`
const PRICE = new RegExp(
  `${CURRENCY}\\s?${DIGITS}|\\d[\\d,.'’]*(?:\\s?(?:k|m|thousand|million))?\\s?(?:${CURRENCY}|(?:US )?dollars?|euros?|pounds|francs)(?![\\p{L}\\d])`,
  'giu',
)

/** Every amount, in cents, that a text marks as money by its currency. */
export const pricesIn = (text: string): bigint[] =>
  (text.normalize('NFKC').match(PRICE) ?? []).flatMap((written) => [...amountsIn(written)].slice(0, 1))

/** The days that a text names with day and month, each as all that it may mean: `2026-12-04`, or `12-04` where it names no year. */
export function daysIn(text: string): string[][] {
  const numeric = /(?<!\d)(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?!\d)/g
  const either = [...text.matchAll(numeric)].map(([, a = '', , b = '', year]) => [
    `${year}-${a.padStart(2, '0')}-${b.padStart(2, '0')}`,
    `${year}-${b.padStart(2, '0')}-${a.padStart(2, '0')}`,
  ])
  const spelt = strict
    .parse(text.replace(numeric, ' ').replace(/\d{1,2}\/\d{1,2}/g, ' ')) // "24/7" is no day
    .flatMap(({ start, end }) => [start, ...(end ? [end] : [])])
    .filter((day) => day.isCertain('day') && day.isCertain('month'))
    .map((day) => {
      const short = [day.get('month'), day.get('day')].map((part) => String(part).padStart(2, '0')).join('-')
      return [day.isCertain('year') ? `${day.get('year')}-${short}` : short]
    })
  return [...either, ...spelt]
}

/** Refuses words for a client that name another price than the proposal's, or a day that belongs to nothing in it: whoever wrote them got it wrong. */
export function refuseForeignFacts(
  fields: Record<string, string>,
  { final_amount, currency, days }: { final_amount: string; currency: string; days: readonly string[] },
) {
  const price = parseMoney(final_amount)
  const known = (day: string) => days.some((one) => one === day || one.slice(5) === day)
  const issues = Object.entries(fields).flatMap(([path, text]) => [
    ...(pricesIn(text).every((cents) => cents === price)
      ? []
      : [
          { path, message: `The price of this proposal is ${sayMoney(final_amount, currency)}: name this one or none` },
        ]),
    ...(daysIn(text).every((readings) => readings.some(known))
      ? []
      : [{ path, message: 'A day is named that is neither a day of the flights nor the end of the offer' }]),
  ])
  if (issues.length > 0) throw new InvalidInputError(issues)
}
