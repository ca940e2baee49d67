import { Agent, type MCPServer } from '@openai/agents'
import type { AgentContext } from './agent-context.ts'
import { clientDataTool } from './client-data.ts'
import { communicationTool } from './communication.ts'
import { errorMonitorTool } from './error-monitor.ts'
import { recordToolCalls } from './execution.ts'
import { flightSearchTool } from './flight-search.ts'
import { inputSizeGuardrail } from './guardrails.ts'
import { proposalAnalysisTool } from './proposal-analysis.ts'
import { type AgentDeps, baseAgent } from './specialist.ts'

/** The one voice in the chat: it understands the broker, and has the specialists do the work. */
export function createOrchestrator(deps: AgentDeps & { avinodeServers?: MCPServer[] }): Agent<AgentContext> {
  const own = baseAgent('orchestrator', deps, [
    'resolve_airport',
    'create_request',
    'get_request',
    'list_requests',
    'update_request',
    'cancel_request',
    'list_quotes',
  ])
  return recordToolCalls(
    new Agent<AgentContext>({
      ...own,
      tools: [
        ...own.tools,
        clientDataTool(deps),
        flightSearchTool(deps),
        proposalAnalysisTool(deps),
        communicationTool(deps),
        errorMonitorTool(deps),
      ],
      inputGuardrails: [inputSizeGuardrail(deps.limits)],
    }),
  )
}
