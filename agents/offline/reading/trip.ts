import { readAircraft } from './aircraft.ts'
import { type Budget, readBudget } from './budget.ts'
import { readClient } from './client.ts'
import { readDates } from './dates/dates.ts'
import type { Day } from './dates/mention.ts'
import { schedule } from './dates/schedule.ts'
import { type Doubt, doubt } from './doubts.ts'
import { type PassengerReading, readPassengers } from './passengers.ts'
import { type Place, readPlaces, readUnknownPlaces } from './places.ts'
import { prepare } from './prepare.ts'
import { type Leg, legsOf } from './route.ts'
import { blank, folded, type Span, withoutSpans } from './text.ts'
import { readWishes } from './wishes.ts'

export type TripLeg = {
  from: Place | null
  to: Place | null
  date: string | null
  time: string | null
  /** How many fly on this flight, where that differs from the others. */
  passengers: number | null
}

/** Everything that one text says about a trip; what it leaves open is null or empty. */
export type TripReading = {
  legs: TripLeg[]
  /** The day and time of departure when the text names no route. */
  departure: Day
  /** The day of the flight back, of a trip there and back. */
  back: Day | null
  is_one_way: boolean
  is_round_trip: boolean
  passengers: number | null
  /** How many fly back, where that differs. */
  passengers_back: number | null
  budget: Budget | null
  aircraft_type: string | null
  aircraft_category: string | null
  client: string | null
  wishes: string[]
  /** Words that stand for an airport and that nobody knows. */
  unknown_airports: string[]
  /** What a person has to be asked before anything is done. */
  doubts: Doubt[]
}

/** `after` is the departure that a lone "back the 23rd" follows. */
export type ReadingOptions = { today: string; after?: string | null }

