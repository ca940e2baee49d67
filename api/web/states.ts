import type { Approval, Request } from './rows.ts'

export type Group = 'needs you' | 'waiting' | 'done'

type Reading = { stage: string; next: string; group: Group }

const READINGS: Record<string, Reading> = {
  draft: { stage: 'Draft', next: 'Say what is missing', group: 'needs you' },
  pending: { stage: 'Draft', next: 'Ask the assistant to go on', group: 'needs you' },
  analyzing: { stage: 'Sourcing', next: 'Assistant reads the trip', group: 'waiting' },
  fetching_client_data: { stage: 'Sourcing', next: 'Assistant looks the client up', group: 'waiting' },
  searching_flights: { stage: 'Sourcing', next: 'Trip is being created in Avinode', group: 'waiting' },
  trip_created: { stage: 'Sourcing', next: 'Open Avinode, pick operators', group: 'needs you' },
  awaiting_user_action: { stage: 'Sourcing', next: 'Open Avinode, pick operators', group: 'needs you' },
  avinode_session_active: { stage: 'Sourcing', next: 'Send the RFQs in Avinode', group: 'needs you' },
  monitoring_for_quotes: { stage: 'Waiting for quotes', next: 'Operators are asked', group: 'waiting' },
  awaiting_quotes: { stage: 'Waiting for quotes', next: 'Quotes are coming in', group: 'waiting' },
  analyzing_proposals: { stage: 'Comparing', next: 'Choose a quote', group: 'needs you' },
  generating_email: { stage: 'Proposal', next: 'Check the e-mail', group: 'needs you' },
  sending_proposal: { stage: 'Proposal', next: 'Client reads the proposal', group: 'waiting' },
  completed: { stage: 'Closed', next: 'Accepted by the client', group: 'done' },
  failed: { stage: 'Closed', next: 'Failed: ask the assistant why', group: 'needs you' },
  cancelled: { stage: 'Closed', next: 'Cancelled', group: 'done' },
}

/** What a state means to a broker: its stage, what happens next, and who has to do it. A waiting approval comes before all. */
export function readRequest(request: Request, approvals: Approval[]): Reading {
  const reading = READINGS[request.status] ?? { stage: request.status, next: '', group: 'waiting' as const }
  const pending = approvals.find(({ status, request_id }) => status === 'pending' && request_id === request.id)
  if (pending) return { ...reading, next: APPROVALS[pending.action] ?? 'Approve', group: 'needs you' }
  if (request.status === 'awaiting_quotes' || request.status === 'monitoring_for_quotes') {
    return { ...reading, next: `${request.quotes_received} of ${request.quotes_expected} quotes in` }
  }
  return reading
}

export const APPROVALS: Record<string, string> = {
  send_proposal: 'Approve the e-mail',
  reply_to_operator: 'Approve the message',
  cancel_request: 'Confirm the cancellation',
  accept_quote: 'Confirm the choice',
}

export const stateName = (state: string) => state.replaceAll('_', ' ')
