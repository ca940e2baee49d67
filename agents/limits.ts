import { LimitExceededError } from '../tools/errors.ts'

/** What one run may use up before it is ended. */
export type Limits = {
  /** Model calls of one agent in one run. */
  turns: number
  /** Calls of tools, specialists included, over all agents of one run. */
  tool_calls: number
  seconds: number
  /** Characters of one message of the broker. */
  input_characters: number
  /** Tokens, in and out, over all agents of one run. */
  tokens: number
}

export const DEFAULT_LIMITS: Limits = {
  turns: 10,
  tool_calls: 25,
  seconds: 60,
  input_characters: 20_000,
  tokens: 200_000,
}

export type Budget = {
  /** Throws `LimitExceededError` for the first call that is too many; that ends the whole run. */
  spendToolCall(): void
  spendTokens(tokens: number): void
}

/** Counts for one run, over all its agents. */
export function createBudget({ tool_calls, tokens }: Limits): Budget {
  let calls = 0
  let spent = 0
  return {
    spendToolCall() {
      calls += 1
      if (calls > tool_calls) throw new LimitExceededError(`This took more than ${tool_calls} steps, so I stopped`)
    },
    spendTokens(count) {
      spent += count
      if (spent > tokens) throw new LimitExceededError(`This took more than ${tokens} tokens, so I stopped`)
    },
  }
}
