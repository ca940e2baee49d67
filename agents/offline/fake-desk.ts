import { Agent, type AgentInputItem, type AgentOutputType, assistant, Runner, tool, user } from '@openai/agents'
import { z } from 'zod'
import { toolNamed } from '../../tools/registry.ts'
import type { AgentType } from '../agent-type.ts'
import { ClientData } from '../client-data.ts'
import { Communication } from '../communication.ts'
import { ErrorReport } from '../error-monitor.ts'
import { FlightSearch } from '../flight-search.ts'
import { ProposalAnalysis } from '../proposal-analysis.ts'
import { createFakeTools, type FakeTools, type Row } from './fake-tools.ts'
import { OfflineModel } from './offline-model.ts'

type Options = { today?: string; clients?: string[]; quotes?: Row[]; tools?: FakeTools }

const SpecialistTask = z.strictObject({ task: z.string(), request_id: z.uuid().nullable() })
const ProposalTask = SpecialistTask.extend({ quote_id: z.uuid().nullable(), proposal_id: z.uuid().nullable() })

const outward = ['send_proposal', 'cancel_request', 'reply_to_operator']

/**
 * A charter desk without a database: the offline model in the SDK's own loop, with the real tools' names and schemas over a few rows in
 * memory. It keeps one conversation as the service does: only the words survive from turn to turn.
 */
export function fakeDesk({
  today = '2026-11-02',
  clients = ['Acme Corporation'],
  quotes = [],
  tools = {},
}: Options = {}) {
  const calls: { name: string; args: Record<string, unknown> }[] = []
  const { rows, perform } = createFakeTools({ clients, quotes, tools })
  const history: AgentInputItem[] = []

  /** As strict as the real tools: an input that they would refuse fails the test. */
  const functionTool = (name: string) =>
    tool({
      name,
      description: name,
      parameters: { type: 'object', properties: {}, required: [], additionalProperties: true },
      strict: false,
      needsApproval: outward.includes(name),
      errorFunction: null,
      execute: (input) => {
        const args = toolNamed(name)?.input.parse(typeof input === 'string' ? JSON.parse(input) : input) ?? {}
        calls.push({ name, args })
        return perform(name, args)
      },
    })

  const instructions = () => {
    const requests = rows.map(({ metadata: _kept, ...brief }) => brief)
    const situation = {
      today,
      broker: { full_name: 'Dana Broker' },
      request: requests[0] ?? null,
      requests,
      pending_approvals: [],
    }
    return `The <situation> is at the end.\n<situation>${JSON.stringify(situation)}</situation>`
  }

  const specialist = (name: Exclude<AgentType, 'orchestrator'>, outputType: AgentOutputType, toolNames: string[]) =>
    new Agent({
      name,
      instructions,
      model: new OfflineModel(name),
      tools: toolNames.map(functionTool),
      outputType,
    }).asTool({
      toolName: name,
      toolDescription: name,
      parameters: name === 'communication' ? ProposalTask : SpecialistTask,
      inputBuilder: ({ params }) => {
        calls.push({ name, args: params })
        return JSON.stringify(params)
      },
      customOutputExtractor: (result) =>
        (result.interruptions?.length ?? 0) > 0 ? '' : JSON.stringify(result.finalOutput),
    })

  const own = [
    'resolve_airport',
    'create_request',
    'get_request',
    'list_requests',
    'update_request',
    'cancel_request',
    'list_quotes',
  ]
  const orchestrator = new Agent({
    name: 'orchestrator',
    instructions,
    model: new OfflineModel('orchestrator'),
    tools: [
      ...own.map(functionTool),
      specialist('client_data', ClientData, ['find_clients', 'create_client', 'update_client', 'update_request']),
      specialist('flight_search', FlightSearch, ['create_trip', 'get_request']),
      specialist('proposal_analysis', ProposalAnalysis, [
        'score_quotes',
        'compare_quotes',
        'list_quotes',
        'list_messages',
      ]),
      specialist('communication', Communication, [
        'create_proposal',
        'revise_proposal',
        'get_proposal',
        'list_proposals',
        'list_quotes',
        'send_proposal',
        'reply_to_operator',
      ]),
      specialist('error_monitor', ErrorReport, [
        'list_failed_executions',
        'list_dead_letters',
        'retry_event',
        'explain_failure',
      ]),
    ],
  })
  const runner = new Runner({ tracingDisabled: true })

  return {
    rows,
    /** The calls since the last time it was asked. */
    calls: () => calls.splice(0),
    /** Says something as the broker and returns the answer; what needs approval is decided, or left waiting. */
    async say(text: string, decision?: 'approve' | 'reject'): Promise<string> {
      history.push(user(text))
      let result = await runner.run(orchestrator, history)
      while (decision && result.interruptions.length > 0) {
        for (const interruption of result.interruptions) {
          if (decision === 'approve') result.state.approve(interruption)
          else result.state.reject(interruption, { message: 'rejected: The broker said no to it. Nothing was sent.' })
        }
        result = await runner.run(orchestrator, result.state)
      }
      const waiting = result.interruptions.map(({ name }) => name).join()
      const answer = waiting === '' ? String(result.finalOutput) : `waits for approval: ${waiting}`
      history.push(assistant(answer))
      return answer
    },
  }
}
