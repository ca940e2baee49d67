import { attacks } from './attacks.ts'
import { badInput } from './bad-input.ts'
import { conversations } from './conversations.ts'
import { deals } from './deals.ts'
import { languages } from './languages.ts'
import { newTrips } from './new-trips.ts'
import { operators } from './operators.ts'
import { questions } from './questions.ts'
import type { Scenario } from './scenario.ts'

/** Everything that is played. */
export const scenarios: readonly Scenario[] = [
  ...newTrips,
  ...questions,
  ...languages,
  ...conversations,
  ...deals,
  ...operators,
  ...attacks,
  ...badInput,
]

/** Every fifth of them: some of each kind, for a machine that has a minute. */
export const smokeTest = scenarios.filter((_, place) => place % 5 === 0)
