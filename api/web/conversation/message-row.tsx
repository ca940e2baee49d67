import { memo } from 'react'
import { CardOf } from '../cards/card-of.tsx'
import type { Message, Step } from '../data/rows.ts'
import type { Answer } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatClock, formatMoment } from '../look/format.ts'
import { Icon, type IconName } from '../look/icon.tsx'
import { Markdown } from './markdown.tsx'
import { Steps } from './steps.tsx'

type Props = {
  message: Message
  /** The first of several in a row by the same sender says who speaks. */
  isFirst: boolean
  /** Set while the assistant is still at it. */
  live?: Answer | undefined
  /** Where an operator reads along, each of the broker's messages says how far it got. */
  withOperator: boolean
}

/** One message with its card, if it carries one. */
export const MessageRow = memo(function MessageRow({ message, isFirst, live, withOperator }: Props) {
  const steps = live?.steps ?? (message.metadata?.steps as Step[] | undefined)
  const stopped = message.metadata?.stopped === true
  const card = message.deleted_at ? null : <CardOf message={message} />
  return (
    <article className="message" data-sender={message.sender_type} data-first={isFirst} aria-busy={live !== undefined}>
      {isFirst && (
        <header>
          <strong>{speakerOf(message)}</strong>
          {message.sender_type === 'operator' && <span className="tag">Operator</span>}
          <time dateTime={message.created_at} title={formatMoment(message.created_at)}>
            {formatClock(message.created_at)}
          </time>
        </header>
      )}
      {(steps || live) && <Steps steps={steps ?? []} running={live !== undefined} />}
      <Words message={message} hasCard={card !== null} />
      {stopped && <p className="soft">You stopped the answer here.</p>}
      {card}
      {message.sender_type === 'iso_agent' && <Delivery message={message} withOperator={withOperator} />}
    </article>
  )
})

const SPEAKERS = { ai_assistant: 'Assistant', system: 'JetVision', operator: 'Operator', iso_agent: 'You' }

const speakerOf = ({ sender_type, sender_name }: Message) =>
  sender_type === 'operator' && sender_name ? sender_name : SPEAKERS[sender_type]

/** Cards that say it all themselves. */
const SPEAKING_CARDS = ['approval', 'comparison', 'trip']

function Words({
  message: { content, deleted_at, rich_content, is_edited },
  hasCard,
}: {
  message: Message
  hasCard: boolean
}) {
  if (deleted_at) return <p className="soft">This message was deleted.</p>
  if (!content || (hasCard && SPEAKING_CARDS.includes(String(rich_content?.card)))) return null
  return (
    <div className="words">
      <Markdown text={content} />
      {is_edited && <span className="soft"> (edited)</span>}
    </div>
  )
}

const DELIVERY: Record<Message['status'], [IconName, string]> = {
  sending: ['clock', 'Sending …'],
  sent: ['check', 'Sent through Avinode'],
  delivered: ['checks', 'Delivered'],
  read: ['checks', 'Read'],
  failed: ['alert', 'Not delivered'],
}

function Delivery({ message: { status, content }, withOperator }: { message: Message; withOperator: boolean }) {
  const { suggest } = useDesk()
  if (!withOperator && status !== 'sending' && status !== 'failed') return null
  const [icon, words] = DELIVERY[status]
  return (
    <p className="delivery" data-status={status}>
      <Icon name={icon} /> {words}
      {status === 'failed' && (
        <button type="button" className="quiet small" onClick={() => suggest(content ?? '')}>
          Write it again
        </button>
      )}
    </p>
  )
}