const oneWay =
  /(?<!\p{L})(?:(?:(?:drop|cancel|remove|scrap|skip|forget) the|no|without a|don't need a|do not need a|kein|keinen|pas de|sin) (?:return|way back|rückflug|retour|vuelta|regreso)(?! flight before)|one[- ]?way|oneway|o\/w|single leg|nur hin(?:flug)?|aller simple|solo ida)(?!\p{L})/iu
const roundTrip =
  /(?<!\p{L})(?:round ?-?trip|rt|r\/t|return trip|return flight|(?:a|need) return|and back|day ?trip|hin und zurück|hin- und rückflug|aller[- ]retour|ida y vuelta)(?!\p{L})/iu

/** Reads a trip by rules: each rule blanks out what it has read, so that "G650" is no passenger count and "Acme" no airport. */
export function readTrip(original: string, { today, after = null }: ReadingOptions): TripReading {
  let text = prepare(original)
  const hide = <T extends { spans: readonly Span[] }>(reading: T): T => {
    text = withoutSpans(text, reading.spans)
    return reading
  }
  const aircraft = hide(readAircraft(text))
  const { budget, doubts: budget_doubts } = hide(readBudget(text))
  const people = hide(readPassengers(text))
  const { client } = hide(readClient(text))
  const known = readPlaces(text)
  const dates = readDates(withoutSpans(text, known), today)
  const dateless = withoutSpans(text, dates)
  const unknown = readUnknownPlaces(dateless, known)
  const places = withChoices(
    text,
    [...known, ...unknown].sort((a, b) => a.start - b.start),
  )
  const legs = legsOf(dateless, places)
  const [is_one_way, is_round_trip] = [oneWay.test(text), roundTrip.test(text)]
  const { wishes, doubts, returns_some_day, ...days } = schedule(dateless, legs, dates, {
    today,
    after,
    is_one_way,
    is_round_trip,
  })
  const rest = withoutSpans(dateless, places)
  const counted = distributed(people, days.legs, rest)
  const trip: TripReading = {
    ...days,
    ...counted.passengers,
    legs: counted.legs,
    is_one_way,
    is_round_trip: is_round_trip || returns_some_day,
    budget,
    aircraft_type: aircraft.aircraft_type,
    aircraft_category: aircraft.aircraft_category,
    client,
    wishes: [...new Set([...aircraft.wishes, ...readWishes(rest), ...wishes])],
    unknown_airports: unknown.map((place) => place.text),
    doubts: [...placeDoubts(places), ...doubts, ...counted.doubts, ...budget_doubts],
  }
  return isSeveralTrips(original, trip) ? onlyDoubt(trip) : trip
}

const or =
  /^ ?,? ?(?:or|oder|ou|o)(?: (?:maybe|perhaps|possibly|even|else|alternatively|vielleicht|peut-être|quizás))?(?: (?:to|from|in|the|nach|von))? $/iu

/** "LHR or maybe Luton" is one place that is still to be chosen. */
const withChoices = (text: string, places: readonly Place[]): Place[] =>
  folded(places, (one, other) => {
    if (!or.test(text.slice(one.end, other.start)) || one.airports.length === 0 || other.airports.length === 0)
      return undefined
    const named = [one, other].map(({ text, airports }) => ({ name: text, airports }))
    return { ...one, end: other.end, namesakes: [...(one.namesakes ?? []), ...named] }
  })

/** A name for two places, or for none. */
const placeDoubts = (places: readonly Place[]): Doubt[] =>
  places.flatMap(({ text, airports, namesakes }) =>
    airports.length === 0
      ? [doubt('place', 'unknown', text)]
      : namesakes
        ? [
            doubt(
              'place',
              'several',
              text,
              namesakes.map(({ name }) => name),
            ),
          ]
        : [],
  )

type Counted = {
  passengers: Pick<TripReading, 'passengers' | 'passengers_back'>
  legs: TripLeg[]
  doubts: Doubt[]
}

/** One count for all flights, one for each, or a question. */
function distributed(people: PassengerReading, legs: readonly (Leg & Day)[], rest: string): Counted {
  const everywhere = legs.map((leg) => ({ ...leg, passengers: null }))
  const whole = { passengers: people.passengers, passengers_back: null }
  const [first] = people.counts
  if (first && first.back !== null) {
    const out = legs.map((leg) => ({ ...leg, passengers: first.count }))
    return { passengers: { passengers: null, passengers_back: first.back }, legs: out, doubts: [] }
  }
  if (people.passengers !== null || people.doubts.length > 0)
    return { passengers: whole, legs: everywhere, doubts: people.doubts }
  const own = legs.map((leg, index) => {
    const [from, to] = [startOf(leg), index + 1 < legs.length ? startOf(legs[index + 1]) : Number.POSITIVE_INFINITY]
    return people.counts.filter(({ start }) => start >= from && start < to)
  })
  if (legs.length > 1 && own.every(({ length }) => length === 1))
    return {
      passengers: whole,
      legs: legs.map((leg, index) => ({ ...leg, passengers: own[index]?.[0]?.count ?? null })),
      doubts: [],
    }
  const numbers = people.counts.map(({ count }) => String(count))
  if (numbers.length > 1)
    return { passengers: whole, legs: everywhere, doubts: [doubt('passengers', 'contradiction', '', numbers)] }
  const lone = legs.length > 0 && new RegExp(`(?<=${blank}[ ,]{1,2}|, ?)\\d{1,2}(?=[ .]*$)`, 'u').exec(rest)?.[0]
  return { passengers: whole, legs: everywhere, doubts: lone ? [doubt('passengers', 'vague', lone)] : [] }
}

const startOf = (leg: Leg | undefined) =>
  Math.min(leg?.from?.start ?? Number.POSITIVE_INFINITY, leg?.to?.start ?? Number.POSITIVE_INFINITY)

/** Two deals in one message have two clients and two routes, and are better taken one after the other. */
const isSeveralTrips = (text: string, { legs }: TripReading) =>
  legs.some((leg, index) => index > 0 && isSameRoute(leg, legs[index - 1])) ||
  (legs.length > 1 &&
    legs.some((leg, index) => index > 0 && leg.from?.text !== legs[index - 1]?.to?.text) &&
    /\b(?:(?:two|three|2|3|several|separate) (?:separate |different )?(?:trips|requests|deals|clients|planes|jets|charters)|separately|another (?:(?:trip|request|client|one) (?:for|is)|(?:(?:one|plane|jet) )?from)|second (?:trip|request|deal)|zwei (?:reisen|anfragen)|deux (?:voyages|demandes)|dos (?:viajes|solicitudes))\b/i.test(
      text,
    ))

const isSameRoute = (leg: TripLeg, other: TripLeg | undefined) =>
  leg.from?.text === other?.from?.text && leg.to?.text === other?.to?.text

const onlyDoubt = (trip: TripReading): TripReading => ({
  ...trip,
  legs: [],
  departure: { date: null, time: null },
  back: null,
  passengers: null,
  passengers_back: null,
  client: null,
  budget: null,
  aircraft_type: null,
  aircraft_category: null,
  wishes: [],
  unknown_airports: [],
  doubts: [
    doubt(
      'trip',
      'several',
      '',
      trip.legs.map(({ from, to }) => `${from?.text ?? '?'} to ${to?.text ?? '?'}`),
    ),
  ],
})
