import { getAirport } from '../../../tools/airports/airports.ts'
import { readOrdinal } from '../reading/numbers.ts'
import { isRelativeDay, isRelativeTime, readMorePassengers } from '../reading/relative.ts'
import { routeEnd } from '../reading/route-end.ts'
import type { TripReading } from '../reading/trip.ts'
import { airportLabel, chosenAirports, detailsLabel, routeLabel } from './describe.ts'
import { explain } from './failures.ts'
import { wishInput } from './new-trip.ts'
import { offerClient, severalClients } from './phrases.ts'
import { doubtIn } from './questions.ts'
import { ClientAnswer, OneRequest, type RequestRow, type Segment } from './rows.ts'
import { call, resultOf, type Step, say, type Turn } from './turn.ts'
import { isOpen, whichRequest } from './which-request.ts'

/** "make it 10 pax", "budget is 90k", "client is Acme": what the text says is changed, everything else stays. */
export function planChange(turn: Turn, said: TripReading): Step {
  const which = whichRequest(turn, { ...said, legs: [] })
  if ('step' in which) return which.step
  const { request } = which
  if (!isOpen(request))
    return say(
      `This request is ${request.status}, so it cannot be changed any more. Tell me the whole trip and I create a new one.`,
    )
  if (!isPlaced(said, request, turn.text)) return say(`I changed nothing yet. ${fromOrTo(said)}`)
  if (isRelativeTime(turn.text))
    return say(`I changed nothing yet. At what time do they leave? It is ${routeLabel(request)} now.`)
  if (isRelativeDay(turn.text))
    return say(
      `I changed nothing yet. Which day do they leave${request.return_date ? ', and which day do they come back' : ''}? It is ${routeLabel(request)} now.`,
    )
  const trip = withMorePassengers(said, request, turn.text)
  if (!trip) return say('I changed nothing yet: not as many fly on every flight. How many is it on each of them?')
  const doubt = doubtIn(trip)
  if (doubt) return say(doubt)
  return changeRequest(turn, trip, request)
}

/** "one more passenger" counts from what the request says; null where that differs from flight to flight. */
function withMorePassengers(trip: TripReading, request: RequestRow, text: string): TripReading | null {
  const more = readMorePassengers(text)
  if (more === null || !request.passengers) return trip
  if (request.segments.some(({ passengers }) => passengers !== request.passengers)) return null
  const doubts = trip.doubts.filter(({ about }) => about !== 'passengers')
  return { ...trip, doubts, passengers: Math.max(0, request.passengers + more) }
}

/** Attaches the client first, then changes the rest, then says what the request looks like now. */
export function changeRequest(turn: Turn, trip: TripReading, request: RequestRow): Step {
  const client = resultOf(turn, 'client_data', ClientAnswer)
  if (trip.client && !client) {
    return call('client_data', {
      task: `Find the client "${trip.client}" and attach it to the request.`,
      request_id: request.id,
    })
  }
  const before = resultOf(turn, 'get_request', OneRequest)
  const has_wishes = trip.wishes.length > 0 || (trip.budget !== null && trip.budget.currency !== 'USD')
  if (has_wishes && !before) return call('get_request', { request_id: request.id })
  const earlier = before?.ok ? (before.value.request.special_requirements ?? null) : null
  const fields = { ...changedFields(trip, request, turn.text, earlier), ...withoutWishes(trip, turn.text, earlier) }
  const changed = resultOf(turn, 'update_request', OneRequest)
  if (Object.keys(fields).length > 0 && !changed) return call('update_request', { request_id: request.id, ...fields })
  if (changed && !changed.ok) return say(`Nothing was changed. ${explain(changed.failure)}`)
  return say(
    changed?.ok &&
      `Changed. The request is now: ${routeLabel(changed.value.request)}${changed.value.request.segments.length > 2 ? '\n' : ', '}${detailsLabel(changed.value.request)}.`,
    chosenAirports(trip.legs.flatMap(({ from, to }) => [from, to])),
    client && clientSentence(trip.client ?? '', client),
    changed?.ok && changed.value.warnings.join(' '),
    !changed && !client && 'I did not find anything to change in that. Tell me what should be different.',
  )
}

/** "remove the wifi", "they no longer need a dog crate": the wishes that share a word with it go. */
function withoutWishes({ wishes }: TripReading, text: string, earlier: string | null) {
  if (
    !/\b(remove|drop|scrap|cancel|kill|skip|forget|without|no longer|no more|don't need|do not need|doesn't need)\b/i.test(
      text,
    ) ||
    wishes.length === 0
  )
    return {}
  const dropped = new Set(tellingWords(wishes.join(' ')))
  const kept = (earlier ?? '').split(/; ?/).filter((wish) => !tellingWords(wish).some((word) => dropped.has(word)))
  return { special_requirements: kept.join('; ') }
}

const smallWord =
  /^(the|and|for|with|not|any|are|can|they|actually|please|remove|drop|scrap|cancel|kill|skip|forget|without|longer|more|need|needs|don't|doesn't)$/
