import { Agent, type MCPServer } from '@openai/agents'
import { z } from 'zod'
import type { AgentContext } from './agent-context.ts'
import { type AgentDeps, baseAgent, specialistTool } from './specialist.ts'

export const FlightSearch = z.strictObject({
  request_id: z.string(),
  avinode_trip_id: z.string().nullable(),
  deep_link: z.string().nullable().describe('Where the broker picks operators; only as a tool gave it'),
  note: z.string().describe('One sentence for the broker'),
})

/** The tools of Avinode's MCP server that only look. */
export const AVINODE_READ_TOOLS = ['search_airports', 'search_empty_legs']

type FlightSearchDeps = AgentDeps & { avinodeServers?: MCPServer[] }

/** Creates the trip in Avinode, so that the broker can pick operators there. */
export const createFlightSearch = ({ avinodeServers = [], ...deps }: FlightSearchDeps) =>
  new Agent<AgentContext, typeof FlightSearch>({
    ...baseAgent('flight_search', deps, ['create_trip', 'get_trip', 'get_request']),
    handoffDescription: 'Works in Avinode',
    mcpServers: avinodeServers,
    outputType: FlightSearch,
  })

export const flightSearchTool = (deps: FlightSearchDeps) =>
  specialistTool(createFlightSearch(deps), {
    agent_type: 'flight_search',
    description:
      'Creates the trip of a request in Avinode and gives the link under which the broker picks operators. The broker sends the RFQs there, not we. Also looks up a trip, airports and empty legs.',
    parameters: z.strictObject({
      task: z.string().describe('What to do'),
      request_id: z.uuid().describe('The request'),
    }),
    limits: deps.limits,
  })
