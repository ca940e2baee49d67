import type { Beyond } from '../reading/intent-kinds.ts'
import type { TripReading } from '../reading/trip.ts'
import { detailsLabel, routeLabel } from './describe.ts'
import { explain } from './failures.ts'
import { outcomeSentence } from './quotes.ts'
import { ClientAnswer, MessageAnswer } from './rows.ts'
import { planApproval } from './small-talk.ts'
import { planStatus } from './status.ts'
import { call, resultOf, type Step, say, type Turn } from './turn.ts'
import { whichRequest } from './which-request.ts'

const sentences: Record<Beyond, string> = {
  reminder:
    'I set no reminders. I tell you by myself when quotes come in, when the client answers, and when something stands still.',
  call: 'I cannot call anybody. I can draft an e-mail to the client or a message to an operator, and you approve it.',
  undo: 'I cannot take it back by myself. Tell me how it should be, for example "8 passengers" or "leave on November 20", and I change it.',
  booking:
    'I book nothing with operators: that is done in Avinode, once the client has accepted. Tell me which quote the client shall get, for example "send the proposal for the first one".',
  discount:
    'A price for the client is the quote and your margin; I changed nothing. Tell me the margin, for example "make the margin 10 %", or ask the operator for a better price.',
  completion:
    'A deal is completed by the client, who accepts the proposal. I cannot mark it myself. If it is off, say "cancel it".',
  recipient:
    'A proposal goes only to the address in the client\'s record, and to nobody in copy. Nothing was changed or sent. If that address is to be another one, tell me, for example "Acme\'s e-mail is jane@acme.example".',
  empty_legs:
    'I cannot search for empty legs; Avinode lists them. If one fits, tell me the trip, and note the empty leg as a wish for the operators.',
  permission:
    'Whether that is possible the operator has to say. Say for example "ask Elite Jets if they allow it", and I put the question up for your approval; or tell it me as a wish, and I note it.',
  weather: 'I know nothing of the weather: the operator and the crew decide by it. Tell me a trip, or ask about one.',
  transport:
    'I work on trips by private jet, from airport to airport. Anything else I can only note as a wish of such a trip.',
  clock: 'I do not tell the time elsewhere. The times of a trip are local to the airport of each departure.',
}

/** What is not done here is said, with what comes nearest. */
export function planBeyond({ situation }: Turn, about: Beyond): Step {
  const link = about === 'empty_legs' ? situation.request?.avinode_deep_link : null
  return say(sentences[about], link && `[Open Avinode](${link})`)
}

/** What waits for the broker: cards first, else the state of the deal says who is next. */
export const planWaiting = (turn: Turn, trip: TripReading): Step =>
  turn.situation.pending_approvals.length > 0 ? planApproval(turn, trip) : planStatus(turn, trip)

/** The proposal of a request, with its price and where its PDF is. */
export function planShowProposal(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const told = resultOf(turn, 'communication', MessageAnswer)
  if (!told) return ask('Say what margin the proposal has.', which.request.id)
  if (!told.ok) return say(explain(told.failure))
  return say(told.value.note, told.value.proposal_id && 'Its PDF is with the deal, under Proposals.')
}

/** Sends what was sent before once more: a new card, as for the first time. */
export function planResend(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const sent = resultOf(turn, 'communication', MessageAnswer)
  if (sent) return say(sent.ok ? outcomeSentence(sent.value) : `Nothing was sent. ${explain(sent.failure)}`)
  if (!['generating_email', 'sending_proposal'].includes(which.request.status))
    return say('No proposal has been sent for this trip yet. Tell me for which quote I shall make one.')
  return ask('Send the proposal that is ready to the client.', which.request.id)
}

const ask = (task: string, request_id: string) =>
  call('communication', { task, request_id, quote_id: null, proposal_id: null })

/** What the client of this deal likes, from its record. */
export function planPreferences(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const { client } = which.request
  if (!client) return say('This trip has no client yet. Tell me who it is for.')
  const found = resultOf(turn, 'client_data', ClientAnswer)
  if (!found) return call('client_data', { task: `Find the client "${client.company_name}".`, request_id: null })
  if (!found.ok) return say(explain(found.failure))
  return say(found.value.preferences_summary ?? `Nothing is noted yet of what ${client.company_name} likes.`)
}

/** A trip like an earlier one is a new request, so its day has to be said. */
export function planRepeat(turn: Turn, trip: TripReading): Step {
  const { request } = turn.situation
  if (!request) {
    const which = whichRequest(turn, trip)
    if ('step' in which) return which.step
  }
  return say(
    request && `The trip in this chat stays as it is: ${routeLabel(request)}, ${detailsLabel(request)}.`,
    'For a new one tell me route, day and passengers in one sentence, beginning with "new trip", and I create a request of its own.',
  )
}

export const planPutAside = (): Step =>
  say(
    'I propose only the quote that you name, so the others need no answer. I reject nothing by myself, and the operators are told nothing.',
  )

export const planIncluded = (): Step =>
  say(
    'What a price includes stands in the operator\'s quote; ask me "what did the operators write", or I ask one of them for you. The proposal lists for the client what is included.',
  )

export const planBye = (): Step => say('Until later. I tell you here when something happens.')
