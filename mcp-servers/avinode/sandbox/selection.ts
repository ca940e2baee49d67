import { distanceNm } from '../../../tools/airports/airports.ts'
import { type Aircraft, aircraft, performance } from './fleet.ts'
import type { Leg } from './itinerary.ts'
import { estimate } from './pricing.ts'
import type { Trip } from './records.ts'

export type Option = { aircraft: Aircraft; estimate_cents: number; is_suitable: boolean }

const ladder = Object.keys(performance)

/** Every aircraft for a trip, the fitting ones first: what was asked for, then what can fly it, then the cheaper. */
export function optionsFor(trip: Trip, legs: Leg[]): Option[] {
  const wanted = trip.criteria.requiredLift?.[0]
  const passengers = Math.max(1, ...legs.map((leg) => leg.passengers))
  const longest = Math.max(0, ...legs.map(({ from, to }) => distanceNm(from, to)))
  return aircraft
    .map((airframe) => ({
      aircraft: airframe,
      estimate_cents: estimate(airframe, legs),
      is_suitable: airframe.max_passengers >= passengers && (performance[airframe.category]?.range_nm ?? 0) >= longest,
      misfit: misfit(airframe, wanted, longest),
    }))
    .sort(
      (a, b) =>
        Number(b.is_suitable) - Number(a.is_suitable) || a.misfit - b.misfit || a.estimate_cents - b.estimate_cents,
    )
    .map(({ misfit: _misfit, ...option }) => option)
}

/** One option of each operator, best first. */
export function bestPerOperator(options: Option[]): Option[] {
  const seen = new Set<string>()
  return options.filter(({ aircraft: { operator_id } }) => !seen.has(operator_id) && seen.add(operator_id))
}

type Wanted = NonNullable<Trip['criteria']['requiredLift']>[number] | undefined

/** 0 is exactly what was asked for; an upgrade is a smaller fault than a smaller aircraft. */
function misfit({ type, category, tail }: Aircraft, wanted: Wanted, longest_nm: number): number {
  if (wanted?.aircraftTail) return wanted.aircraftTail === tail ? 0 : 20
  if (wanted?.aircraftType && isNamed(type, wanted.aircraftType)) return 0
  const near = categoryOf(wanted)
  // Nobody asked for a helicopter by asking for nothing.
  if (near === undefined) return isRotorOrPiston(category) && longest_nm > 100 ? 20 : 1
  if (isHelicopter(category) !== isHelicopter(near)) return 20
  const steps = ladder.indexOf(category) - ladder.indexOf(near)
  return 1 + (steps >= 0 ? steps : -steps * 2)
}

const isHelicopter = (category: string) => category.startsWith('Helicopter')
const isRotorOrPiston = (category: string) => isHelicopter(category) || category === 'Piston'

const categoryOf = (wanted: Wanted) =>
  wanted?.aircraftCategory ??
  aircraft.find(({ type }) => wanted?.aircraftType && isNamed(type, wanted.aircraftType))?.category

/** "G650" names "Gulfstream G650", and "Citation CJ3" names "Citation CJ3+". */
function isNamed(type: string, wanted: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[^a-z0-9]/g, '')
  return plain(type).includes(plain(wanted)) || plain(wanted).includes(plain(type))
}
