import type { Quote } from '../data/rows.ts'
import { partsOf } from './quote-order.ts'

const NAMES: Record<string, string> = { price: 'Price', aircraft: 'Aircraft', operator: 'Operator', terms: 'Terms' }

/** Points of a hundred, and which parts they come from. */
export function Score({ quote }: { quote: Quote }) {
  if (quote.score === null) return <span className="soft">Not scored yet</span>
  return (
    <div className="score">
      <span>
        <strong className="figure">{quote.score}</strong>
        <span className="soft"> / 100</span>
      </span>
      <ul>
        {partsOf(quote).map(({ part, points, of }) => (
          <li key={part}>
            <span className="soft">{NAMES[part] ?? part}</span>
            <svg className="bar" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
              <rect width={(points / of) * 100} height="2" />
            </svg>
            <span className="figure">
              {points}
              <span className="soft">/{of}</span>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}

/** The reasons of the parts, but not of the operator, who has a row. */
export function ScoreReasons({ quote }: { quote: Quote }) {
  if (partsOf(quote).length === 0) return quote.analysis_notes
  return (
    <ul className="small-list">
      {partsOf(quote)
        .filter(({ part }) => part !== 'operator')
        .map(({ part, reason }) => (
          <li key={part}>{reason}</li>
        ))}
    </ul>
  )
}
