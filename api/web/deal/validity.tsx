import type { Quote } from '../data/rows.ts'
import { formatCountdown, formatMoment } from '../look/format.ts'

const SOON_MS = 24 * 3_600_000

/** How long the price holds, counting down. */
export function Validity({ quote, now }: { quote: Quote; now: number }) {
  const until = quote.price_locked_until ?? quote.valid_until
  if (!until) return <span className="soft">Not stated</span>
  const left = formatCountdown(until, now)
  const kind = left === null ? 'over' : Date.parse(until) - now < SOON_MS ? 'soon' : 'long'
  return (
    <span className="validity" data-kind={kind}>
      <time className="figure" dateTime={until} title={formatMoment(until)}>
        {left === null ? 'Expired' : `${left} left`}
      </time>
      {quote.availability_confirmed === false && <span className="soft">Availability not confirmed</span>}
    </span>
  )
}
