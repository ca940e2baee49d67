import { type ModelSettings, OpenAIResponsesModel, setTracingDisabled } from '@openai/agents'
import OpenAI from 'openai'
import { z } from 'zod'
import { optional } from '../tools/settings.ts'
import type { AgentType } from './agent-type.ts'
import { DEFAULT_LIMITS, type Limits } from './limits.ts'
import { type Models, modelsFrom } from './models-from.ts'
import { OfflineModel } from './offline/offline-model.ts'
import { costOf, listPrice, type Price } from './prices.ts'

export const OFFLINE_MODEL_NAME = 'jetvision-offline-rules'

/** The environment variables that choose the models, and what they may use; a process adds them to its own configuration. */
export const ModelConfig = z.object({
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: z.url().optional(),
  OPENAI_MODEL: z.string().default('gpt-5.6-luna'),
  /** `agent_type=model` pairs, separated by commas, for agents that use another one. */
  OPENAI_AGENT_MODELS: z.string().default(''),
  OPENAI_TIMEOUT_MS: z.coerce.number().int().positive().default(30_000),
  OPENAI_MAX_RETRIES: z.coerce.number().int().min(0).max(5).default(2),
  /** US dollars for a million tokens, where OpenAI's list prices do not count. */
  OPENAI_INPUT_PRICE: z.coerce.number().nonnegative().optional(),
  OPENAI_OUTPUT_PRICE: z.coerce.number().nonnegative().optional(),

  /** What one answer may take: model calls of one agent, calls of tools, seconds, tokens, dollars. */
  ASSISTANT_MODEL_CALLS: z.coerce.number().int().positive().default(DEFAULT_LIMITS.turns),
  ASSISTANT_TOOL_CALLS: z.coerce.number().int().positive().default(DEFAULT_LIMITS.tool_calls),
  ASSISTANT_SECONDS: z.coerce.number().positive().default(DEFAULT_LIMITS.seconds),
  ASSISTANT_TOKENS: z.coerce.number().int().positive().default(DEFAULT_LIMITS.tokens),
  ASSISTANT_COST_USD: z.coerce.number().positive().default(DEFAULT_LIMITS.cost_usd),
  /** What one broker may use from midnight to midnight, UTC. */
  ASSISTANT_DAY_TOKENS: z.coerce.number().int().positive().default(DEFAULT_LIMITS.day_tokens),
  ASSISTANT_DAY_COST_USD: z.coerce.number().positive().default(DEFAULT_LIMITS.day_cost_usd),

  /** A collector that takes OTLP over HTTP, where spans of agents, models and tools go; `name=value` headers for it, separated by commas. */
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(z.url({ protocol: /^https?$/ })),
  OTEL_EXPORTER_OTLP_HEADERS: z.string().default(''),
  OTEL_SERVICE_NAME: z.string().default('jetvision'),
})
export type ModelConfig = z.output<typeof ModelConfig>

/** OpenAI's Responses API when there is a key, rules without one. Nothing of a run is stored at OpenAI, and no trace is exported. */
export function createModels(config: ModelConfig): Models {
  setTracingDisabled(true)
  return config.OPENAI_API_KEY ? openAiModels(config, config.OPENAI_API_KEY) : offlineModels(limitsFrom(config))
}

/** Rules instead of models: free, and always there. */
export const offlineModels = (limits: Partial<Limits> = {}) =>
  modelsFrom((agent_type) => ({ model: new OfflineModel(agent_type), name: OFFLINE_MODEL_NAME }), {
    offline: true,
    costUsd: () => 0,
    limits,
  })

const limitsFrom = (config: ModelConfig): Partial<Limits> => ({
  turns: config.ASSISTANT_MODEL_CALLS,
  tool_calls: config.ASSISTANT_TOOL_CALLS,
  seconds: config.ASSISTANT_SECONDS,
  tokens: config.ASSISTANT_TOKENS,
  cost_usd: config.ASSISTANT_COST_USD,
  day_tokens: config.ASSISTANT_DAY_TOKENS,
  day_cost_usd: config.ASSISTANT_DAY_COST_USD,
})

function openAiModels(config: ModelConfig, apiKey: string): Models {
  const client = new OpenAI({
    apiKey,
    baseURL: config.OPENAI_BASE_URL,
    timeout: config.OPENAI_TIMEOUT_MS,
    maxRetries: 0, // ours know how much time is left
    logLevel: 'off',
  })
  const exceptions = new Map(
    config.OPENAI_AGENT_MODELS.split(',').map((pair): [string, string] => {
      const [agent = '', model = ''] = pair.split('=')
      return [agent.trim(), model.trim()]
    }),
  )
  const nameFor = (agent_type: AgentType) => exceptions.get(agent_type) || config.OPENAI_MODEL
  return modelsFrom(
    (agent_type) => {
      const name = nameFor(agent_type)
      return { model: new OpenAIResponsesModel(client, name), name, settings: settingsOf(agent_type, name) }
    },
    {
      offline: false,
      limits: limitsFrom(config),
      retries: config.OPENAI_MAX_RETRIES,
      costUsd(agent_type, tokens) {
        const price = configuredPrice(config) ?? listPrice(nameFor(agent_type))
        return price ? costOf(tokens, price) : null
      },
    },
  )
}

/** What another endpoint takes, for all its models; without it the list prices count. */
function configuredPrice({ OPENAI_INPUT_PRICE: input, OPENAI_OUTPUT_PRICE: output }: ModelConfig): Price | undefined {
  return input === undefined || output === undefined ? undefined : { input, cached: input, output }
}

const REASONING_MODEL = /^(gpt-[5-9]|gpt-\d\d|o\d)/

// Without storage at OpenAI, a reasoning model's thoughts have to travel with the run, encrypted.
// Only the orchestrator has work for several at once; the steps of a specialist depend on each other.
const settingsOf = (agent_type: AgentType, model: string): ModelSettings => ({
  store: false,
  parallelToolCalls: agent_type === 'orchestrator',
  ...(REASONING_MODEL.test(model) && { providerData: { include: ['reasoning.encrypted_content'] } }),
})
