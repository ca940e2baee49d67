import { randomUUID } from 'node:crypto'
import {
  type Model,
  type ModelRequest,
  type ModelResponse,
  type protocol,
  type StreamEvent,
  Usage,
} from '@openai/agents'
import { planClientData } from './planning/client-data.ts'
import { planCommunication } from './planning/communication.ts'
import { planErrorMonitor } from './planning/error-monitor.ts'
import { planFlightSearch } from './planning/flight-search.ts'
import { planOrchestrator } from './planning/orchestrator.ts'
import { planProposalAnalysis } from './planning/proposal-analysis.ts'
import { readTurn, type Step, type Turn } from './planning/turn.ts'

const planners = {
  orchestrator: planOrchestrator,
  client_data: planClientData,
  flight_search: planFlightSearch,
  proposal_analysis: planProposalAnalysis,
  communication: planCommunication,
  error_monitor: planErrorMonitor,
}

/** The model of one agent without any network: it reads the conversation by rules and drives the same tools through the same loop. */
export class OfflineModel implements Model {
  readonly #plan: (turn: Turn) => Step

  constructor(agent_type: keyof typeof planners) {
    this.#plan = planners[agent_type]
  }

  async getResponse(request: ModelRequest): Promise<ModelResponse> {
    const { output, id } = this.#respond(request)
    // Nothing was asked of anyone, so nothing was used.
    return { usage: new Usage({ requests: 1 }), output, responseId: id, providerData: { model: 'offline' } }
  }

  async *getStreamedResponse(request: ModelRequest): AsyncIterable<StreamEvent> {
    const { output, id } = this.#respond(request)
    yield { type: 'response_started' }
    for (const item of output) {
      for (const delta of wordsOf(item)) {
        request.signal?.throwIfAborted()
        yield { type: 'output_text_delta', ...(item.id && { itemId: item.id }), delta }
      }
    }
    const usage = { requests: 1, inputTokens: 0, outputTokens: 0, totalTokens: 0 }
    yield { type: 'response_done', response: { id, usage, output, providerData: { model: 'offline' } } }
  }

  #respond(request: ModelRequest) {
    request.signal?.throwIfAborted()
    const turn = readTurn(request)
    return { output: outputOf(this.#plan(turn), turn), id: `offline_${randomUUID()}` }
  }
}

type OutputItem = protocol.AssistantMessageItem | protocol.FunctionCallItem

/** The words of a message one by one, as a model would stream them. */
function wordsOf(item: OutputItem): string[] {
  if (!('content' in item)) return []
  const [part] = item.content
  return part?.type === 'output_text' ? (part.text.match(/\S+\s*|\s+/g) ?? []) : []
}

/** A step as the SDK takes it. A tool that was not offered is not called, and every parameter that it requires is written, as null at least. */
function outputOf(step: Step, { tools }: Turn): OutputItem[] {
  if ('say' in step) return [message(step.say)]
  const offered = step.calls.filter(({ name }) => tools.has(name))
  if (offered.length === 0) return [message('I cannot do this here: the tool that it needs is not available.')]
  return offered.map(({ name, args }) => {
    const callId = `call_${randomUUID()}`
    const open = Object.fromEntries((tools.get(name) ?? []).map((parameter) => [parameter, null]))
    return {
      type: 'function_call',
      id: callId,
      callId,
      name,
      status: 'completed',
      arguments: JSON.stringify({ ...open, ...args }),
    }
  })
}

const message = (text: string): OutputItem => ({
  type: 'message',
  id: `msg_${randomUUID()}`,
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, providerData: { model: 'offline' } }],
})
