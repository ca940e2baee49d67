import type { Model, ModelSettings } from '@openai/agents'
import type { AgentType } from './agent-type.ts'
import type { Limits } from './limits.ts'
import { meteredModel } from './metered-model.ts'
import type { TokenUse } from './prices.ts'

export type AgentModel = { model: Model; name: string; settings: ModelSettings }

/** Which model each agent speaks through. */
export type Models = ((agent_type: AgentType) => AgentModel) & {
  /** True when rules answer and no model is asked. */
  readonly offline: boolean
  /** What the tokens of one run cost, where the price is known. */
  costUsd(agent_type: AgentType, tokens: TokenUse): number | null
  /** What the configuration allows beside the usual. */
  readonly limits: Partial<Limits>
}

/** Wraps any choice of models; tests pass scripted ones. */
export function modelsFrom(
  choose: (agent_type: AgentType) => { model: Model; name: string; settings?: ModelSettings },
  options: { offline: boolean; costUsd?: Models['costUsd']; limits?: Partial<Limits>; retries?: number },
): Models {
  const { offline, costUsd = () => null, limits = {}, retries = 0 } = options
  const chosen = new Map<AgentType, AgentModel>()
  const of = (agent_type: AgentType): AgentModel => {
    const known = chosen.get(agent_type)
    if (known) return known
    const { model, name, settings = {} } = choose(agent_type)
    const entry = { model: meteredModel(model, { retries }), name, settings }
    chosen.set(agent_type, entry)
    return entry
  }
  return Object.assign(of, { offline, costUsd, limits })
}
