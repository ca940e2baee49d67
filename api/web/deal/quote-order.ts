import type { Quote, ScorePart } from '../data/rows.ts'
import { formatMoney } from '../look/format.ts'

const CLOSED = new Set(['rejected', 'expired'])

/** Open quotes best first, then those that are out of the running. */
export const inOrder = (quotes: Quote[]) =>
  [...quotes].sort(
    (a, b) =>
      Number(CLOSED.has(a.status)) - Number(CLOSED.has(b.status)) ||
      (a.ranking ?? 99) - (b.ranking ?? 99) ||
      Number(a.total_price) - Number(b.total_price),
  )

/** The quote that was ranked first; without a ranking none is best. */
export const bestOf = (ordered: Quote[]) => ordered.find(({ ranking, status }) => ranking === 1 && !CLOSED.has(status))

/** `+ $3,200` against the best; nothing can be said across currencies. */
export function differenceTo(quote: Quote, best: Quote) {
  if ((quote.currency ?? 'USD') !== (best.currency ?? 'USD')) return 'other currency'
  const cents = Math.round(Number(quote.total_price) * 100) - Math.round(Number(best.total_price) * 100)
  return formatMoney(String(cents / 100), quote.currency, { sign: true })
}

export const partsOf = ({ metadata }: Quote) =>
  Array.isArray(metadata.score_parts) ? (metadata.score_parts as ScorePart[]) : []

/** Why the best is the best: what it scored most of the points for. */
export function reasonOf(best: Quote): string {
  const strong = partsOf(best)
    .filter(({ points, of }) => points / of >= 0.75)
    .map(({ reason }) => reason)
  const why = strong.length > 0 ? strong.join(' ') : (best.analysis_notes ?? 'Highest score of all.')
  return `Best: ${best.operator_name}. ${why}`
}