const tellingWords = (text: string) =>
  (text.toLowerCase().match(/[\p{L}'-]{3,}/gu) ?? []).filter((word) => !smallWord.test(word))

/** What became of the client, and what to do about one that is not there. */
export function clientSentence(
  name: string,
  outcome: NonNullable<ReturnType<typeof resultOf<typeof ClientAnswer>>>,
): string {
  if (!outcome.ok) return explain(outcome.failure)
  const { client, candidates, created, preferences_summary } = outcome.value
  if (client)
    return `${created ? `I created the client ${client.company_name}` : `The client is ${client.company_name}`}.${preferences_summary ? ` ${preferences_summary}` : ''}`
  if (candidates.length > 0)
    return severalClients(
      name,
      candidates.map(({ company_name }) => company_name),
    )
  return offerClient(name)
}

/** The fields of `update_request` that the text speaks of. */
function changedFields(
  trip: TripReading,
  request: RequestRow,
  text: string,
  earlier: string | null,
): Record<string, unknown> {
  const fields = { ...itineraryFields(trip, request, text), ...wishInput(trip, earlier) }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined))
}

function itineraryFields(trip: TripReading, request: RequestRow, text: string): Record<string, unknown> {
  const [leg] = trip.legs
  const day = leg ? { date: leg.date, time: leg.time } : trip.departure
  if (trip.is_one_way && request.segments.length === 2 && trip.legs.length === 0)
    return { segments: withMovedFlight(request.segments.slice(0, 1), trip, 0, day) }
  const moves_one =
    request.segments.length > 1 && (request.segments.length > 2 || readOrdinal(text) !== null) && (day.date ?? day.time)
  if (moves_one) return { segments: withMovedFlight(request.segments, trip, (readOrdinal(text) ?? 1) - 1, day) }
  if (trip.legs.length > 1) return { segments: routedAnew(trip, request) }
  return {
    ...movedEnds(leg, request, text),
    departure_date: day.date,
    departure_time: day.time,
    return_date: trip.back?.date,
    return_time: trip.back?.time,
    passengers: trip.passengers,
  }
}

const moves = /\b(move|change|switch|swap|shift)\b/i
const goes = /\b(go|going|fly|flying|arriv\w*|destination|land\w*|into)\b/i

const airportOf = (code: string | null | undefined) => getAirport(code ?? '')
const ends = (request: RequestRow) => ({
  from: airportOf(request.departure_airport),
  to: airportOf(request.arrival_airport),
})

/** Which end of the flight a place by itself stands for. "move it to HPN" says "to", and may still be where they leave. */
function endMeant({ from, to }: TripReading['legs'][number], request: RequestRow, text: string) {
  const place = from && to ? null : (from ?? to)
  if (!place) return null
  const is_moved = moves.test(text) && !goes.test(text) && place.role === 'to'
  return is_moved ? (routeEnd({ ...place, role: undefined }, ends(request)) ?? 'to') : routeEnd(place, ends(request))
}

/** Whether it is certain which end of the flight changes, if the text names a place at all. */
function isPlaced({ legs }: TripReading, request: RequestRow, text: string): boolean {
  const [leg] = legs
  if (!leg || legs.length > 1 || (leg.from && leg.to) || request.segments.length > 2) return true
  const place = leg.from ?? leg.to
  return !place?.airports[0] || place.namesakes !== null || endMeant(leg, request, text) !== null
}

const fromOrTo = ({ legs: [leg] }: TripReading) => {
  const name = airportLabel((leg?.from ?? leg?.to)?.airports[0]?.icao ?? '')
  return `Do they leave from ${name}, or fly to ${name}?`
}

/** The ends of the flight that the text changes: "move it from TEB to HPN", "it is White Plains, not Teterboro". */
function movedEnds(leg: TripReading['legs'][number] | undefined, request: RequestRow, text: string) {
  const [from, to] = [leg?.from?.airports[0], leg?.to?.airports[0]]
  const lone = leg && endMeant(leg, request, text)
  if (lone) return { [lone === 'from' ? 'departure_airport' : 'arrival_airport']: (from ?? to)?.icao }
  const { departure_airport, arrival_airport } = request
  if (!moves.test(text) || goes.test(text) || !to) return { departure_airport: from?.icao, arrival_airport: to?.icao }
  if (from?.icao === departure_airport) return { departure_airport: to.icao }
  if (from?.icao === arrival_airport) return { arrival_airport: to.icao }
  return { departure_airport: from?.icao, arrival_airport: to?.icao }
}

/** In a tour one flight moves at a time: "move the second leg to Dec 4". */
const withMovedFlight = (
  segments: Segment[],
  trip: TripReading,
  moved: number,
  day: { date: string | null; time: string | null },
) =>
  segments.map((segment, index) => ({
    departure_airport: segment.departure_airport,
    arrival_airport: segment.arrival_airport,
    departure_date: (index === moved ? day.date : null) ?? segment.departure_date,
    departure_time: (index === moved ? day.time : null) ?? segment.departure_time ?? null,
    passengers: trip.passengers ?? segment.passengers,
  }))

const routedAnew = (trip: TripReading, request: RequestRow) =>
  trip.legs.map((leg, index) => ({
    departure_airport: leg.from?.airports[0]?.icao ?? '',
    arrival_airport: leg.to?.airports[0]?.icao ?? '',
    departure_date: leg.date ?? request.segments[index]?.departure_date ?? '',
    departure_time: leg.time ?? request.segments[index]?.departure_time ?? null,
    passengers: leg.passengers ?? trip.passengers ?? request.passengers ?? 1,
  }))
