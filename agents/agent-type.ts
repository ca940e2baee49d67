/** The six agents, as `agent_executions.agent_type` names them. */
export const AGENT_TYPES = [
  'orchestrator',
  'client_data',
  'flight_search',
  'proposal_analysis',
  'communication',
  'error_monitor',
] as const

export type AgentType = (typeof AGENT_TYPES)[number]
