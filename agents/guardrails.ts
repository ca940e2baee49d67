import type { InputGuardrail } from '@openai/agents'
import type { Limits } from './limits.ts'

/** Refuses a message that is too long before any model sees it. */
export const inputSizeGuardrail = ({ input_characters }: Limits): InputGuardrail => ({
  name: 'input_size',
  runInParallel: false,
  async execute({ input }) {
    const last = typeof input === 'string' ? input : input.at(-1)
    const size = typeof last === 'string' ? last.length : JSON.stringify(last ?? '').length
    return { tripwireTriggered: size > input_characters, outputInfo: { size, limit: input_characters } }
  },
})
