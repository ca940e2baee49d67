import { readFileSync } from 'node:fs'
import type { RunContext } from '@openai/agents'
import type { AgentContext } from './agent-context.ts'
import type { AgentType } from './agent-type.ts'
import { currentExecution } from './execution.ts'

/** The prose of one agent, followed by what is true right now. Within one run of the agent it stays the same. */
export function instructionsOf(agent_type: AgentType) {
  const prose = readFileSync(new URL(`./instructions/${agent_type.replace('_', '-')}.md`, import.meta.url), 'utf8')
  return async ({ context }: RunContext<AgentContext>): Promise<string> => {
    const execution = currentExecution()
    const write = async () => `${prose}\n${situationBlock(await context.run.situation())}`
    if (!execution) return write()
    execution.instructions ??= write()
    return execution.instructions
  }
}

/** `<` is escaped, so that no text from a row can close the block. */
const situationBlock = (situation: object) =>
  `<situation>${JSON.stringify(situation).replaceAll('<', '\\u003c')}</situation>`
