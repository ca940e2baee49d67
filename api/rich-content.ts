import type { ToolContext } from '../tools/context.ts'
import { InvalidInputError } from '../tools/errors.ts'
import type { Message } from '../tools/messages/message.ts'
import { type Card, parseRichContent } from '../tools/messages/rich-content/rich-content.ts'
import { readProposal } from '../tools/proposals/proposal.ts'
import { readQuote, validUntil } from '../tools/quotes/quote.ts'
import { readRequest } from '../tools/requests/request.ts'

/**
 * What a message shows beside its words, checked for its type. Facts about rows come from the rows, which must be the broker's
 * own: a price that is shown to anyone is the price of a quote.
 */
export async function richContentOf(
  content_type: Message['content_type'],
  given: unknown,
  context: ToolContext,
): Promise<Card | null> {
  const card = parseRichContent(content_type, given)
  switch (card?.card) {
    case 'quote': {
      const quote = await readQuote(card.quote_id, context)
      const { operator_name, aircraft_type, aircraft_tail_number, total_price, currency } = quote
      const facts = { operator_name, aircraft_type, aircraft_tail_number, total_price, currency }
      return { ...card, ...facts, valid_until: validUntil(quote) }
    }
    case 'proposal': {
      const { proposal_number, final_amount, sent_to_email } = await readProposal(card.proposal_id, context)
      return { ...card, proposal_number, final_amount, sent_to_email }
    }
    case 'trip': {
      const { avinode_deep_link } = await readRequest(card.request_id, context)
      if (avinode_deep_link === null) throw refused('request_id', 'This request has no trip in Avinode yet')
      return { ...card, deep_link: avinode_deep_link }
    }
    case 'request': {
      const { status } = await readRequest(card.request_id, context)
      return { ...card, status }
    }
    case 'booking': {
      if (card.request_id) await readRequest(card.request_id, context)
      if (card.quote_id) await readQuote(card.quote_id, context)
      return card
    }
    case 'payment': {
      if (card.proposal_id) await readProposal(card.proposal_id, context)
      return card
    }
    default:
      return card
  }
}

const refused = (field: string, message: string) => new InvalidInputError([{ path: `rich_content.${field}`, message }])
