import { type DealProblem, onOneLine } from '../tools/operations/problem.ts'
import type { RequestStatus } from '../tools/requests/request.ts'

/** States in which the assistant has the work, so that it can begin anew. */
export const canBegin = (status: RequestStatus) =>
  status === 'pending' || status === 'analyzing' || status === 'fetching_client_data'

/** What is the matter with a deal, as its broker is told: in plain words, with what to do. */
export function sentenceAbout(problem: DealProblem, now: Date): string {
  switch (problem.kind) {
    case 'stuck_request':
      return stuck(problem.details.status, waited(problem.details.since, now))
    case 'silent_operators': {
      const names = problem.details.operators.map(onOneLine)
      return `${joined(names)} ${names.length === 1 ? 'has' : 'have'} not answered, though the time for it is over. I compare what is in; you can ask other operators in Avinode, or have me write to ${names.length === 1 ? 'this one' : 'these'}.`
    }
  }
}

function stuck(status: RequestStatus, since: string): string {
  switch (status) {
    case 'searching_flights':
    case 'trip_created':
      return `This trip has not reached Avinode for ${since}. I keep trying by myself; if it is urgent, create it there directly.`
    case 'awaiting_user_action':
      return `The trip has been waiting in Avinode for ${since}: open it there, pick operators and send them RFQs.`
    case 'avinode_session_active':
      return `The trip was opened in Avinode ${since} ago, but no operator has been asked yet.`
    case 'analyzing_proposals':
      return `The quotes have been waiting for your choice for ${since}, and quotes run out. Tell me which one to propose.`
    case 'generating_email':
      return `The proposal has been ready for ${since} and is not sent: its e-mail waits for your approval.`
    case 'sending_proposal':
      return `The client has not answered the proposal for ${since}. It may be worth a call.`
    default:
      return `I have not got on with this request for ${since}, and beginning anew did not help. Please look at it, or tell me what to do.`
  }
}

function waited(since: string, now: Date): string {
  const hours = Math.max(0, now.getTime() - Date.parse(since)) / 3_600_000
  if (hours < 1) return `${Math.max(1, Math.round(hours * 60))} minutes`
  if (hours < 24) return hours < 1.5 ? 'an hour' : `${Math.round(hours)} hours`
  return hours < 36 ? 'a day' : `${Math.round(hours / 24)} days`
}

const joined = (names: string[]) =>
  names.length < 2 ? (names[0] ?? 'An operator') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
