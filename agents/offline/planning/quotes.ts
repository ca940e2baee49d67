import type { QuoteChoice } from '../reading/intent-kinds.ts'
import { readOrdinal } from '../reading/numbers.ts'
import type { TripReading } from '../reading/trip.ts'
import { priceLabel, quoteLabel } from './describe.ts'
import { explain } from './failures.ts'
import { offerProposal, whoIsTheClient } from './phrases.ts'
import { AnalysisAnswer, MessageAnswer, type QuoteRow, Quotes } from './rows.ts'
import { call, resultOf, type Step, say, type Turn } from './turn.ts'
import { whichRequest } from './which-request.ts'

/** Which quote is best and why: the analyst's answer. */
export function planBestQuote(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const analysis = resultOf(turn, 'proposal_analysis', AnalysisAnswer)
  if (!analysis) return call('proposal_analysis', { task: turn.text, request_id: which.request.id })
  if (!analysis.ok) return say(explain(analysis.failure))
  const { summary, ranking, best_quote_id } = analysis.value
  const others = ranking
    .filter(({ ranking }) => ranking > 1)
    .map(
      (quote) =>
        `${quote.ranking}. ${quote.operator_name}, ${priceLabel(quote.total_price, quote.currency)}, score ${quote.score}: ${quote.reason}`,
    )
  return say(cheapestOf(turn.text, ranking), summary, others.join('\n'), best_quote_id && offerProposal)
}

/** Which is cheapest, where that was asked: the best one need not be. */
function cheapestOf(
  text: string,
  ranking: readonly { operator_name: string; total_price: string; currency: string }[],
) {
  const asked = /\b(cheap\w*|lowest|least expensive|günstig\w*|billig\w*|moins ch\w+|barat[oa])/iu.test(text)
  const [cheapest] = ranking.toSorted((a, b) => Number(a.total_price) - Number(b.total_price))
  if (!asked || !cheapest || ranking.some(({ currency }) => currency !== cheapest.currency)) return null
  return `The cheapest is ${cheapest.operator_name}: ${priceLabel(cheapest.total_price, cheapest.currency)}.`
}

/** From "the second one" to a proposal whose e-mail waits for approval. */
export function planSendProposal(turn: Turn, trip: TripReading, choice: QuoteChoice): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const { request } = which
  const sent = resultOf(turn, 'communication', MessageAnswer)
  if (sent) return say(sent.ok ? outcomeSentence(sent.value) : `Nothing was sent. ${explain(sent.failure)}`)
  const quotes = resultOf(turn, 'list_quotes', Quotes)
  if (!quotes) return call('list_quotes', { request_id: request.id })
  if (!quotes.ok) return say(explain(quotes.failure))
  const chosen = chooseQuote(quotes.value.quotes, choice)
  if ('problem' in chosen && request.status === 'generating_email' && choice.ordinal === null) {
    const task = 'Send the proposal that is ready to the client.'
    return call('communication', { task, request_id: request.id, quote_id: null, proposal_id: null })
  }
  if ('problem' in chosen) return say(chosen.problem)
  if (!request.client) return say(`The proposal goes to the client, and this request has none yet: ${whoIsTheClient}?`)
  return call('communication', {
    task: `Make the proposal for the quote of ${chosen.quote.operator_name}${choice.is_sent ? ' and send it to the client' : ''}.`,
    request_id: request.id,
    quote_id: chosen.quote.id,
    proposal_id: null,
  })
}

/** "make the margin 12 %" */
export function planMargin(turn: Turn, trip: TripReading, margin: { margin_type: string; margin_value: string }): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const changed = resultOf(turn, 'communication', MessageAnswer)
  if (!changed) {
    const task = `Change the margin of the proposal to ${margin.margin_value} ${margin.margin_type === 'percentage' ? '%' : 'fixed'}.`
    return call('communication', { task, request_id: which.request.id, quote_id: null, proposal_id: null })
  }
  return say(changed.ok ? changed.value.note : explain(changed.failure))
}

/** "what is our margin on this?" */
export function planMarginQuestion(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const told = resultOf(turn, 'communication', MessageAnswer)
  if (!told) {
    const task = 'Say what margin the proposal has.'
    return call('communication', { task, request_id: which.request.id, quote_id: null, proposal_id: null })
  }
  return say(told.ok ? told.value.note : explain(told.failure))
}

