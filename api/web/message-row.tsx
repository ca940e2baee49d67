import { ApprovalCard } from './approval-card.tsx'
import { formatClock, formatMoment, formatMoney } from './format.ts'
import type { Step } from './live.ts'
import { Markdown } from './markdown.tsx'
import type { Message } from './rows.ts'
import { Steps } from './steps.tsx'
import { type Store, useStore } from './store.ts'

const SPEAKERS = { iso_agent: 'You', ai_assistant: 'Assistant', operator: 'Operator', system: 'JetVision' }

/** One message with its card, if it carries one. */
export function MessageRow({ message, store }: { message: Message; store: Store }) {
  const speaker =
    message.sender_type === 'operator' ? (message.sender_name ?? 'Operator') : SPEAKERS[message.sender_type]
  const steps = message.metadata?.steps as Step[] | undefined
  return (
    <article className={`message ${message.sender_type}`}>
      <header>
        <strong>{speaker}</strong>
        {message.sender_type === 'operator' && <span className="tag">operator</span>}
        <time dateTime={message.created_at} title={formatMoment(message.created_at)}>
          {formatClock(message.created_at)}
        </time>
        {message.status === 'sending' && <span className="soft">sending …</span>}
        {message.status === 'failed' && <span className="problem">not delivered</span>}
      </header>
      {steps && <Steps steps={steps} />}
      {message.deleted_at ? (
        <p className="soft">This message was deleted.</p>
      ) : (
        <Markdown text={message.content ?? ''} />
      )}
      <Card message={message} store={store} />
    </article>
  )
}

function Card({ message, store }: { message: Message; store: Store }) {
  const { approvals } = useStore(store)
  const card = message.rich_content
  if (!card || message.deleted_at) return null
  if (card.card === 'approval') {
    const approval = approvals[String(card.approval_id)]
    return approval ? <ApprovalCard approval={approval} store={store} /> : null
  }
  if (card.card === 'trip')
    return <TripCard request_id={String(card.request_id)} deep_link={String(card.deep_link)} store={store} />
  if (message.content_type === 'quote_shared' || message.content_type === 'quote_updated')
    return <QuoteCard card={card} />
  return null
}

function TripCard({ request_id, deep_link, store }: { request_id: string; deep_link: string; store: Store }) {
  const { requests } = useStore(store)
  const asked = (requests[request_id]?.operators_contacted ?? 0) > 0
  return (
    <div className="card trip-card">
      <p>
        {asked
          ? 'RFQs are out. Open Avinode to ask more operators.'
          : 'Pick operators in Avinode and send the RFQs there.'}
      </p>
      {/^https?:\/\//.test(deep_link) && (
        <a className="button" href={deep_link} target="_blank" rel="noreferrer">
          Open Avinode
        </a>
      )}
    </div>
  )
}

function QuoteCard({ card }: { card: Record<string, unknown> }) {
  return (
    <div className="card">
      <p>
        <strong className="figure">{formatMoney(String(card.total_price))}</strong> · {String(card.operator_name)} ·{' '}
        {String(card.aircraft_type ?? '')}
      </p>
      {typeof card.valid_until === 'string' && <p className="soft">Valid until {formatMoment(card.valid_until)}</p>}
    </div>
  )
}
