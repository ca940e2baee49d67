import { Agent } from '@openai/agents'
import { z } from 'zod'
import type { AgentContext } from './agent-context.ts'
import { type AgentDeps, baseAgent, specialistTool } from './specialist.ts'

export const ErrorReport = z.strictObject({
  cause: z.string().describe('What went wrong, in a few plain words'),
  explanation: z.string().describe('What that means for the broker'),
  action_taken: z.string().describe('What was retried, or "none"'),
  advice: z.string().describe('What the broker or an admin should do, or "nothing"'),
})
export type ErrorReport = z.output<typeof ErrorReport>

/** Explains what failed, and retries what a retry can cure. */
export const createErrorMonitor = (deps: AgentDeps) =>
  new Agent<AgentContext, typeof ErrorReport>({
    ...baseAgent('error_monitor', deps, [
      'list_failed_executions',
      'list_dead_letters',
      'retry_event',
      'explain_failure',
    ]),
    handoffDescription: 'Explains failures',
    outputType: ErrorReport,
  })

export const errorMonitorTool = (deps: AgentDeps) =>
  specialistTool(createErrorMonitor(deps), {
    agent_type: 'error_monitor',
    description:
      'Finds out why something failed or is late, retries it where that can help, and explains it in plain words.',
    parameters: z.strictObject({
      task: z.string().describe('What seems to be wrong'),
      request_id: z.uuid().nullable().describe('The request that it is about, or null'),
    }),
    limits: deps.limits,
  })