/** A message to the operator of one quote, which the broker approves before it leaves. */
export function planOperatorMessage(turn: Turn, trip: TripReading, { to, text }: { to: string; text: string }): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const written = resultOf(turn, 'communication', MessageAnswer)
  if (written) return say(written.ok ? written.value.note : `Nothing was sent. ${explain(written.failure)}`)
  const quotes = resultOf(turn, 'list_quotes', Quotes)
  if (!quotes) return call('list_quotes', { request_id: which.request.id })
  if (!quotes.ok) return say(explain(quotes.failure))
  const rooms = onePerRoom(quotes.value.quotes)
  const meant = byOperator(rooms, to) ?? byOrdinal(rooms.filter(isOpen), readOrdinal(to))
  const chosen = meant ?? (rooms.length === 1 ? rooms[0] : undefined)
  if (!chosen) {
    return say(
      rooms.length > 0
        ? `To which operator: ${rooms.map(({ operator_name }) => operator_name).join(', ')}?`
        : 'No operator has answered yet, so there is nobody to write to.',
    )
  }
  const task = `Write to the operator ${chosen.operator_name}: "${text}"`
  return call('communication', { task, request_id: which.request.id, quote_id: chosen.id, proposal_id: null })
}

/** An operator who quoted anew is still one operator, in one room. */
const onePerRoom = (quotes: readonly QuoteRow[]) =>
  [...new Set(quotes.flatMap(({ conversation_id }) => conversation_id ?? []))].flatMap((room) => {
    const told = quotes.filter(({ conversation_id }) => conversation_id === room)
    return told.find(isOpen) ?? told.slice(0, 1)
  })

/** What became of a proposal's e-mail. */
export function outcomeSentence({ approval, note }: { approval: string; note: string }): string {
  if (approval === 'executed') return `Sent. ${note}`
  if (approval === 'rejected') return `${note} Tell me what should be different, or choose another quote.`
  return note
}

const isOpen = ({ status }: QuoteRow) => !['expired', 'rejected'].includes(status)

/** The quote that the words mean, or a sentence that says why none is certain. */
export function chooseQuote(
  quotes: readonly QuoteRow[],
  choice: QuoteChoice,
): { quote: QuoteRow } | { problem: string } {
  const open = quotes.filter(isOpen).toSorted((a, b) => (a.ranking ?? 999) - (b.ranking ?? 999))
  if (open.length === 0)
    return {
      problem:
        'There is no open quote for this request yet, so there is nothing to propose. I tell you as soon as one is in.',
    }
  const by_id = open.find(({ id }) => id === choice.quote_id)
  if (choice.quote_id) return by_id ? { quote: by_id } : { problem: 'This quote is no longer open.' }
  const cheapest = open.toSorted((a, b) => Number(a.total_price) - Number(b.total_price))[0]
  // Of three, "the cheaper one" may be either of two.
  const is_cheapest = choice.cheapest || (open.length === 2 && /\b(cheaper|lower)\b/i.test(choice.words))
  const found = byOperator(open, choice.words) ?? (is_cheapest ? cheapest : byOrdinal(open, choice.ordinal))
  if (found) return { quote: found }
  if (choice.ordinal !== null)
    return {
      problem: `There ${open.length === 1 ? 'is only one open quote' : `are only ${open.length} open quotes`}. Which one?\n${numbered(open)}`,
    }
  if (open.length === 1 && open[0]) return { quote: open[0] }
  return { problem: `For which quote?\n${numbered(open)}` }
}

const numbered = (quotes: readonly QuoteRow[]) =>
  quotes.map((quote, index) => `${index + 1}. ${quoteLabel(quote)}`).join('\n')

const byOrdinal = (quotes: readonly QuoteRow[], ordinal: number | null) =>
  ordinal === null
    ? undefined
    : ordinal < 0
      ? quotes.at(ordinal)
      : (quotes.find(({ ranking }) => ranking === ordinal) ??
        (quotes.some(({ ranking }) => ranking) ? undefined : quotes[ordinal - 1]))

/** The quote whose operator's name, or a telling word of it, is in the text. */
function byOperator(quotes: readonly QuoteRow[], text: string): QuoteRow | undefined {
  const words = ` ${text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ')} `
  const telling = (name: string) =>
    name
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(
        (word) =>
          word.length > 2 && !/^(jets?|air|aviation|charter|company|the|inc|llc|group|fly|best|first|one)$/.test(word),
      )
  return quotes.find(({ operator_name }) => telling(operator_name).some((word) => words.includes(` ${word} `)))
}
