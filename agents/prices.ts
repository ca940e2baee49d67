/** US dollars for a million tokens. What was in the provider's cache already is cheaper. */
export type Price = { input: number; cached: number; output: number }

export type TokenUse = {
  /** All tokens in, those from the cache included. */
  input: number
  cached: number
  output: number
}

/** OpenAI's list prices of November 2026, for requests of ordinary length. A dated name (`…-2026-07-30`) costs what its model costs. */
const LIST: Readonly<Record<string, Price>> = {
  'gpt-6-astra': { input: 10, cached: 1, output: 50 },
  'gpt-6-sol': { input: 2, cached: 0.2, output: 10 },
  'gpt-6-luna': { input: 0.1, cached: 0.01, output: 0.5 },
  'gpt-5.6-sol': { input: 5, cached: 0.5, output: 30 },
  'gpt-5.6-terra': { input: 2, cached: 0.2, output: 12 },
  'gpt-5.6-luna': { input: 0.2, cached: 0.02, output: 1.2 },
  'gpt-4.1': { input: 2, cached: 0.5, output: 8 },
  'gpt-4.1-mini': { input: 0.4, cached: 0.1, output: 1.6 },
}

/** The list price of a model, or undefined for one that is not on the list. */
export const listPrice = (model: string): Price | undefined => LIST[model.replace(/-\d{4}-\d\d-\d\d$/, '')]

export const costOf = ({ input, cached, output }: TokenUse, price: Price): number =>
  ((input - cached) * price.input + cached * price.cached + output * price.output) / 1_000_000
