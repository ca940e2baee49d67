import { distanceNm, getAirport } from '../../../tools/airports/airports.ts'
import type { TripReading } from '../reading/trip.ts'
import { airportLabel, shortLabel } from './describe.ts'
import { explain } from './failures.ts'
import { planFormRequest } from './new-trip.ts'
import { planSendProposal } from './quotes.ts'
import { ErrorAnswer } from './rows.ts'
import { stateSentence } from './status.ts'
import { call, resultOf, type Step, say, type Turn, textOf } from './turn.ts'
import { isOpen, whichRequest } from './which-request.ts'

const abilities =
  'Tell me a trip in one sentence (route, day, passengers; also client, aircraft, budget and wishes). I create the request and its trip in Avinode, collect and compare the quotes, and make the proposal. Nothing leaves the house without your approval. You can also ask for the status of a trip, change it, or cancel it.'

export const planHelp = (): Step => say(abilities)

export function planGreeting({ situation, text }: Turn): Step {
  const first = situation.broker.full_name.split(' ')[0]
  const mood = /\bhow (are|is it|do)\b|wie geht|ça va|cómo est/i.test(text) ? ' All well here.' : ''
  return say(`Hello${first ? ` ${first}` : ''}.${mood} Which trip can I work on?`)
}

export const planThanks = (): Step => say('You are welcome.')

export const planUnknown = (): Step =>
  say(
    'I did not understand that. Tell me a trip (route, day, passengers), or ask for the status, the quotes or a proposal. Say "help" for more.',
  )

/** What can be calculated is told; how long an aircraft takes stands in its quote. */
export function planDistance({ situation }: Turn, { legs }: TripReading): Step {
  const named = legs.map(({ from, to }) => [from?.airports[0], to?.airports[0]])
  const known = (situation.request?.segments ?? []).map((segment) =>
    [segment.departure_airport, segment.arrival_airport].map((code) => getAirport(code)),
  )
  const lines = (named.length > 0 ? named : known).flatMap(([start, end]) => {
    if (!start || !end) return []
    const miles = Math.round(distanceNm(start, end)).toLocaleString('en-US')
    return [`${airportLabel(start.icao)} to ${airportLabel(end.icao)}: ${miles} nautical miles, as the crow flies.`]
  })
  if (lines.length === 0) return say('From where to where?')
  return say(lines.join('\n'), 'The flight time depends on aircraft and wind: it comes with the quotes.')
}

export const planTerms = (): Step =>
  say(
    'I have no terms of cancellation or payment here: they come with the quote of each operator. I can ask an operator for you.',
  )

/** Only the card decides: words in a chat approve nothing. Without a card, "send it" speaks of the proposal that is ready. */
export function planApproval(turn: Turn, trip: TripReading): Step {
  const { pending_approvals, request } = turn.situation
  const waits = pending_approvals.length
  const has_quotes = request && ['awaiting_quotes', 'analyzing_proposals', 'generating_email'].includes(request.status)
  if (waits === 0 && has_quotes && /\bsend\b/i.test(turn.text)) {
    const choice = { ordinal: null, quote_id: null, cheapest: false, words: '', is_sent: true }
    return planSendProposal(turn, trip, choice)
  }
  return say(
    waits > 0
      ? 'Please decide on the card above: you see there exactly what would leave the house. I go on as soon as you have.'
      : 'Nothing waits for your approval at the moment.',
  )
}

/** Cancelling leaves the house, so it waits for the broker's approval. */
export function planCancel(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const told = textOf(turn, 'cancel_request')
  if (told === undefined) {
    if (!isOpen(which.request)) return say(`${shortLabel(which.request)} is ${which.request.status} already.`)
    const reason = /\bclient|customer|kunde|cliente\b/i.test(turn.text)
      ? 'BY_CLIENT'
      : /\b(plan|date|change)/i.test(turn.text)
        ? 'CHANGED'
        : 'OTHER'
    return call('cancel_request', { request_id: which.request.id, reason, message_to_operators: null })
  }
  return say(
    settled(
      told,
      'The request is cancelled, and every operator who was asked knows it.',
      'The request stays as it was',
    ),
  )
}

/** The outcome of an approved or rejected action, from the words that tools give models. */
export function settled(told: string, done: string, kept: string): string {
  const reason = /because: (.*?)\.? (?:Nothing|$)/.exec(told)?.[1]
  if (told.startsWith('executed')) return done
  if (told.startsWith('rejected')) return `${kept}: you rejected it${reason ? ` (${reason})` : ''}.`
  if (told.startsWith('expired')) return `${kept}: nobody decided in time. Ask me again if you still want it.`
  if (told.startsWith('unknown'))
    return 'It was approved, but it is not certain whether it got through. Please check before you try again.'
  if (told.startsWith('waiting')) return 'It waits for your approval; nothing happens before.'
  const [, code = 'failed', message = told] = /^([a-z_]+): ([\s\S]*)$/.exec(told) ?? []
  return explain({ code, message: code === 'failed' && message === told ? told : message })
}

/** Why something failed or is late: the error monitor's report. */
export function planProblem(turn: Turn, trip: TripReading): Step {
  const report = resultOf(turn, 'error_monitor', ErrorAnswer)
  const which = whichRequest(turn, trip)
  if (!report)
    return call('error_monitor', { task: turn.text, request_id: 'request' in which ? which.request.id : null })
  if (!report.ok) return say(explain(report.failure))
  const { cause, explanation, action_taken, advice } = report.value
  return say(cause, explanation, action_taken !== 'none' && action_taken, advice !== 'nothing' && advice)
}

/** What JetVision itself reports: an approval that was settled, or news in words. */
export function planNotice(turn: Turn, text: string): Step {
  const outcome =
    /An approval was settled\. ((?:executed|rejected|expired|failed|unknown|waiting): [\s\S]*?) Tell the broker/.exec(
      text,
    )?.[1]
  if (outcome) return say(settled(outcome, 'Done: what you approved has been carried out.', 'Nothing was sent'))
  const from_form = /^The broker created request ([\da-f-]{36}) with the form/.exec(text)?.[1]
  if (from_form) return planFormRequest(turn, from_form)
  const { request } = turn.situation
  if (/^An approval was settled/.test(text)) return say(request ? stateSentence(request) : 'That is settled.')
  return say(text)
}
