import type { TripReading } from '../reading/trip.ts'
import { explain } from './failures.ts'
import { AnalysisAnswer } from './rows.ts'
import { planStatus } from './status.ts'
import { call, resultOf, type Step, say, type Turn } from './turn.ts'
import { whichRequest } from './which-request.ts'

/** A deal in short, for who comes back to a long thread: where it stands, what the operators wrote, and what waits for the broker. */
export function planSummary(turn: Turn, trip: TripReading): Step {
  const which = whichRequest(turn, trip)
  if ('step' in which) return which.step
  const status = planStatus(turn, trip)
  if ('calls' in status) return status
  const words = resultOf(turn, 'proposal_analysis', AnalysisAnswer)
  if (!words)
    return call('proposal_analysis', { task: 'Report what the operators wrote.', request_id: which.request.id })
  const waits = turn.situation.pending_approvals.length
  return say(
    status.say,
    words.ok ? words.value.summary : explain(words.failure),
    waits > 0 && `${waits === 1 ? 'One approval waits' : `${waits} approvals wait`} for you in this chat.`,
  )
}
