import { readIntent } from '../reading/intent.ts'
import type { Intent } from '../reading/intent-kinds.ts'
import { readOrdinal } from '../reading/numbers.ts'
import { planChange } from './change.ts'
import { planClientContact, planCreateClient } from './clients.ts'
import { describedTrip, lastWords, readReply } from './conversation.ts'
import {
  planBeyond,
  planBye,
  planIncluded,
  planPreferences,
  planPutAside,
  planRepeat,
  planResend,
  planShowProposal,
  planWaiting,
} from './everyday.ts'
import { planNewTrip } from './new-trip.ts'
import { planOperatorWords } from './operator-words.ts'
import { openQuestion } from './phrases.ts'
import { planBestQuote, planMargin, planMarginQuestion, planOperatorMessage, planSendProposal } from './quotes.ts'
import {
  planApproval,
  planCancel,
  planDistance,
  planGreeting,
  planHelp,
  planNotice,
  planProblem,
  planTerms,
  planThanks,
  planUnknown,
} from './small-talk.ts'
import { planListQuotes, planListRequests, planOpenAvinode, planSearchFlights, planStatus } from './status.ts'
import { planSummary } from './summary.ts'
import { type Step, say, type Turn } from './turn.ts'
import { isOpen } from './which-request.ts'

/** The orchestrator's next step: understands the newest message in its conversation, and does one thing after another. */
export function planOrchestrator(turn: Turn): Step {
  const asked = openQuestion(lastWords(turn))
  const trip = readReply(turn.text, asked, turn)
  const intent = readIntent(turn.text, trip)
  if (asked.trip && ['change', 'new_trip', 'unknown', 'yes', 'thanks', 'greeting'].includes(intent.kind)) {
    return planNewTrip(turn, describedTrip(turn))
  }
  if (asked.client && intent.kind === 'unknown' && trip.doubts.length === 0 && isShortName(turn.text)) {
    return planChange(turn, { ...trip, client: turn.text.trim().replace(/[.!]+$/, '') })
  }
  if (asked.new_client && (intent.kind === 'yes' || (intent.kind === 'create_client' && !intent.name))) {
    return planCreateClient(turn, asked.new_client, { ...trip, client: null })
  }
  const ordinal = asked.proposal
    ? intent.kind === 'yes'
      ? 1
      : intent.kind === 'unknown'
        ? readOrdinal(turn.text)
        : null
    : null
  if (ordinal !== null) {
    const choice = { ordinal, quote_id: null, cheapest: false, words: '', is_sent: true }
    return planSendProposal(turn, trip, choice)
  }
  return planIntent(turn, intent)
}

/** "Acme", "Redwood Partners LLC": an answer to "who is the client?" */
const isShortName = (text: string) => text.trim().split(/\s+/).length <= 5 && !/[?]/.test(text)

function planIntent(turn: Turn, intent: Intent): Step {
  const trip = readReply(turn.text, openQuestion([]), turn)
  switch (intent.kind) {
    case 'new_trip':
      return planNewTrip(turn, trip)
    case 'change':
      return turn.situation.request && isOpen(turn.situation.request) ? planChange(turn, trip) : planChangeOrTrip(turn)
    case 'status':
      return planStatus(turn, trip)
    case 'summary':
      return planSummary(turn, trip)
    case 'best_quote':
      return planBestQuote(turn, trip)
    case 'list_quotes':
      return planListQuotes(turn, trip)
    case 'list_requests':
      return planListRequests(turn)
    case 'open_avinode':
      return planOpenAvinode(turn, trip)
    case 'search_flights':
      return planSearchFlights(turn, trip)
    case 'send_proposal':
      return planSendProposal(turn, trip, intent.choice)
    case 'margin':
      return planMargin(turn, trip, intent)
    case 'margin_question':
      return planMarginQuestion(turn, trip)
    case 'distance':
      return planDistance(turn, trip)
    case 'beyond':
      return planBeyond(turn, intent.about)
    case 'list_approvals':
      return planWaiting(turn, trip)
    case 'show_proposal':
      return planShowProposal(turn, trip)
    case 'resend':
      return planResend(turn, trip)
    case 'put_aside':
      return planPutAside()
    case 'preferences':
      return planPreferences(turn, trip)
    case 'repeat':
      return planRepeat(turn, trip)
    case 'included':
      return planIncluded()
    case 'bye':
      return planBye()
    case 'operator_words':
      return planOperatorWords(turn, trip)
    case 'operator_message':
      return planOperatorMessage(turn, trip, intent)
    case 'create_client':
      return planCreateClient(turn, intent.name, { ...trip, client: null })
    case 'client_contact':
      return planClientContact(turn, intent.contact)
    case 'cancel':
      return planCancel(turn, trip)
    case 'problem':
      return planProblem(turn, trip)
    case 'notice':
      return planNotice(turn, intent.text)
    case 'approve':
    case 'reject':
      return planApproval(turn, trip)
    case 'greeting':
      return planGreeting(turn)
    case 'thanks':
      return planThanks()
    case 'help':
      return planHelp()
    case 'terms':
      return planTerms()
    case 'yes':
      if (turn.situation.pending_approvals.length > 0) return planApproval(turn, trip)
      return say('Gladly, but I am not sure what you agree to. Tell me in a few words what I should do.')
    case 'no':
      return say(
        turn.situation.pending_approvals.length > 0
          ? 'All right. Nothing leaves the house: what waits on the card above only happens if you approve it there. To drop it, reject it there.'
          : 'All right, I leave it as it is.',
      )
    case 'unknown':
      return planUnknown()
  }
}

/** Details without a request to change: part of a trip that is still to be described, unless the text names an existing one. */
function planChangeOrTrip(turn: Turn): Step {
  const trip = describedTrip(turn)
  const changes = /\b(make it|change|update|move|the .+ (trip|request|flight|deal))\b/i.test(turn.text)
  return changes ? planChange(turn, trip) : planNewTrip(turn, trip)
}
