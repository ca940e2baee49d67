import type { ToolContext } from '../tools/context.ts'
import type { ExecutionLog } from './execution-log.ts'
import type { Budget } from './limits.ts'
import type { OutwardCalls } from './outward-calls.ts'

/** What belongs to one run of an agent and its specialists, beside what the verbs may reach. */
export type AgentRun = {
  executions: ExecutionLog
  budget: Budget
  outward: OutwardCalls
  /** Facts that an agent begins with, read with the broker's rights. */
  situation(): Promise<object>
  /** The request that the conversation was about when the run began. */
  readonly first_request_id: string | null
}

export type AgentContext = {
  tools: ToolContext
  run: AgentRun
  /** A stored run holds no connection, no token and nobody's data: the next process brings its own. */
  toJSON(): Record<string, never>
}

/** Ties the two halves together. */
export const agentContext = (tools: ToolContext, run: AgentRun): AgentContext => ({ tools, run, toJSON: () => ({}) })
