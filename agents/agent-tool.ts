import { ModelBehaviorError, type RunContext, type Tool as SdkTool, tool } from '@openai/agents'
import { z } from 'zod'
import { LimitExceededError, ServiceError, UpstreamError } from '../tools/errors.ts'
import { type InsideTool, type OutwardTool, runTool, type Tool } from '../tools/tool.ts'
import { withSignal } from '../tools/with-signal.ts'
import type { AgentContext } from './agent-context.ts'
import { failToolCall, remember } from './execution.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { guardOthersWords, type Sight } from './others-words.ts'
import { strictSchema, withoutStrictNulls } from './strict-schema.ts'

/** They wait for Avinode or write a PDF. */
const SLOW_TOOLS = ['create_trip', 'create_proposal', 'revise_proposal']
const OUTPUT_LIMIT = 60_000

type Call = { toolCall?: { callId: string }; signal?: AbortSignal }

/**
 * Exposes a tool to the Agents SDK. Expected failures go back to the model as text; defects, limits and a database that
 * does not answer end the run. What is outward stops for a person, and is never performed from here.
 */
export function agentTool(
  definition: Tool,
  { sight = 'withheld', limits = DEFAULT_LIMITS }: { sight?: Sight; limits?: Limits } = {},
): SdkTool<AgentContext> {
  const outward = definition.effect === 'outward' ? definition : undefined
  return tool({
    name: definition.name,
    description: definition.description,
    parameters: strictSchema(definition.input),
    strict: true,
    timeoutMs: SLOW_TOOLS.includes(definition.name) ? limits.slow_tool_ms : limits.tool_ms,
    timeoutErrorFunction: (_run, _error, details) => {
      const text = `upstream_unavailable: ${definition.name} took too long and was given up`
      failToolCall(callId(details), text)
      return text
    },
    needsApproval: outward
      ? (run, input, call_id) => mustAsk(outward, input, run as RunContext<AgentContext>, call_id)
      : false,
    execute: async (input: unknown, run?: RunContext<AgentContext>, details?: Call) => {
      if (!run) throw new Error(`${definition.name} was called outside a run`)
      run.context.run.budget.spendToolCall()
      const given = withoutStrictNulls(definition.input, input)
      return outward
        ? run.context.run.outward.outcome(outward, given, callId(details), run.context.tools)
        : perform(definition as InsideTool, given, run.context, { sight, signal: details?.signal })
    },
    errorFunction: (_run, error, details) => explain(error, callId(details)),
  })
}

async function perform(
  definition: InsideTool,
  input: unknown,
  { tools, run }: AgentContext,
  { sight, signal }: { sight: Sight; signal: AbortSignal | undefined },
) {
  const output = await runTool(definition, input, withSignal(tools, signal))
  await run.executions.learnRequest(requestOf(input, output))
  const text = JSON.stringify(guardOthersWords(output, sight, tools.broker.iso_agent_id))
  return text.length <= OUTPUT_LIMIT ? text : `${text.slice(0, OUTPUT_LIMIT)} … (cut: ask for less)`
}

/** Files the call for approval, once. A call that cannot be filed needs no approval: executing it says why. */
async function mustAsk(
  definition: OutwardTool,
  input: unknown,
  { context }: RunContext<AgentContext>,
  call_id = '',
): Promise<boolean> {
  try {
    return await context.run.outward.file(
      definition,
      withoutStrictNulls(definition.input, input),
      call_id,
      context.tools,
    )
  } catch (error) {
    if (sentenceFor(error) === undefined) throw remember(error)
    return false
  }
}

/** What the model is told about a failure, or undefined when there is nothing that it could do about it. */
function sentenceFor(error: unknown): string | undefined {
  if (error instanceof ModelBehaviorError) return 'invalid_input: The arguments are not valid JSON for this tool'
  if (!(error instanceof ServiceError) || error instanceof LimitExceededError) return undefined
  if (error instanceof UpstreamError && error.upstream === 'database') return undefined
  return `${error.code}: ${error.message}`
}

function explain(error: unknown, call_id: string): string {
  const sentence = sentenceFor(error)
  failToolCall(call_id, sentence ?? String(error instanceof Error ? error.message : error))
  if (sentence === undefined) throw remember(error)
  return sentence
}

const callId = (details: Call | undefined) => details?.toolCall?.callId ?? ''

/** The request that a call was about, where its input or output says so. */
function requestOf(input: unknown, output: unknown): string | undefined {
  const found = RequestMention.safeParse({ ...(output as object), input })
  if (!found.success) return undefined
  const { request, quote, proposal, input: given } = found.data
  return request?.id ?? quote?.request_id ?? proposal?.request_id ?? given?.request_id ?? undefined
}

const RequestMention = z.object({
  request: z.object({ id: z.uuid() }).optional(),
  quote: z.object({ request_id: z.uuid() }).optional(),
  proposal: z.object({ request_id: z.uuid() }).optional(),
  input: z.object({ request_id: z.uuid().nullish() }).optional(),
})
