import type { Agent, AgentOutputType, AgentTool, RunConfig } from '@openai/agents'
import { z } from 'zod'
import { toolNamed } from '../tools/registry.ts'
import type { Tool } from '../tools/tool.ts'
import type { AgentContext } from './agent-context.ts'
import { agentTool } from './agent-tool.ts'
import type { AgentType } from './agent-type.ts'
import { currentExecution, type Execution, failToolCall, parseJson, recordToolCalls, within } from './execution.ts'
import type { Ending } from './execution-log.ts'
import { instructionsOf } from './instructions.ts'
import type { Limits } from './limits.ts'
import type { Models } from './models-from.ts'
import type { Sight } from './others-words.ts'

/** How every run of every agent is run. Traces stay at home; a tool that a model made up is an answer, not a crash. */
export const RUN_CONFIG = {
  tracingDisabled: true,
  traceIncludeSensitiveData: false,
  toolNotFoundBehavior: 'return_error_to_model',
  reasoningItemIdPolicy: 'omit',
} satisfies Partial<RunConfig>

export type AgentDeps = {
  models: Models
  limits: Limits
}

/** The parts that all six agents share: prose with the situation, the model chosen for it, and tools from the registry. */
export function baseAgent(
  agent_type: AgentType,
  { models, limits }: AgentDeps,
  toolNames: readonly string[],
  { sight = 'withheld' }: { sight?: Sight } = {},
) {
  const { model, settings } = models(agent_type)
  return {
    name: agent_type,
    instructions: instructionsOf(agent_type),
    model,
    modelSettings: settings,
    tools: toolNames.map((name) => agentTool(registered(name), { sight, limits })),
  }
}

function registered(name: string): Tool {
  const found = toolNamed(name)
  if (!found) throw new Error(`No tool is called ${name}`)
  return found
}

type SpecialistOptions<Parameters extends z.ZodObject> = {
  agent_type: AgentType
  description: string
  parameters: Parameters
  limits: Limits
}

/**
 * A specialist as a tool of the orchestrator. It is given its parameters as one JSON object and answers with its output as
 * JSON. Its run is a row of its own, below the run that called it, and goes on in the same row after a person decided.
 */
export function specialistTool<Out extends AgentOutputType, Parameters extends z.ZodObject>(
  agent: Agent<AgentContext, Out>,
  { agent_type, description, parameters, limits }: SpecialistOptions<Parameters>,
): AgentTool<AgentContext, Agent<AgentContext, Out>, Parameters> {
  recordToolCalls(agent)
  const tool = agent.asTool<Agent<AgentContext, Out>, Parameters>({
    toolName: agent_type,
    toolDescription: description,
    parameters,
    inputBuilder: ({ params }) => JSON.stringify(params),
    customOutputExtractor: (result) => {
      const waits = (result.interruptions?.length ?? 0) > 0
      const output = waits ? undefined : result.finalOutput
      const execution = currentExecution()
      if (execution) execution.result = waits ? { waits } : { waits, output }
      return waits ? '' : JSON.stringify(output)
    },
    runConfig: RUN_CONFIG,
    runOptions: {
      maxTurns: limits.turns,
      errorHandlers: {
        default: ({ error }) => {
          const execution = currentExecution()
          if (execution) execution.problem = error
        },
      },
    },
  })
  const runNested = tool.invoke
  tool.invoke = async (run, input, details) => {
    const { executions, budget } = run.context.run
    const resumes = details?.resumeState !== undefined
    if (!resumes) budget.spendToolCall()
    const call_id = details?.toolCall?.callId ?? ''
    const asked = parseJson(input)
    const execution = await executions.begin(agent_type, { call_id, input: asked, resumes })
    return within(execution, async () => {
      await executions.learnRequest(mentionedRequest(asked))
      try {
        return await settle(execution, String(await runNested(run, input, details)), call_id)
      } catch (error) {
        await executions.end(execution, failedEnding(error, run.context.tools.signal))
        throw error
      }
    })
  }
  return tool
}

/** The SDK answers every failure of a nested run with one polite sentence; here it is told apart again. */
async function settle(execution: Execution, text: string, call_id: string): Promise<string> {
  const { fatal, result, log, parent } = execution
  if (fatal) {
    if (parent) parent.fatal ??= fatal
    throw fatal
  }
  if (!result) {
    const problem = execution.problem ?? new Error('The specialist ended without a result')
    await log.end(execution, { status: 'failed', error: problem })
    const sentence = `failed: The ${execution.agent_type} specialist could not finish this`
    if (parent) failToolCall(call_id, sentence, parent)
    return sentence
  }
  await log.end(
    execution,
    result.waits ? { status: 'pending', output: 'waits for approval' } : { status: 'completed', output: result.output },
  )
  return text
}

/** How a run ends that was cut off or threw. */
export function failedEnding(error: unknown, signal: AbortSignal): Ending {
  const timedOut = signal.aborted && signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
  return { status: timedOut ? 'timeout' : 'failed', error: error instanceof Error ? error : new Error(String(error)) }
}

const Mention = z.object({ request_id: z.uuid().nullish() })
const mentionedRequest = (asked: unknown) => Mention.safeParse(asked).data?.request_id ?? undefined
