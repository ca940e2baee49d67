import type { TripReading } from '../reading/trip.ts'
import { dayLabel, detailsLabel, joined, quoteLabel, routeLabel, shortLabel } from './describe.ts'
import { explain } from './failures.ts'
import { openAvinode } from './new-trip.ts'
import { OneRequest, type QuoteRow, Quotes, type RequestRow, Requests, SearchAnswer } from './rows.ts'
import { call, resultOf, type Step, say, type Turn } from './turn.ts'
import { isOpen, whichRequest } from './which-request.ts'

/** Where a request stands, from its own row: the state in plain words, the quotes so far, and who has to do what next. */
export function planStatus(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const read = resultOf(turn, 'get_request', OneRequest)
  if (!read) return call('get_request', { request_id: which.request.id })
  if (!read.ok) return say(explain(read.failure))
  const { request } = read.value
  const has_quotes = (request.quotes_received ?? 0) > 0
  const quotes = resultOf(turn, 'list_quotes', Quotes)
  if (has_quotes && !quotes) return call('list_quotes', { request_id: request.id })
  return say(
    `${routeLabel(request)}${request.segments.length > 2 ? '\n' : ', '}${detailsLabel(request)}.`,
    stateSentence(request),
    quotes?.ok && quoteLines(quotes.value.quotes),
  )
}

/** The quotes of a request, best first. */
export function planListQuotes(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const quotes = resultOf(turn, 'list_quotes', Quotes)
  if (!quotes) return call('list_quotes', { request_id: which.request.id })
  if (!quotes.ok) return say(explain(quotes.failure))
  const lines = quoteLines(quotes.value.quotes)
  return say(lines ?? `No quote has come in yet. ${stateSentence(which.request)}`)
}

/** The broker's requests, newest first. */
export function planListRequests(turn: Turn): Step {
  const listed = resultOf(turn, 'list_requests', Requests)
  if (!listed) return call('list_requests', { limit: 10 })
  if (!listed.ok) return say(explain(listed.failure))
  const lines = listed.value.requests.map((request) => `- ${shortLabel(request)}: ${stageOf(request)}`)
  return say(
    lines.length > 0
      ? `Your newest requests:\n${lines.join('\n')}`
      : 'You have no request yet. Tell me route, day and passengers, and I create one.',
  )
}

/** The link into the marketplace. */
export function planOpenAvinode(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const read = resultOf(turn, 'get_request', OneRequest)
  if (!read) return call('get_request', { request_id: which.request.id })
  if (!read.ok) return say(explain(read.failure))
  const { avinode_deep_link: link } = read.value.request
  return say(
    link
      ? `Here it is: [Open Avinode](${link}). Pick the operators there and send them RFQs.`
      : `There is no trip in Avinode yet. ${stateSentence(read.value.request)}`,
  )
}

/** Creates the trip in Avinode of a request that has none yet; one that exists is found again. */
export function planSearchFlights(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const search = resultOf(turn, 'flight_search', SearchAnswer)
  if (!search)
    return call('flight_search', { task: 'Create the trip in Avinode for this request.', request_id: which.request.id })
  return say(search.ok ? openAvinode(search.value) : explain(search.failure))
}

const quoteLines = (quotes: readonly QuoteRow[]): string | null =>
  quotes.length === 0
    ? null
    : `Quotes:\n${quotes.map((quote, index) => `${quote.ranking ?? index + 1}. ${quoteLabel(quote)}${standing(quote)}`).join('\n')}`

/** How long a price stands, or that it does not any more. */
const standing = ({ status, valid_until }: QuoteRow) =>
  ['expired', 'rejected'].includes(status)
    ? ` (${status})`
    : valid_until
      ? `, valid until ${dayLabel(valid_until)}`
      : ''

function stageOf(request: RequestRow): string {
  if (!isOpen(request)) return request.status
  const stage = stateSentence(request).split(/[.:;]/)[0] ?? request.status
  return stage.charAt(0).toLowerCase() + stage.slice(1)
}

/** A state of the request in plain words, with what happens next and who has to do it. */
export function stateSentence(request: RequestRow): string {
  const { quotes_received: received, quotes_expected: expected, operators_contacted: asked } = request
  const all_declined = Number(asked) > 0 && expected === 0 && Number(received) === 0
  if (all_declined && ['monitoring_for_quotes', 'awaiting_quotes', 'analyzing_proposals'].includes(request.status))
    return 'Every operator who was asked has declined. Open Avinode to ask others, or change the day or the aircraft.'
  const quotes = expected ? `${received ?? 0} of ${expected} quotes are in` : `${received ?? 0} quotes are in`
  const sentences: Record<string, string> = {
    draft: 'It is a draft: its trip is not in Avinode yet.',
    pending: 'It is created, but its trip is not in Avinode yet. Say "search flights" and I create the trip.',
    analyzing: 'It is created; the trip in Avinode comes next.',
    fetching_client_data: 'It is created and the client is known; the trip in Avinode comes next.',
    searching_flights: 'The trip is being created in Avinode. If Avinode does not answer, I try again by myself.',
    trip_created: 'The trip is in Avinode and waits for you: open Avinode, pick operators and send them RFQs.',
    awaiting_user_action: 'The trip is in Avinode and waits for you: open Avinode, pick operators and send them RFQs.',
    avinode_session_active: 'You are picking operators in Avinode. As soon as an RFQ is out, I wait for the quotes.',
    monitoring_for_quotes: `RFQs are out and no operator has answered yet. I compare the quotes as soon as they are in.`,
    awaiting_quotes: `Operators are answering: ${quotes}. I compare them as soon as all are in, or when you ask which is best.`,
    analyzing_proposals: `The quotes are compared: ${quotes}. Next: choose one, for example "send the proposal for the first one".`,
    generating_email:
      'The proposal is made. Its e-mail leaves only after your approval: decide on the card, or say "send it".',
    sending_proposal: 'The proposal is with the client. We wait for the answer.',
    completed: 'It is done: the client has accepted.',
    failed: 'It failed. Ask me what went wrong, or create it anew.',
    cancelled: 'It is cancelled.',
  }
  return sentences[request.status] ?? `Its state is ${joined([request.status])}.`
}
