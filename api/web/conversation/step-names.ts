const AGENTS: Record<string, string> = {
  orchestrator: 'Assistant',
  client_data: 'Client data',
  flight_search: 'Flight search',
  proposal_analysis: 'Quote analysis',
  communication: 'Communication',
  error_monitor: 'Error monitor',
}

const TOOLS: Record<string, string> = {
  ...AGENTS,
  resolve_airport: 'Look up the airport',
  create_request: 'Create the request',
  get_request: 'Read the request',
  list_requests: 'Look through the requests',
  update_request: 'Change the request',
  cancel_request: 'Cancel the request',
  find_clients: 'Look for the client',
  get_client: 'Read the client',
  create_client: 'Add the client',
  create_trip: 'Create the trip in Avinode',
  get_trip: 'Read the trip in Avinode',
  list_quotes: 'Read the quotes',
  score_quotes: 'Score the quotes',
  compare_quotes: 'Compare the quotes',
  create_proposal: 'Make the proposal',
  send_proposal: 'Send the proposal',
  reply_to_operator: 'Write to the operator',
}

export const agentName = (agent: string) => AGENTS[agent] ?? plain(agent)

export const toolName = (tool: string) => TOOLS[tool] ?? plain(tool)

const plain = (name: string) => {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
