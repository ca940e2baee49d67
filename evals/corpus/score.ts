import { describedTrip } from '../../agents/offline/planning/conversation.ts'
import { planOrchestrator } from '../../agents/offline/planning/orchestrator.ts'
import type { Turn } from '../../agents/offline/planning/turn.ts'
import type { Place } from '../../agents/offline/reading/places.ts'
import type { TripReading } from '../../agents/offline/reading/trip.ts'
import { DEFAULT_TODAY, type Sample } from './sample.ts'

/** One field of one text. A field that is neither expected nor read is not counted: agreeing on nothing is easy. */
export type Field = {
  name: string
  expected: string | null
  read: string | null
  /** `missed`: the broker is asked again. `guessed`: something is stated that the text does not say. */
  verdict: 'right' | 'missed' | 'guessed'
}

export type Score = { sample: Sample; fields: Field[] }

/** Reads one text, as the offline assistant does in a chat, and holds it against what it says. */
export function scoreSample(sample: Sample): Score {
  const expected = expectedFields(sample)
  const read = readFields(readSample(sample), sample)
  const names = [...new Set([...expected.keys(), ...read.keys()])]
  const fields = names.map((name): Field => {
    const [want, have] = [expected.get(name) ?? null, read.get(name) ?? null]
    const verdict = want === have ? 'right' : have === null || isQuestion(name) ? 'missed' : 'guessed'
    return { name, expected: want, read: have, verdict }
  })
  return { sample, fields }
}

/** A question too many costs the broker an answer, but claims nothing. */
const isQuestion = (name: string) => name.startsWith('unclear')

/** The last reading of a chat in which the assistant has asked after each message, as it would. */
function readSample({ text, today = DEFAULT_TODAY }: Sample): TripReading {
  const messages = typeof text === 'string' ? [text] : text
  const before: Turn['before'] = []
  const turnOf = (message: string): Turn => ({
    situation: { today, broker: { full_name: 'Dana' }, request: null, requests: [], pending_approvals: [] },
    before: [...before],
    text: message,
    results: [],
    tools: new Map(),
  })
  for (const message of messages.slice(0, -1)) {
    const step = planOrchestrator(turnOf(message))
    before.push({ by: 'broker', text: message })
    if ('say' in step) before.push({ by: 'assistant', text: step.say })
  }
  return describedTrip(turnOf(messages.at(-1) ?? ''))
}

type Fields = Map<string, string>

function expectedFields(sample: Sample): Fields {
  const fields: Fields = new Map()
  const set = (name: string, value: string | number | undefined) =>
    value !== undefined && value !== '?' && fields.set(name, String(value))
  for (const [index, flight] of (sample.flights ?? []).entries()) {
    const words = flight.split(' ')
    const passengers = words.at(-1)?.startsWith('x') ? words.pop() : undefined
    const [from, to, date, time] = words
    set(`flight ${index + 1} from`, from)
    set(`flight ${index + 1} to`, to)
    set(`flight ${index + 1} date`, date)
    set(`flight ${index + 1} time`, time)
    set(`flight ${index + 1} passengers`, passengers?.slice(1))
  }
  set('passengers', sample.passengers)
  set('budget', sample.budget)
  set('aircraft', sample.aircraft && plainAircraft(sample.aircraft))
  set('category', sample.category && plainCategory(sample.category))
  set('client', sample.client?.toLowerCase())
  for (const wish of sample.wishes ?? []) set(`wish "${wish}"`, 'kept')
  for (const topic of sample.unclear ?? []) set(`unclear ${topic}`, 'asked')
  return fields
}

function readFields(trip: TripReading, sample: Sample): Fields {
  const fields: Fields = new Map()
  const set = (name: string, value: string | number | null | undefined | false) =>
    value !== null && value !== undefined && value !== false && fields.set(name, String(value))
  for (const [index, flight] of flightsOf(trip).entries()) {
    set(`flight ${index + 1} from`, placeOf(flight.from))
    set(`flight ${index + 1} to`, placeOf(flight.to))
    set(`flight ${index + 1} date`, flight.date)
    set(`flight ${index + 1} time`, flight.time)
    set(`flight ${index + 1} passengers`, flight.passengers)
  }
  set('passengers', trip.passengers)
  set('budget', trip.budget && `${trip.budget.amount.replace(/\.00$/, '')} ${trip.budget.currency}`)
  set('aircraft', trip.aircraft_type && plainAircraft(trip.aircraft_type))
  set('category', trip.aircraft_category && plainCategory(trip.aircraft_category))
  set('client', trip.client?.toLowerCase())
  const wishes = trip.wishes.map((wish) => wish.toLowerCase())
  for (const wish of sample.wishes ?? []) set(`wish "${wish}"`, wishes.some((one) => one.includes(wish)) && 'kept')
  const others = wishes.filter((one) => !(sample.wishes ?? []).some((wish) => one.includes(wish)))
  set('other wishes', others.length > 0 && others.join('; '))
  for (const topic of new Set(trip.doubts.map(({ about }) => about))) set(`unclear ${topic}`, 'asked')
  return fields
}

type Flight = {
  from: Place | null
  to: Place | null
  date: string | null
  time: string | null
  passengers?: number | null
}

/** The flight back of a trip there and back is a flight like any other. */
function flightsOf({ legs, departure, back, is_round_trip, passengers_back }: TripReading): Flight[] {
  const [out] = legs
  if (!out) return departure.date || departure.time ? [{ from: null, to: null, ...departure }] : []
  if (legs.length > 1 || !(back ?? is_round_trip)) return legs
  return [
    out,
    { from: out.to, to: out.from, date: back?.date ?? null, time: back?.time ?? null, passengers: passengers_back },
  ]
}

/** The airport that would be written into the request, with a mark where the city leaves a choice; none where the reader asks. */
function placeOf(place: Place | null): string | null {
  const [usual, ...others] = place?.airports ?? []
  if (!usual || place?.namesakes) return null
  return `${usual.icao}${others.length > 0 ? '~' : ''}`
}

const plainAircraft = (name: string) =>
  name.replace(/\b(Bombardier|Cessna|Embraer|Dassault|Pilatus|Boeing|Textron|Beechcraft)\s+/gi, '').toLowerCase()

/** Avinode's categories and what brokers call them. */
const plainCategory = (name: string) =>
  name
    .toLowerCase()
    .replace(/entry level jet \(vlj\)/, 'very light jet')
    .replace(/turbo prop/, 'turboprop')

/** A whole corpus in figures. */
export function scoreCorpus(samples: readonly Sample[]) {
  const scores = samples.map(scoreSample)
  const fields = scores.flatMap((score) => score.fields)
  const right = fields.filter(({ verdict }) => verdict === 'right').length
  return {
    texts: samples.length,
    fields: fields.length,
    right,
    missed: fields.filter(({ verdict }) => verdict === 'missed').length,
    guessed: fields.filter(({ verdict }) => verdict === 'guessed').length,
    share: fields.length === 0 ? 1 : right / fields.length,
    /** What went wrong, one line for each field. */
    wrong: scores.flatMap(({ sample, fields }) =>
      fields
        .filter(({ verdict }) => verdict !== 'right')
        .map(
          (field) =>
            `${field.verdict} ${field.name}: ${field.read ?? '-'} instead of ${field.expected ?? '-'} in ${JSON.stringify(sample.text)}`,
        ),
    ),
  }
}
