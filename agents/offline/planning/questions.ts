import { findAirports, suggestAirports } from '../../../tools/airports/airports.ts'
import type { Doubt } from '../reading/doubts.ts'
import { unknownIn } from '../reading/merge.ts'
import type { Place } from '../reading/places.ts'
import type { TripLeg, TripReading } from '../reading/trip.ts'
import { airportLabel, dayLabel, joined } from './describe.ts'
import { waitingForTrip } from './phrases.ts'

/** What has to be known before a request can exist, in one question; null when all of it is known. */
export function questionFor(trip: TripReading): string | null {
  const several = trip.doubts.find(({ about, because }) => about === 'trip' && because === 'several')
  if (several) return severalTrips(several)
  const unknown = unknownIn(trip.legs)
  const asked = [...choices(trip.doubts), ...missing(trip)]
  if (unknown.length === 0 && asked.length === 0) return null
  const known = trip.legs[0]?.to
  const opening =
    known?.airports[0] && !known.namesakes && asked.includes('where from')
      ? [`Gladly, to ${airportLabel(known.airports[0].icao)}.`]
      : []
  const question = asked.length > 0 ? [sentence(`${joined(asked)}?`)] : []
  return waitingForTrip([...unknown.map(nearest), ...facts(trip.doubts), ...opening, ...question].join(' '))
}

/** The same for a change to a request that exists: only what the text leaves in doubt is asked. */
export function doubtIn({ doubts, legs }: TripReading): string | null {
  const [unknown] = unknownIn(legs)
  if (unknown) return `${nearest(unknown)} I changed nothing yet.`
  if (doubts.length === 0) return null
  const about = new Set(doubts.map(({ about }) => about))
  const asked = [
    ...choices(doubts),
    about.has('day') && 'which day is it',
    about.has('passengers') && howMany(doubts),
  ].filter((part) => part !== false)
  const question = asked.length > 0 ? `${joined(asked)}?` : 'what should be different?'
  return ['I changed nothing yet.', ...facts(doubts), sentence(question)].join(' ')
}

const severalTrips = ({ choices }: Doubt) =>
  `These are several trips: ${joined(choices)}. Please send me one after the other, each in a message of its own; each becomes a request.`

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** What the words get wrong, said plainly. */
function facts(doubts: readonly Doubt[]): string[] {
  return doubts.flatMap(({ about, because, words, choices }) => {
    const [first = '', second = ''] = choices
    if (about === 'trip') return ['You wrote one way, and also when they come back.']
    if (about === 'budget' && because === 'vague') return [`"${words}" is not the whole budget yet.`]
    if (about === 'budget' && because === 'impossible') return [`"${words}" is no budget.`]
    if (about === 'time' && words === 'midnight')
      return ['Midnight may be the night before that day or the night after it.']
    if (about === 'time' && because === 'impossible') return [`"${words}" is no time of day.`]
    if (about !== 'day') return []
    if (because === 'impossible') return [`${sentence(words)} does not exist.`]
    if (because === 'past') return [`"${words}" is over already.`]
    if (because === 'vague') return [`"${words}" leaves the day open.`]
    if (because === 'several') return [`You named ${joined(choices.map(dayLabel), 'and')}.`]
    return words === 'back'
      ? [`The way back on ${dayLabel(first)} is before the departure on ${dayLabel(second)}.`]
      : [`${dayLabel(first)} is not a ${words}.`]
  })
}

/** Questions that only the doubt raises; days and passengers are asked for anyway, as they are missing. */
const choices = (doubts: readonly Doubt[]) =>
  doubts.flatMap(({ about, because, words, choices }) => {
    if (about === 'place' && because === 'several')
      return [
        choices.includes(words) ? `is it ${joined(choices, 'or')}` : `which ${words} is it, ${joined(choices, 'or')}`,
      ]
    if (about === 'trip') return ['is it one way or a return']
    if (about === 'time' && words === 'midnight') return ['at what time do they leave, 23:59 or 00:01']
    if (about === 'time')
      return [because === 'impossible' ? 'at what time do they leave' : `is it ${joined(choices, 'or')}`]
    if (about === 'budget')
      return [
        because === 'several'
          ? `is the budget ${joined(choices, 'or')}`
          : `what is the budget${because === 'vague' ? ' in all' : ''}`,
      ]
    return []
  })

function missing(trip: TripReading): string[] {
  const legs: TripLeg[] =
    trip.legs.length > 0 ? trip.legs : [{ from: null, to: null, passengers: null, ...trip.departure }]
  const undated = legs.filter(({ date }) => !date).length
  const uncounted = trip.passengers === null && legs.some(({ passengers }) => passengers === null)
  return [
    legs.some(({ from }) => !from) && 'where from',
    legs.some(({ to }) => !to) && 'where to',
    undated > 0 && (legs.length === 1 ? 'on which day' : 'on which day does each flight leave'),
    trip.is_round_trip && !trip.back?.date && legs.length === 1 && 'when do they come back',
    uncounted && howMany(trip.doubts),
  ].filter((part) => part !== false)
}

const howMany = (doubts: readonly Doubt[]) => {
  const choice = doubts.find(({ about, choices }) => about === 'passengers' && choices.length > 1)
  return `how many passengers${choice ? `, ${joined(choice.choices, 'or')}` : ''}`
}

/** The known airports that are spelt most like an unknown one. */
function nearest(unknown: string): string {
  const found = findAirports(unknown, 3).airports
  const near = (found.length > 0 ? found : suggestAirports(unknown, 3)).map(({ icao, name }) => `${icao} (${name})`)
  const lead = `I do not know an airport "${unknown}".`
  return near.length > 0
    ? `${lead} Did you mean ${joined(near, 'or')}?`
    : `${lead} How is it spelt, or what is its code?`
}

/** The place that an answer picks of those that share a name: "the one in Oregon", "Maine", "the first". */
export function pickNamesake(place: Place | null, answer: string): Place | null {
  if (!place?.namesakes) return place
  const words = answer.toLowerCase()
  const ordinal = ['first', 'second', 'third'].findIndex((word) => words.includes(word))
  const named = place.namesakes.filter(({ name }) => {
    const telling = (name.split(', ')[1] ?? name).toLowerCase()
    return words.includes(telling)
  })
  const picked = named.length === 1 ? named[0] : ordinal >= 0 ? place.namesakes[ordinal] : undefined
  return picked ? { ...place, text: picked.name, airports: picked.airports, namesakes: null } : place
}
