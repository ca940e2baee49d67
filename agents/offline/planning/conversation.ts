import { findNamed, findNamesakes, isBusinessAirport } from '../../../tools/airports/airports.ts'
import { mergeTrips } from '../reading/merge.ts'
import { numberOf } from '../reading/numbers.ts'
import { clean } from '../reading/text.ts'
import { readTrip, type TripReading } from '../reading/trip.ts'
import { type OpenQuestion, openQuestion } from './phrases.ts'
import { pickNamesake } from './questions.ts'
import type { Turn } from './turn.ts'

/** What the assistant said since the broker's message before this one. */
export function lastWords({ before }: Pick<Turn, 'before'>): string[] {
  const from = before.findLastIndex(({ by }) => by === 'broker')
  return before.slice(from + 1).map(({ text }) => text)
}

/** The trip that the broker has described so far: this message, on top of those that only brought questions for more. */
export function describedTrip(turn: Turn): TripReading {
  const asked = openQuestion(lastWords(turn))
  const now = readReply(turn.text, asked, turn)
  if (!asked.trip) return now
  const from = turn.before.findLastIndex(({ by }) => by === 'broker')
  const earlier = turn.before[from]
  if (!earlier) return now
  const described = describedTrip({ ...turn, text: earlier.text, before: turn.before.slice(0, from) })
  const legs = described.legs.map((leg) => ({
    ...leg,
    from: pickNamesake(leg.from, turn.text),
    to: pickNamesake(leg.to, turn.text),
  }))
  const has_picked = legs.some((leg, index) => {
    const before = described.legs[index]
    return leg.from !== before?.from || leg.to !== before?.to
  })
  // The place in the answer is the one that was picked, and no further place of the route.
  return mergeTrips({ ...described, legs }, has_picked ? { ...now, legs: [] } : now)
}

/** A message, read as the answer to what was asked: "8" is a number of passengers where that was the question. */
export function readReply(text: string, asked: OpenQuestion, turn: Turn): TripReading {
  const trip = readTrip(text, { today: turn.situation.today, after: turn.situation.request?.departure_date ?? null })
  const short = clean(text).replace(/[.!,]+$/, '')
  if (asked.passengers && trip.passengers === null) {
    const lone = trip.doubts.find(({ about, because }) => about === 'passengers' && because === 'vague')
    const bare = /^(?:just |only |we are |sorry,? |no,? |make it )?(\S+)$/i.exec(short)?.[1] ?? lone?.words
    trip.passengers = bare ? numberOf(bare) : null
    if (trip.passengers !== null) trip.doubts = trip.doubts.filter((doubt) => doubt !== lone)
  }
  if (asked.trip && trip.legs.length === 0) {
    const named = findNamed(short.replace(/^(it's|it is|i mean|i meant|sorry,?|no,?)\s+/i, ''))
    // "lol" is the code of a desert field, and an answer to nothing.
    const is_word = /^\p{Ll}{3,4}$/u.test(short) && !named.some(({ icao }) => isBusinessAirport(icao))
    const airports = is_word ? [] : named
    const alike = findNamesakes(short)
    const place = { start: 0, end: short.length, text: short, airports, namesakes: alike.length > 0 ? alike : null }
    if (airports.length > 0) trip.legs = [{ from: place, to: null, date: null, time: null, passengers: null }]
  }
  const [leg] = trip.legs
  const is_destination = asked.destination && !asked.origin && leg?.from && !leg.to && !/\bfrom\b/i.test(text)
  if (leg && is_destination) trip.legs = [{ ...leg, from: null, to: leg.from }]
  return trip
}
