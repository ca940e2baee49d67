import { z } from 'zod'
import { InvalidInputError } from '../../errors.ts'
import type { Message } from '../message.ts'
import { BookingCard, PaymentCard } from './booking-card.ts'
import { ApprovalCard, DocumentCard, NoticeCard } from './notice-card.ts'
import { ProposalAnswerCard, ProposalCard } from './proposal-card.ts'
import { DeclineCard, QuoteCard } from './quote-card.ts'
import { ComparisonCard, RequestCard, TripCard } from './request-card.ts'

export const cards = {
  QuoteCard,
  DeclineCard,
  TripCard,
  RequestCard,
  ComparisonCard,
  ProposalCard,
  ProposalAnswerCard,
  BookingCard,
  PaymentCard,
  ApprovalCard,
  NoticeCard,
  DocumentCard,
} as const

const Card = z.discriminatedUnion('card', [
  QuoteCard,
  DeclineCard,
  TripCard,
  RequestCard,
  ComparisonCard,
  ProposalCard,
  ProposalAnswerCard,
  BookingCard,
  PaymentCard,
  ApprovalCard,
  NoticeCard,
  DocumentCard,
])
/** What a message shows beside its words, told apart by `card`. */
export type Card = z.output<typeof Card>

type ContentType = Message['content_type']

/** The cards that a message of each type may carry; the first is meant where a card does not say what it is. */
const CARDS: Record<ContentType, readonly (z.ZodObject & z.ZodType<Card>)[]> = {
  text: [],
  quote_shared: [QuoteCard],
  quote_updated: [QuoteCard],
  quote_accepted: [QuoteCard],
  quote_rejected: [QuoteCard, DeclineCard],
  quote_expired: [QuoteCard],
  rfp_created: [TripCard],
  rfp_updated: [TripCard, RequestCard],
  proposal_shared: [ProposalCard],
  document_attached: [DocumentCard],
  booking_confirmed: [BookingCard],
  payment_requested: [PaymentCard],
  system_notification: [NoticeCard],
  workflow_update: [NoticeCard, ComparisonCard, ApprovalCard, RequestCard, ProposalAnswerCard],
  typing_indicator: [],
}

/** Types that say nothing without their card. */
const NEEDS_CARD: ReadonlySet<ContentType> = new Set([
  'quote_shared',
  'quote_updated',
  'quote_accepted',
  'quote_rejected',
  'quote_expired',
  'rfp_created',
  'rfp_updated',
  'proposal_shared',
  'booking_confirmed',
  'payment_requested',
])

/** The card of a message, checked for its content type; null for a message of words alone. Throws field by field what is wrong. */
export function parseRichContent(content_type: ContentType, rich_content: unknown): Card | null {
  const [first, ...others] = CARDS[content_type]
  if (rich_content === null || rich_content === undefined) {
    if (!NEEDS_CARD.has(content_type)) return null
    throw refused('', `A message of type ${content_type} needs its rich_content`)
  }
  if (!first) throw refused('', `A message of type ${content_type} has no rich_content`)
  const named = (rich_content as { card?: unknown }).card ?? nameOf(first)
  const schema = [first, ...others].find((each) => nameOf(each) === named)
  if (!schema) throw refused('card', `A message of type ${content_type} carries no such card`)
  const parsed = schema.safeParse(rich_content)
  if (parsed.success) return parsed.data
  throw new InvalidInputError(
    parsed.error.issues.flatMap((issue) => {
      const path = ['rich_content', ...issue.path.map(String)]
      if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }]
      return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'This field does not exist' }))
    }),
  )
}

/** The card of a row, or undefined for a row without one, or with one of a version that is not known here: its words remain. */
export const readCard = (rich_content: unknown): Card | undefined => Card.safeParse(rich_content).data

const nameOf = (schema: z.ZodObject): unknown => schema.shape.card?.parse(undefined)

const refused = (field: string, message: string) =>
  new InvalidInputError([{ path: ['rich_content', field].filter(Boolean).join('.'), message }])
