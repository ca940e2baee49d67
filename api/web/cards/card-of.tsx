import type { Message } from '../data/rows.ts'
import { ApprovalCard } from './approval-card.tsx'
import { ComparisonCard } from './comparison-card.tsx'
import {
  BookingCard,
  DeclineCard,
  DocumentCard,
  PaymentCard,
  ProposalAnswerCard,
  RequestCard,
} from './record-cards.tsx'
import { NoticeCard, ProposalCard, QuoteCard } from './small-cards.tsx'
import { TripCard } from './trip-card.tsx'

const CARDS: Record<string, (props: { message: Message; card: Card }) => React.ReactNode> = {
  approval: ({ card }) => <ApprovalCard approval_id={text(card.approval_id)} />,
  trip: ({ message, card }) => (
    <TripCard request_id={text(card.request_id)} deep_link={text(card.deep_link)} words={message.content ?? ''} />
  ),
  comparison: ({ message, card }) => (
    <ComparisonCard request_id={text(card.request_id)} card={card} words={message.content ?? ''} />
  ),
  quote: ({ card }) => <QuoteCard card={card} />,
  proposal: ({ card }) => <ProposalCard card={card} />,
  notice: ({ card }) => <NoticeCard card={card} />,
  decline: ({ card }) => <DeclineCard card={card} />,
  request: ({ card }) => <RequestCard card={card} />,
  proposal_answer: ({ card }) => <ProposalAnswerCard card={card} />,
  booking: ({ card }) => <BookingCard card={card} />,
  payment: ({ card }) => <PaymentCard card={card} />,
  document: ({ card }) => <DocumentCard card={card} />,
}

export type Card = NonNullable<Message['rich_content']>

/** The card of a message; null for a message without one, or with one that this page does not know: its words remain. */
export function CardOf({ message }: { message: Message }) {
  const card = message.rich_content
  const draw = card && CARDS[String(card.card)]
  return draw ? draw({ message, card }) : null
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')
