import { useDesk } from '../frame/desk-context.ts'
import { formatMoment, formatMoney } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { Alert } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'
import type { Card } from './card-of.tsx'
import { openPdf } from './pdf.ts'

const text = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** An operator's quote where it came in. */
export function QuoteCard({ card }: { card: Card }) {
  const { showTab } = useDesk()
  const price = text(card.total_price)
  return (
    <section className="card quote-card" aria-label="Quote">
      <p className="amount">
        {price && <strong className="figure price">{formatMoney(price, text(card.currency))}</strong>}
        <span className="soft">
          {[text(card.aircraft_type), text(card.aircraft_tail_number)].filter(Boolean).join(' · ')}
        </span>
      </p>
      {text(card.valid_until) && <p className="soft">Valid until {formatMoment(String(card.valid_until))}</p>}
      <button type="button" className="quiet small" onClick={() => showTab('Quotes')}>
        Compare
      </button>
    </section>
  )
}

/** A proposal that went out. */
export function ProposalCard({ card }: { card: Card }) {
  const { store, showTab } = useDesk()
  const { busy, problem, run } = useAction()
  const price = text(card.final_amount)
  return (
    <section className="card proposal-card" aria-label="Proposal">
      <header>
        <Icon name="mail" />
        <h2>{text(card.proposal_number)}</h2>
        {price && <strong className="figure">{formatMoney(price, text(card.currency))}</strong>}
      </header>
      {problem && <Alert>{problem}</Alert>}
      <div className="actions">
        <button
          type="button"
          className="quiet small"
          disabled={busy}
          onClick={() => void run(() => openPdf(store, String(card.proposal_id)))}
        >
          <Icon name="file" /> PDF
        </button>
        <button type="button" className="quiet small" onClick={() => showTab('Proposal')}>
          Views and answer
        </button>
      </div>
    </section>
  )
}

/** Something that went wrong, explained: what the broker can do about it. */
export function NoticeCard({ card }: { card: Card }) {
  const advice = text(card.advice)
  const done = text(card.action_taken)
  if (!advice && !done) return null
  return (
    <section className="card notice-card" aria-label="Notice">
      {done && <p>{done}</p>}
      {advice && (
        <p>
          <strong>What you can do:</strong> {advice}
        </p>
      )}
    </section>
  )
}
