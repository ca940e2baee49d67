import type { Approval, Request } from './rows.ts'

export type Group = 'needs you' | 'waiting' | 'done'

export const STAGES = ['Draft', 'Sourcing', 'Quotes', 'Comparing', 'Proposal', 'Closed'] as const
export type Stage = (typeof STAGES)[number]

export type Reading = { stage: Stage; next: string; group: Group }

/** The states in the order in which a deal goes through them, in words. */
export const STATES: Record<string, { name: string; reading: Reading }> = {
  draft: state('Draft', 'Draft', 'Say what is missing', 'needs you'),
  pending: state('Taken up', 'Draft', 'Ask the assistant to go on', 'needs you'),
  analyzing: state('Reading the trip', 'Sourcing', 'Assistant reads the trip', 'waiting'),
  fetching_client_data: state('Looking up the client', 'Sourcing', 'Assistant looks the client up', 'waiting'),
  searching_flights: state('Creating the trip in Avinode', 'Sourcing', 'Trip is being created', 'waiting'),
  trip_created: state('Trip is in Avinode', 'Sourcing', 'Open Avinode, pick operators', 'needs you'),
  awaiting_user_action: state('Waiting for your operators', 'Sourcing', 'Open Avinode, pick operators', 'needs you'),
  avinode_session_active: state('Avinode opened', 'Sourcing', 'Send the RFQs in Avinode', 'needs you'),
  monitoring_for_quotes: state('RFQs are out', 'Quotes', 'Operators are asked', 'waiting'),
  awaiting_quotes: state('Quotes are coming in', 'Quotes', 'Quotes are coming in', 'waiting'),
  analyzing_proposals: state('Comparing quotes', 'Comparing', 'Choose a quote', 'needs you'),
  generating_email: state('Drafting proposal and e-mail', 'Proposal', 'Check the proposal', 'needs you'),
  sending_proposal: state('Proposal is out', 'Proposal', 'Client reads the proposal', 'waiting'),
  completed: state('Accepted by the client', 'Closed', 'Accepted by the client', 'done'),
  failed: state('Failed', 'Closed', 'Ask the assistant what failed', 'needs you'),
  cancelled: state('Cancelled', 'Closed', 'Cancelled', 'done'),
}

function state(name: string, stage: Stage, next: string, group: Group) {
  return { name, reading: { stage, next, group } }
}

/** The way of a deal that goes well. */
export const CHAIN = Object.keys(STATES).filter((name) => name !== 'failed' && name !== 'cancelled')

export const stateName = (status: string) => STATES[status]?.name ?? status.replaceAll('_', ' ')

/** What a state means to a broker: its stage, what happens next, and who has to do it. A waiting approval comes before all. */
export function readRequest(request: Request, approvals: Approval[]): Reading {
  const reading = STATES[request.status]?.reading ?? { stage: 'Draft', next: '', group: 'waiting' }
  const pending = approvals.find(({ status, request_id }) => status === 'pending' && request_id === request.id)
  if (pending) return { ...reading, next: actionName(pending.action), group: 'needs you' }
  if (request.status === 'awaiting_quotes' || request.status === 'monitoring_for_quotes') {
    const { quotes_received, quotes_expected } = request
    return { ...reading, next: `${quotes_received} of ${quotes_expected} quotes in` }
  }
  return reading
}

const ACTIONS: Record<string, string> = {
  send_proposal: 'Approve the e-mail',
  reply_to_operator: 'Approve the message',
  cancel_request: 'Confirm the cancellation',
  accept_quote: 'Confirm the choice',
}

/** What a broker is asked to do about an action that leaves the house. */
export const actionName = (action: string) => ACTIONS[action] ?? `Approve: ${action.replaceAll('_', ' ')}`
