import { createClient } from './clients/create-client.ts'
import { findClients } from './clients/find-clients.ts'
import { getClient } from './clients/get-client.ts'
import { listClients } from './clients/list-clients.ts'
import { updateClient } from './clients/update-client.ts'
import { listMessages } from './messages/list-messages.ts'
import { postMessage } from './messages/post-message.ts'
import { replyToOperator } from './messages/reply-to-operator.ts'
import { explainFailure } from './operations/explain-failure.ts'
import { listDeadLetters } from './operations/list-dead-letters.ts'
import { listFailedExecutions } from './operations/list-failed-executions.ts'
import { retryEvent } from './operations/retry-event.ts'
import { getOperator } from './operators/get-operator.ts'
import { listOperators } from './operators/list-operators.ts'
import { createProposal } from './proposals/create-proposal.ts'
import { getProposal } from './proposals/get-proposal.ts'
import { listProposals } from './proposals/list-proposals.ts'
import { reviseProposal } from './proposals/revise-proposal.ts'
import { sendProposal } from './proposals/send-proposal.ts'
import { acceptQuote } from './quotes/accept-quote.ts'
import { compareQuotes } from './quotes/compare-quotes.ts'
import { getQuote } from './quotes/get-quote.ts'
import { listQuotes } from './quotes/list-quotes.ts'
import { rejectQuote } from './quotes/reject-quote.ts'
import { scoreQuotes } from './quotes/score-quotes.ts'
import { cancelRequest } from './requests/cancel-request.ts'
import { createRequest } from './requests/create-request.ts'
import { createTrip } from './requests/create-trip.ts'
import { getRequest } from './requests/get-request.ts'
import { getTrip } from './requests/get-trip.ts'
import { listRequests } from './requests/list-requests.ts'
import { resolveAirport } from './requests/resolve-airport.ts'
import { updateRequest } from './requests/update-request.ts'
import type { Tool } from './tool.ts'

/** Every verb there is. Agents, MCP server and API take theirs from here. */
export const tools: readonly Tool[] = [
  findClients,
  listClients,
  getClient,
  createClient,
  updateClient,
  resolveAirport,
  createRequest,
  getRequest,
  listRequests,
  updateRequest,
  cancelRequest,
  createTrip,
  getTrip,
  listQuotes,
  getQuote,
  compareQuotes,
  scoreQuotes,
  acceptQuote,
  rejectQuote,
  createProposal,
  reviseProposal,
  getProposal,
  listProposals,
  sendProposal,
  listMessages,
  postMessage,
  replyToOperator,
  getOperator,
  listOperators,
  listFailedExecutions,
  listDeadLetters,
  retryEvent,
  explainFailure,
]

const by_name = new Map(tools.map((tool) => [tool.name, tool]))

/** The tool of that name, or undefined. */
export const toolNamed = (name: string): Tool | undefined => by_name.get(name)
