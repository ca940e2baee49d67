import { postAssistantMessage } from '../tools/messages/post-message.ts'
import { type AgentsDeps, limitsOf, toolContext } from './agent-deps.ts'
import { startAgentRun } from './agent-run.ts'
import { brokerOfRequest, firstAdmin } from './background-broker.ts'
import { withModelsLeft } from './background-models.ts'
import { deterministicId } from './deterministic-id.ts'
import { createErrorMonitor, ErrorReport } from './error-monitor.ts'
import { recordToolCalls } from './execution.ts'
import { runAlone } from './run-alone.ts'

/** Something that was given up or keeps failing. */
export type Failure = {
  /** Names this failure: the same one is explained once. */
  id: string
  event_id: string | null
  execution_id: string | null
  request_id: string | null
  /** The room of the broker who should hear of it, or null. */
  conversation_id: string | null
}

/** Explains a failure as the broker whose request it is, or else as an admin, and tells the broker in the request's room. */
export function createErrorMonitoring(deps: AgentsDeps) {
  const limits = limitsOf(deps)

  return async (failure: Failure, signal: AbortSignal): Promise<ErrorReport | undefined> => {
    const { request_id, conversation_id } = failure
    const { service } = deps.supabase
    const broker = request_id ? await brokerOfRequest(service, request_id) : await firstAdmin(service)
    if (!broker) return undefined
    const tools = toolContext(deps, broker, {
      seed: deterministicId(failure.id, 'error-monitor'),
      origin: { kind: 'background', turn_id: null, conversation_id: null },
      signal: AbortSignal.any([signal, AbortSignal.timeout(limits.seconds * 1000)]),
    })
    const work = await withModelsLeft(deps, broker.iso_agent_id)
    const agent = recordToolCalls(createErrorMonitor({ models: work.models, limits }))
    const context = startAgentRun(work, tools, {
      facts: { background: 'error_monitor', failure },
      retry_count: 0,
      request_id,
    })
    const report = await runAlone(agent, {
      agent_type: 'error_monitor',
      output: ErrorReport,
      input: { task: taskFor(failure), request_id },
      context,
      maxTurns: limits.turns,
    })
    if (conversation_id) {
      await postAssistantMessage(
        {
          id: tools.newId('report'),
          conversation_id,
          content_type: 'workflow_update',
          content: [report.explanation, report.action_taken, report.advice]
            .filter((text) => !/^(none|nothing)\.?$/i.test(text))
            .join(' '),
          rich_content: { card: 'notice', request_id, ...report },
        },
        tools,
      )
    }
    return report
  }
}

function taskFor({ event_id, execution_id }: Failure): string {
  if (event_id)
    return `The notification ${event_id} was given up. Explain it (event_id), and retry it where that can help.`
  if (execution_id) return `The run ${execution_id} failed. Explain it (execution_id).`
  return 'Something keeps failing. Look for the newest failures and explain them.'
}
