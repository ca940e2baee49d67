import { type Agent, RunContext, RunState } from '@openai/agents'
import { z } from 'zod'
import type { AgentContext } from './agent-context.ts'

/** The version of the Agents SDK that a stored run needs: a minor one may change the format. */
export const SDK_VERSION = '@openai/agents@0.20.0'

const PausedRun = z.object({
  /** Counts the messages of one turn: one before each approval, one after it. */
  part: z.int(),
  state: z.string(),
  /** Approval ids by tool call id. */
  approvals: z.array(z.tuple([z.string(), z.string()])),
  /** Execution ids by tool call id. */
  executions: z.array(z.tuple([z.string(), z.string()])),
})
/** A run that waits for a person, as text in the database: no connection, no token, no key. */
export type PausedRun = z.output<typeof PausedRun>

export const writePausedRun = (paused: PausedRun): string => JSON.stringify(paused)

/** The stored run, or undefined for a text that is none. */
export function readPausedRun(run_state: string): PausedRun | undefined {
  try {
    return PausedRun.safeParse(JSON.parse(run_state)).data
  } catch {
    return undefined // not ours, or cut off: the turn is answered anew
  }
}

/** Puts the run back into the same agents, with the present context. Undefined when another SDK wrote it, or the agents have changed. */
export async function restoreRun(
  orchestrator: Agent<AgentContext>,
  { state }: PausedRun,
  sdk_version: string | null,
  context: AgentContext,
) {
  if (sdk_version !== SDK_VERSION) return undefined
  try {
    return await RunState.fromStringWithContext<AgentContext, Agent<AgentContext>>(
      orchestrator,
      state,
      new RunContext(context),
      {
        contextStrategy: 'merge',
      },
    )
  } catch {
    return undefined // the turn is answered anew
  }
}
