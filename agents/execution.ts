import { AsyncLocalStorage } from 'node:async_hooks'
import type { Agent, AgentOutputType, Tool } from '@openai/agents'
import type { Span } from '@opentelemetry/api'
import type { AgentContext } from './agent-context.ts'
import type { AgentType } from './agent-type.ts'
import type { ExecutionLog } from './execution-log.ts'
import { beginToolSpan, endToolSpan } from './spans.ts'

export type ToolCallRecord = {
  call_id: string
  name: string
  arguments: unknown
  duration_ms: number | null
  ok: boolean
  error: string | null
}

/** One run of one agent while it happens; `ExecutionLog` keeps it as a row of `agent_executions`. */
export type Execution = {
  readonly id: string
  readonly agent_type: AgentType
  readonly parent: Execution | undefined
  /** The step of the agent above that called this one. */
  readonly parent_step: string | null
  readonly log: ExecutionLog
  readonly span: Span
  /** Which model speaks for this agent, and who runs it. */
  readonly model: string
  readonly provider: string
  readonly started_at: Date
  /** Milliseconds that earlier parts of this run took, before it waited for a person. */
  readonly earlier_ms: number
  request_id: string | null
  tokens: { requests: number; input: number; cached: number; output: number }
  /** How often a model was asked the same thing again. */
  model_retries: number
  tool_calls: ToolCallRecord[]
  /** Calls that began before a person was asked: going on, they stay the same calls. */
  readonly begun: Set<ToolCallRecord>
  /** What no model may talk its way around (model down, limit, defect): it ends the whole run. */
  fatal: Error | undefined
  /** Why this one agent could not finish; the agent above it is told and may go on. */
  problem: Error | undefined
  /** What the SDK says a specialist came to. */
  result: { waits: true } | { waits: false; output: unknown } | undefined
  instructions: Promise<string> | undefined
}

/** A tool call as the broker's screen shows it while it runs. */
export type Step = {
  id: string
  agent: AgentType
  tool: string
  /** The call of the specialist inside which it happens. */
  parent: string | null
  status: 'running' | 'done' | 'failed'
  duration_ms: number | null
}

// Follows a run through the SDK's loop, nested agents and parallel calls included, without a place of its own in their signatures.
const running = new AsyncLocalStorage<Execution>()

/** The run that the present code is part of. */
export const currentExecution = () => running.getStore()

/** Does the work as part of that run. */
export const within = <T>(execution: Execution, work: () => Promise<T>): Promise<T> => running.run(execution, work)

/** Notes what ends the whole run; the SDK would hide it from the agents above. */
export function remember(error: unknown): unknown {
  const execution = running.getStore()
  if (execution) execution.fatal ??= error instanceof Error ? error : new Error(String(error))
  return error
}

/** Records the tool calls of an agent in the run that they belong to. */
export function recordToolCalls<Out extends AgentOutputType>(agent: Agent<AgentContext, Out>) {
  agent.on('agent_tool_start', (_context, tool, { toolCall }) => startToolCall(tool, toolCall))
  agent.on('agent_tool_end', (_context, _tool, _result, { toolCall }) => endToolCall(toolCall))
  return agent
}

/** Marks a tool call as failed, with the sentence that the model was given. */
export function failToolCall(call_id: string, error: string, execution = running.getStore()) {
  const record = execution?.tool_calls.findLast((call) => call.call_id === call_id)
  if (record) record.error = error
}

export const stepId = (execution: Execution, call_id: string) => `${execution.id}/${call_id}`

type SdkToolCall = { type: string; callId?: unknown; arguments?: unknown }

const startTimes = new WeakMap<ToolCallRecord, number>()

function recordFor(execution: Execution, call_id: string, name: string, written: string): ToolCallRecord {
  const begun = [...execution.begun].find((call) => call.call_id === call_id && call.name === name)
  if (begun) {
    execution.begun.delete(begun)
    return Object.assign(begun, { ok: false, error: null })
  }
  const record = { call_id, name, arguments: parseJson(written), duration_ms: null, ok: false, error: null }
  execution.tool_calls.push(record)
  return record
}

function startToolCall(tool: Tool<AgentContext>, toolCall: SdkToolCall) {
  const execution = running.getStore()
  if (!execution) return
  const record = recordFor(execution, String(toolCall.callId), tool.name, String(toolCall.arguments))
  startTimes.set(record, performance.now())
  beginToolSpan(execution, record)
  execution.log.stepChanged(step(execution, record, 'running'))
}

function endToolCall(toolCall: SdkToolCall) {
  const execution = running.getStore()
  const record = execution?.tool_calls.findLast(({ call_id }) => call_id === String(toolCall.callId))
  if (!execution || !record) return
  const elapsed = performance.now() - (startTimes.get(record) ?? performance.now())
  record.duration_ms = (record.duration_ms ?? 0) + Math.round(elapsed)
  record.ok = record.error === null
  endToolSpan(record)
  execution.log.stepChanged(step(execution, record, record.ok ? 'done' : 'failed'))
}

const step = (execution: Execution, { call_id, name, duration_ms }: ToolCallRecord, status: Step['status']): Step => ({
  id: stepId(execution, call_id),
  agent: execution.agent_type,
  tool: name,
  parent: execution.parent_step,
  status,
  duration_ms,
})

/** What a model wrote as arguments: its value, or the text itself where it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // the tool itself will say so to the model
  }
}
