import type { ReactNode } from 'react'
import { Verbatim } from '../conversation/verbatim.tsx'
import { stateName } from '../data/states.ts'
import { formatLongDay, formatMoment, formatMoney } from '../look/format.ts'
import { Icon, type IconName } from '../look/icon.tsx'
import type { Card } from './card-of.tsx'

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined)

/** What a card records, line by line. Words of others stand as they are, addresses are shown and not followed. */
function RecordCard({
  icon,
  title,
  tag,
  lines,
  children,
}: {
  icon: IconName
  title: string
  tag?: string
  lines?: (readonly [string, string | undefined])[]
  children?: ReactNode
}) {
  const filled = (lines ?? []).flatMap(([name, value]) => (value ? [[name, value] as const] : []))
  return (
    <section className="card record-card" aria-label={title}>
      <header>
        <Icon name={icon} />
        <h2>{title}</h2>
        {tag && <span className="tag">{tag}</span>}
      </header>
      {children}
      {filled.length > 0 && (
        <dl className="facts">
          {filled.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <Verbatim text={value} />
              </dd>
            </div>
          ))}
        </dl>
      )}
    </section>
  )
}

/** An operator who does not fly this, or a quote that was put aside. */
export const DeclineCard = ({ card }: { card: Card }) => (
  <RecordCard
    icon="close"
    title={card.rejected_by === 'broker' ? 'Quote declined by you' : 'Declined by the operator'}
    lines={[['Reason', text(card.reason)]]}
  />
)

/** A request that came to a new state. */
export const RequestCard = ({ card }: { card: Card }) => (
  <RecordCard icon="clock" title={stateName(text(card.status) ?? 'draft')} />
)

/** What the client said to a proposal. */
export const ProposalAnswerCard = ({ card }: { card: Card }) => (
  <RecordCard
    icon={card.decision === 'accepted' ? 'check' : 'close'}
    title={text(card.proposal_number) ?? 'Proposal'}
    tag={card.decision === 'accepted' ? 'Accepted by the client' : 'Declined by the client'}
    lines={[
      ['By', text(card.name)],
      ['Reason', text(card.reason)],
    ]}
  />
)

/** The flight is booked. */
export const BookingCard = ({ card }: { card: Card }) => (
  <RecordCard
    icon="plane"
    title="Booked"
    lines={[
      ['Reference', text(card.booking_reference)],
      ['Confirmed', text(card.confirmed_at) && formatMoment(String(card.confirmed_at))],
      ['Note', text(card.note)],
    ]}
  />
)

/** Money that somebody is asked for. */
export const PaymentCard = ({ card }: { card: Card }) => (
  <RecordCard
    icon="mail"
    title="Payment requested"
    lines={[
      ['For', text(card.description)],
      ['Until', text(card.due_date) && formatLongDay(String(card.due_date))],
      ['Pay at', text(card.payment_url)],
    ]}
  >
    <strong className="figure price">
      {formatMoney(String(card.amount ?? '0'), text(card.currency), { exact: true })}
    </strong>
  </RecordCard>
)

/** What stands beside files that were shared. */
export const DocumentCard = ({ card }: { card: Card }) => (
  <RecordCard icon="file" title={text(card.title) ?? 'Document'} lines={[['About', text(card.description)]]} />
)
