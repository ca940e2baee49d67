import { type ModelSettings, OpenAIResponsesModel, setTracingDisabled } from '@openai/agents'
import OpenAI from 'openai'
import { z } from 'zod'
import { type Models, modelsFrom } from './models-from.ts'
import { OfflineModel } from './offline/offline-model.ts'

export const OFFLINE_MODEL_NAME = 'jetvision-offline-rules'

/** The environment variables that choose the models; a process adds them to its own configuration. */
export const ModelConfig = z.object({
  OPENAI_API_KEY: z.string().min(1).optional(),
  OPENAI_BASE_URL: z.url().optional(),
  OPENAI_MODEL: z.string().default('gpt-5.6-luna'),
  /** `agent_type=model` pairs, separated by commas, for agents that use another one. */
  OPENAI_AGENT_MODELS: z.string().default(''),
  OPENAI_TIMEOUT_MS: z.coerce.number().int().positive().default(30_000),
  OPENAI_MAX_RETRIES: z.coerce.number().int().min(0).max(5).default(2),
  /** US dollars for a million tokens, for the cost in the execution log. */
  OPENAI_INPUT_PRICE: z.coerce.number().nonnegative().optional(),
  OPENAI_OUTPUT_PRICE: z.coerce.number().nonnegative().optional(),
})
export type ModelConfig = z.output<typeof ModelConfig>

/** OpenAI's Responses API when there is a key, rules without one. Nothing of a run is stored at OpenAI, and no trace is exported. */
export function createModels(config: ModelConfig): Models {
  setTracingDisabled(true)
  return config.OPENAI_API_KEY ? openAiModels(config, config.OPENAI_API_KEY) : offlineModels()
}

const offlineModels = () =>
  modelsFrom((agent_type) => ({ model: new OfflineModel(agent_type), name: OFFLINE_MODEL_NAME }), {
    offline: true,
    costUsd: () => 0,
  })

function openAiModels(config: ModelConfig, apiKey: string): Models {
  const client = new OpenAI({
    apiKey,
    baseURL: config.OPENAI_BASE_URL,
    timeout: config.OPENAI_TIMEOUT_MS,
    maxRetries: config.OPENAI_MAX_RETRIES,
  })
  const exceptions = new Map(
    config.OPENAI_AGENT_MODELS.split(',').map((pair): [string, string] => {
      const [agent = '', model = ''] = pair.split('=')
      return [agent.trim(), model.trim()]
    }),
  )
  const { OPENAI_INPUT_PRICE: inputPrice, OPENAI_OUTPUT_PRICE: outputPrice } = config
  return modelsFrom(
    (agent_type) => {
      const name = exceptions.get(agent_type) || config.OPENAI_MODEL
      return { model: new OpenAIResponsesModel(client, name), name, settings: settingsOf(name) }
    },
    {
      offline: false,
      costUsd: (_agent_type, { input, output }) =>
        inputPrice === undefined || outputPrice === undefined
          ? null
          : (input * inputPrice + output * outputPrice) / 1_000_000,
    },
  )
}

const REASONING_MODEL = /^(gpt-[5-9]|gpt-\d\d|o\d)/

// Without storage at OpenAI, a reasoning model's thoughts have to travel with the run, encrypted.
const settingsOf = (model: string): ModelSettings => ({
  store: false,
  parallelToolCalls: false,
  ...(REASONING_MODEL.test(model) && { providerData: { include: ['reasoning.encrypted_content'] } }),
})
