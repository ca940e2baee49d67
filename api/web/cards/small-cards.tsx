import { useProposal } from '../data/use-proposal.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatMoment, formatMoney } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import type { Card } from './card-of.tsx'
import { Paper } from './paper.tsx'
import { Reach } from './reach.tsx'

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

/** A proposal that went out, and what became of it. */
export function ProposalCard({ card }: { card: Card }) {
  const { showTab } = useDesk()
  const proposal_id = text(card.proposal_id) ?? ''
  const proposal = useProposal(proposal_id)
  const price = text(card.final_amount)
  return (
    <section className="card proposal-card" aria-label="Proposal">
      <header>
        <Icon name="mail" />
        <h2>{text(card.proposal_number)}</h2>
        {price && <strong className="figure">{formatMoney(price, text(card.currency))}</strong>}
      </header>
      <div className="paper-and-reach">
        <Paper proposal_id={proposal_id} proposal={proposal} />
        <Reach proposal={proposal} />
      </div>
      <button type="button" className="quiet small" onClick={() => showTab('Proposal')}>
        Price, margin and answer
      </button>
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
