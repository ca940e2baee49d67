import { z } from 'zod'
import { InvalidInputError } from './errors.ts'

/** An amount at a border: a decimal with two places. Numbers in JSON are floats, so it is text. */
export const Money = z.string().describe('Decimal with two places, as "128800.00"')

const LARGEST = 9_999_999_999_99n // numeric(12,2)
const PLAIN = /^(\d+)(?:\.(\d*))?$/
const GROUPED = /^\d{1,3}(,\d{3})+(\.\d*)?$/

/** Reads an amount into cents: `112000`, `"112000.00"`, `"112,000.5"`, `"$112,000"`. Refuses what is negative, not a number, finer than cents or too large for the database. */
export function parseMoney(value: string | number, path = 'amount'): bigint {
  const refuse = (message: string) => new InvalidInputError([{ path, message: `${path}: ${message}` }])
  const written = String(value)
    .trim()
    .replace(/^\$\s*/, '')
  const [, whole, fraction = ''] = (GROUPED.test(written) ? written.replaceAll(',', '') : written).match(PLAIN) ?? []
  if (whole === undefined) throw refuse(`${JSON.stringify(value)} is not an amount of money`)
  if (fraction.replace(/0+$/, '').length > 2) throw refuse('money has no more than two decimals')
  const cents = BigInt(whole) * 100n + BigInt(fraction.slice(0, 2).padEnd(2, '0'))
  if (cents > LARGEST) throw refuse('the amount is too large')
  return cents
}

/** Cents as `"128800.00"`. */
export function formatMoney(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0')
  return `${cents < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** An amount as a document states it: `USD 128,800.00`. */
export function spellMoney(amount: string, currency: string): string {
  const [whole = '', fraction = '00'] = amount.split('.')
  return `${currency} ${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction.padEnd(2, '0')}`
}

/** The same amount in a sentence: `USD 128,800`, with cents only where there are any. */
export const sayMoney = (amount: string, currency: string) => spellMoney(amount, currency).replace(/\.00$/, '')

export const MarginType = z.enum(['percentage', 'fixed'])

export type Margin = { margin_type: z.output<typeof MarginType>; margin_value: string | number }

/** The value of a margin as an exact decimal; a percentage above 100 is refused. */
export function parseMargin({ margin_type, margin_value }: Margin): bigint {
  const value = parseMoney(margin_value, 'margin_value')
  if (margin_type === 'percentage' && value > 10_000n) {
    throw new InvalidInputError([{ path: 'margin_value', message: 'A margin of more than 100 % is surely a slip' }])
  }
  return value
}

/** What the client pays: the operator's total and our margin. A percentage is rounded half up, to the cent. */
export function applyMargin(total: string, margin_of: Margin) {
  const net = parseMoney(total, 'total_amount')
  const value = parseMargin(margin_of)
  // A percentage has two decimals as well: 15 % is 1500 of 10000.
  const margin = margin_of.margin_type === 'fixed' ? value : (net * value + 5_000n) / 10_000n
  if (net + margin > LARGEST) {
    throw new InvalidInputError([{ path: 'margin_value', message: 'With this margin the price is too large' }])
  }
  return {
    total_amount: formatMoney(net),
    margin_applied: formatMoney(margin),
    final_amount: formatMoney(net + margin),
  }
}
