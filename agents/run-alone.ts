import { type Agent, Runner } from '@openai/agents'
import type { z } from 'zod'
import type { AgentContext } from './agent-context.ts'
import type { AgentType } from './agent-type.ts'
import { within } from './execution.ts'
import { failedEnding, RUN_CONFIG } from './specialist.ts'
import { causeOf } from './turn-failure.ts'

/** Runs one specialist without a chat around it, as a row of its own, and returns its parsed output. */
export async function runAlone<Out extends z.ZodObject>(
  agent: Agent<AgentContext, Out>,
  {
    agent_type,
    output,
    input,
    context,
    maxTurns,
  }: { agent_type: AgentType; output: Out; input: object; context: AgentContext; maxTurns: number },
): Promise<z.output<Out>> {
  const { executions } = context.run
  const execution = await executions.begin(agent_type, { call_id: agent_type, input, resumes: false })
  const { day } = context.run.budget
  try {
    await day.open()
    const { signal } = context.tools
    const result = await within(execution, () =>
      new Runner(RUN_CONFIG).run(agent, JSON.stringify(input), { context, maxTurns, signal }),
    )
    const answer = output.parse(result.finalOutput)
    await executions.end(execution, { status: 'completed', output: answer })
    return answer
  } catch (error) {
    const cause = execution.fatal ?? causeOf(error)
    await executions.end(execution, failedEnding(cause, context.tools.signal))
    throw cause
  } finally {
    day.close()
  }
}
