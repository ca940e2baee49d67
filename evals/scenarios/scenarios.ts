import { attacks } from './attacks.ts'
import { deals } from './deals.ts'
import { newTrips } from './new-trips.ts'
import type { Scenario } from './scenario.ts'

/** Everything that is played, in order. */
export const scenarios: readonly Scenario[] = [...newTrips, ...deals, ...attacks]
