import { LimitExceededError } from '../tools/errors.ts'

/** What one run may use up before it is ended, and one broker in one day. */
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
  cost_usd: number
  /** Over all runs for one broker since midnight UTC. */
  day_tokens: number
  day_cost_usd: number
  /** How long one call of a tool may take, and one of those that wait for Avinode or write a PDF. */
  tool_ms: number
  slow_tool_ms: number
}

export const DEFAULT_LIMITS: Limits = {
  turns: 10,
  tool_calls: 25,
  seconds: 60,
  input_characters: 20_000,
  tokens: 200_000,
  cost_usd: 1,
  day_tokens: 5_000_000,
  day_cost_usd: 20,
  tool_ms: 20_000,
  slow_tool_ms: 30_000,
}

/** The broker has used up what the assistant may use in one day. */
export class DayLimitError extends LimitExceededError {
  constructor() {
    super("Today's limit for the assistant is reached")
  }
}

export type Use = { tokens: number; cost_usd: number }

/** What a run may spend of its broker's day. */
export type Account = {
  /** Throws `DayLimitError` when nothing is left; call it before anything else. */
  open(): Promise<void>
  spend(use: Use): void
  /** Sets aside what a call is going to take, so that calls at the same time do not spend the same rest. Throws `DayLimitError` when it is not there. */
  reserve(use: Use): () => void
  close(): void
}

export type Budget = {
  /** Throws `LimitExceededError` for the first call that is too many; that ends the whole run. */
  spendToolCall(): void
  spend(use: Use): void
  /** Before a model is asked, with what the question alone will take: throws `LimitExceededError` when that is not left. An answer that came is used, whatever it cost. */
  reserve(use: Use): () => void
  readonly day: Account
}

/** Counts for one run, over all its agents. */
export function createBudget({ tool_calls, tokens, cost_usd }: Limits, day: Account): Budget {
  let calls = 0
  const spent: Use = { tokens: 0, cost_usd: 0 }
  return {
    day,
    spendToolCall() {
      calls += 1
      if (calls > tool_calls) throw new LimitExceededError(`This took more than ${tool_calls} steps, so I stopped`)
    },
    spend(use) {
      spent.tokens += use.tokens
      spent.cost_usd += use.cost_usd
      day.spend(use)
    },
    reserve(use) {
      if (spent.tokens + use.tokens > tokens)
        throw new LimitExceededError(`This took more than ${tokens} tokens, so I stopped`)
      if (spent.cost_usd + use.cost_usd > cost_usd)
        throw new LimitExceededError(`This cost more than $${cost_usd}, so I stopped`)
      return day.reserve(use)
    },
  }
}
