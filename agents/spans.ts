import { type Attributes, ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { AgentType } from './agent-type.ts'
import type { Execution } from './execution.ts'

/**
 * What the agents do as spans, by OpenTelemetry's conventions for generative AI: `invoke_agent`, `chat`, `execute_tool`. They name
 * agents, models, tools, ids and counts, and nothing of what anybody wrote. Without a collector they cost nothing.
 */

const begin = (name: string, kind: SpanKind, above: Span | undefined, attributes: Attributes): Span =>
  trace
    .getTracer('jetvision.agents')
    .startSpan(name, { kind, attributes }, above ? trace.setSpan(ROOT_CONTEXT, above) : ROOT_CONTEXT)

/** The name of an error's class, or its code: its message may quote somebody. */
function kindOf(error: unknown): string {
  if (!(error instanceof Error)) return 'error'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}

function fail(span: Span, kind: string) {
  span.setAttribute('error.type', kind)
  span.setStatus({ code: SpanStatusCode.ERROR })
}

export function beginRunSpan(
  agent_type: AgentType,
  { id, model, provider, facts, above }: RunFacts & { above: Span | undefined },
): Span {
  const conversation = facts.conversation_id
  return begin(`invoke_agent ${agent_type}`, SpanKind.INTERNAL, above, {
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': provider,
    'gen_ai.agent.name': agent_type,
    'gen_ai.request.model': model,
    ...(typeof conversation === 'string' && { 'gen_ai.conversation.id': conversation }),
    'jetvision.execution.id': id,
  })
}

type RunFacts = { id: string; model: string; provider: string; facts: Record<string, unknown> }

export function endRunSpan({ span, tokens }: Execution, ending: { status: string; error?: Error }) {
  span.setAttributes({
    'gen_ai.usage.input_tokens': tokens.input,
    'gen_ai.usage.output_tokens': tokens.output,
    'jetvision.execution.status': ending.status,
  })
  if (ending.error) fail(span, ending.status === 'timeout' ? 'timeout' : kindOf(ending.error))
  span.end()
}

const tools = new WeakMap<object, Span>()

/** The span of a tool call goes on under the call's record. */
export function beginToolSpan(execution: Execution, call: { call_id: string; name: string }) {
  const span = begin(`execute_tool ${call.name}`, SpanKind.INTERNAL, execution.span, {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': call.name,
    'gen_ai.tool.type': 'function',
    'gen_ai.tool.call.id': call.call_id,
  })
  tools.set(call, span)
}

export function endToolSpan(call: { error: string | null }) {
  const span = tools.get(call)
  if (!span) return
  if (call.error !== null) fail(span, /^[a-z_]+(?=:)/.exec(call.error)?.[0] ?? 'error')
  span.end()
}

/** The call of a specialist, below which its run stands; else the run that is going on. */
export function spanAbove(parent: Execution | undefined, call_id: string): Span | undefined {
  const call = parent?.tool_calls.findLast((one) => one.call_id === call_id)
  return (call && tools.get(call)) ?? parent?.span
}

/** One question to a model, as part of the run that is going on. */
export function chatSpan(execution: Execution | undefined) {
  const model = execution?.model ?? 'unknown'
  const span = begin(`chat ${model}`, SpanKind.CLIENT, execution?.span, {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': execution?.provider ?? 'unknown',
    'gen_ai.request.model': model,
  })
  return {
    used({ inputTokens, outputTokens }: { inputTokens: number; outputTokens: number }) {
      span.setAttributes({ 'gen_ai.usage.input_tokens': inputTokens, 'gen_ai.usage.output_tokens': outputTokens })
    },
    failed: (error: unknown) => fail(span, kindOf(error)),
    end: () => span.end(),
  }
}
