import type { Model, ModelSettings } from '@openai/agents'
import type { AgentType } from './agent-type.ts'
import { meteredModel } from './metered-model.ts'

export type AgentModel = { model: Model; name: string; settings: ModelSettings }

/** Which model each agent speaks through. */
export type Models = ((agent_type: AgentType) => AgentModel) & {
  /** True when rules answer and no model is asked. */
  readonly offline: boolean
  /** What the tokens of one run cost, where the price is known. */
  costUsd(agent_type: AgentType, tokens: { input: number; output: number }): number | null
}

/** Wraps any choice of models; tests pass scripted ones. */
export function modelsFrom(
  choose: (agent_type: AgentType) => { model: Model; name: string; settings?: ModelSettings },
  options: { offline: boolean; costUsd?: Models['costUsd'] },
): Models {
  const chosen = new Map<AgentType, AgentModel>()
  const of = (agent_type: AgentType): AgentModel => {
    const known = chosen.get(agent_type)
    if (known) return known
    const { model, name, settings = {} } = choose(agent_type)
    const entry = { model: meteredModel(model), name, settings }
    chosen.set(agent_type, entry)
    return entry
  }
  return Object.assign(of, { offline: options.offline, costUsd: options.costUsd ?? (() => null) })
}
