import { z } from 'zod'
import { type AircraftCategory, avinodeCategory } from '../avinode/itinerary.ts'
import { applyMargin, type Margin, parseMoney, sayMoney } from '../money.ts'
import type { Operator } from '../operators/operator.ts'
import type { Request } from '../requests/request.ts'
import { type Quote, validUntil } from './quote.ts'

export const ScorePart = z.object({
  part: z.enum(['price', 'aircraft', 'operator', 'terms']),
  points: z.int(),
  of: z.int(),
  reason: z.string(),
})
export type ScorePart = z.output<typeof ScorePart>

export type Scored = { quote: Quote; score: number; ranking: number; parts: ScorePart[]; analysis_notes: string }

/** What a request is judged by, beside its quotes. */
export type Measure = {
  request: Request
  /** Aircraft the client likes, by type or category. */
  liked_aircraft: string[]
  operators: Map<string, Operator>
  margin: Margin
  now: Date
}

/** Judges open quotes against each other: 50 points for the price, 20 for the aircraft, 15 for the operator, 15 for the terms. The same quotes at the same time always score the same. */
export function scoreAll(quotes: Quote[], measure: Measure): Scored[] {
  const judged = quotes.map((quote) => {
    const parts = [
      price(quote, quotes, measure),
      aircraft(quote, measure),
      operator(quote, measure),
      terms(quote, measure),
    ]
    return { quote, parts, score: parts.reduce((sum, { points }) => sum + points, 0) }
  })
  const best_first = judged.toSorted(
    (a, b) =>
      b.score - a.score ||
      Number(parseMoney(a.quote.total_price) - parseMoney(b.quote.total_price)) ||
      compare(a.quote.created_at, b.quote.created_at) ||
      compare(a.quote.id, b.quote.id),
  )
  return best_first.map((scored, at) => ({
    ...scored,
    ranking: at + 1,
    analysis_notes: `${scored.score} of 100. ${scored.parts.map(({ reason }) => reason).join(' ')}`,
  }))
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** 35 points against the cheapest, none from 40 % above it; 15 against the budget with our margin, none from 20 % above. */
function price(quote: Quote, quotes: Quote[], { request, margin }: Measure): ScorePart {
  const part = { part: 'price', of: 50 } as const
  const rivals = quotes
    .filter(({ currency }) => currency === quote.currency)
    .map(({ total_price }) => parseMoney(total_price))
  const total = parseMoney(quote.total_price)
  const [best = total] = rivals.toSorted((a, b) => (a < b ? -1 : 1))
  const above = perMille(total - best, best)
  const against_best = quote.currency === 'USD' || rivals.length === quotes.length ? falling(35, above, 400) : 0
  const shown = sayMoney(quote.total_price, quote.currency)
  const said = above === 0 ? `Lowest price, ${shown}.` : `${shown}, ${percent(above)} above the lowest.`
  if (request.budget === null || quote.currency !== 'USD') {
    const open = quote.currency === 'USD' ? '' : ` In ${quote.currency}, so not compared with the budget.`
    return { ...part, points: against_best + falling(15, above, 400), reason: said + open }
  }
  const budget = parseMoney(request.budget)
  const client_pays = parseMoney(applyMargin(quote.total_price, margin).final_amount)
  const over = client_pays > budget ? perMille(client_pays - budget, budget) : 0
  const fits =
    client_pays <= budget ? 'Within the budget, margin included.' : `${percent(over)} over the budget with our margin.`
  return { ...part, points: against_best + falling(15, over, 200), reason: `${said} ${fits}` }
}

/** 10 points for the aircraft that was asked for or is liked, 10 for a seat for everyone. */
function aircraft(quote: Quote, { request, liked_aircraft }: Measure): ScorePart {
  const type = quote.aircraft_type ?? 'Unnamed aircraft'
  const category =
    textOf(quote.aircraft_details, 'category', 'aircraft_category') ?? textOf(quote.metadata, 'aircraft_category')
  const asked = [request.aircraft_type, textOf(request.metadata, 'aircraft_category')].filter((name) => name !== null)
  const is = (names: string[]) =>
    names.some((name) => sameAircraft(name, type) || (category !== null && sameClass(name, category)))
  const wanted = asked.length > 0 || liked_aircraft.length > 0
  const steps = request.aircraft_type === null ? stepsAbove(category, asked[0]) : null
  const [fit, said] = is(asked)
    ? [10, `${type}, as asked for.`]
    : is(liked_aircraft)
      ? [asked.length > 0 ? 7 : 10, `${type}, which the client likes.`]
      : steps
        ? [
            steps < 0 ? 2 : Math.max(4, 9 - steps),
            `${type}, ${category}: ${Math.abs(steps) === 1 ? 'one class' : `${Math.abs(steps)} classes`} ${steps < 0 ? 'below' : 'above'} the ${asked[0]} that was asked for.`,
          ]
        : wanted
          ? [2, `${type}, not the ${[...asked, ...liked_aircraft].join(' or ')} that was wished for.`]
          : [8, `${type}.`]
  const seats = numberOf(quote.aircraft_details, 'max_passengers', 'seats', 'passenger_capacity', 'maxPax', 'max_pax')
  const room = seats === null ? 7 : seats >= request.passengers ? 10 : 0
  const seated =
    seats === null
      ? ''
      : seats >= request.passengers
        ? ` Seats ${seats} for ${request.passengers} passengers.`
        : ` Only ${seats} seats for ${request.passengers} passengers!`
  return { part: 'aircraft', of: 20, points: fit + room, reason: said + seated }
}

/** From small to large. */
const LADDER: readonly AircraftCategory[] = [
  'Piston',
  'Turbo prop',
  'Entry level jet (VLJ)',
  'Light jet',
  'Super light jet',
  'Midsize jet',
  'Super midsize jet',
  'Heavy jet',
  'Ultra long range',
]

/** How many classes an aircraft is above another, below as a negative number; null where one of them is on no ladder, or both are the same. */
function stepsAbove(has: string | null, asked: string | undefined): number | null {
  const rung = (name: string | undefined) => LADDER.findIndex((category) => category === avinodeCategory(name ?? ''))
  const [own, wanted] = [rung(has ?? undefined), rung(asked)]
  return own < 0 || wanted < 0 || own === wanted ? null : own - wanted
}

/** 7 points for the rating, 5 for safety certificates, 3 for a preferred partner. */
function operator(quote: Quote, { operators }: Measure): ScorePart {
  const part = { part: 'operator', of: 15 } as const
  const known = operators.get(quote.operator_profile_id ?? '')
  if (!known) return { ...part, points: 4, reason: `Nothing is known about ${quote.operator_name} yet.` }
  const hundredths = known.operator_rating === null ? null : Math.round(Number(known.operator_rating) * 100)
  const rated = hundredths === null ? 3 : Math.round((hundredths * 7) / 500)
  const certified = Math.min(5, known.certifications.length * 2 + (known.certifications.length > 0 ? 1 : 0))
  const says = [
    hundredths === null ? 'not rated' : `rated ${(hundredths / 100).toFixed(1)} of 5`,
    known.certifications.join(', ') || 'no safety certificate on file',
    ...(known.is_preferred_partner ? ['preferred partner'] : []),
  ]
  const points = rated + certified + (known.is_preferred_partner ? 3 : 0)
  return { ...part, points, reason: `${quote.operator_name}: ${says.join(', ')}.` }
}

/** 6 points for confirmed availability, 6 for at least three days of validity, 3 for a price that is broken down. */
function terms(quote: Quote, { now }: Measure): ScorePart {
  const until = validUntil(quote)
  const hours = until === null ? null : Math.max(0, Math.floor((Date.parse(until) - now.getTime()) / 3_600_000))
  const validity = hours === null ? 3 : Math.min(6, Math.floor(hours / 12))
  const lines = quote.metadata.line_items
  const itemised =
    (Array.isArray(lines) && lines.length > 1) || [quote.fuel_surcharge, quote.taxes, quote.fees].some(isSome)
  const says = [
    quote.availability_confirmed ? 'Availability confirmed' : 'Availability not confirmed',
    hours === null
      ? 'no validity given'
      : hours < 48
        ? `valid for ${hours} h more`
        : `valid for ${Math.floor(hours / 24)} days more`,
    ...(itemised ? [] : ['price not broken down']),
  ]
  const points = (quote.availability_confirmed ? 6 : 0) + validity + (itemised ? 3 : 0)
  return { part: 'terms', of: 15, points, reason: `${says.join(', ')}.` }
}

const isSome = (amount: string | null) => amount !== null && parseMoney(amount) > 0n

const perMille = (part: bigint, whole: bigint) => (whole === 0n ? 0 : Number((part * 1000n) / whole))

const percent = (per_mille: number) => `${(per_mille / 10).toFixed(1)} %`

/** All points at zero, none at `end`, whole points between. */
const falling = (points: number, at: number, end: number) => Math.round((points * Math.max(0, end - at)) / end)

/** "G650" names a "Gulfstream G650ER", and "Heavy" a "Heavy Jet". */
function sameAircraft(wished: string, has: string) {
  const [a, b] = [plainAircraft(wished), plainAircraft(has)]
  return a.length > 1 && b.length > 1 && (a.includes(b) || b.includes(a))
}

/** A "Super light jet" is no "Light jet", though the one name stands in the other. */
function sameClass(wished: string, has: string) {
  const [a, b] = [avinodeCategory(wished), avinodeCategory(has)]
  return a && b ? a === b : sameAircraft(wished, has)
}

const plainAircraft = (name: string) =>
  name
    .toLowerCase()
    .replace(/\bjets?\b/g, ' ')
    .replace(/[^a-z0-9]+/g, '')

const textOf = (facts: Record<string, unknown>, ...keys: string[]) => {
  const value = keys.map((key) => facts[key]).find((value) => typeof value === 'string' && value !== '')
  return typeof value === 'string' ? value : null
}

const numberOf = (facts: Record<string, unknown>, ...keys: string[]) => {
  const value = keys.map((key) => facts[key]).find((value) => typeof value === 'number' && value > 0)
  return typeof value === 'number' ? value : null
}
