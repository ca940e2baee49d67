import { readAircraft } from '../reading/aircraft.ts'
import type { TripReading } from '../reading/trip.ts'
import { lastWords } from './conversation.ts'
import { chosenAirports, detailsLabel, joined, priceLabel, routeLabel } from './describe.ts'
import { explain } from './failures.ts'
import { offerClient, severalClients, whoIsTheClient } from './phrases.ts'
import { questionFor } from './questions.ts'
import { ClientAnswer, OneRequest, type RequestRow, SearchAnswer } from './rows.ts'
import { call, resultOf, type Step, say, type Turn } from './turn.ts'
import { isOpen } from './which-request.ts'

/** From a described trip to a request, its client and its trip in Avinode; or one question for all that is missing. */
export function planNewTrip(turn: Turn, trip: TripReading): Step {
  const question = questionFor(trip)
  // Asked once more, word for word, it tells that nothing was understood.
  if (question)
    return say(lastWords(turn).some((words) => words.endsWith(question)) && 'I did not understand that.', question)
  const created = resultOf(turn, 'create_request', OneRequest)
  if (!created) return call('create_request', requestInput(trip))
  if (!created.ok) return say(`I have not created the request. ${explain(created.failure)}`)
  const { request } = created.value
  const client = resultOf(turn, 'client_data', ClientAnswer)
  const search = resultOf(turn, 'flight_search', SearchAnswer)
  const tie = { task: `Find the client "${trip.client}" and attach it to the request.`, request_id: request.id }
  const calls = openCalls(trip.client && !client ? tie : null, search ? null : request.id)
  if (calls || !search) return { calls: calls ?? [] }
  return say(
    `${summary(request, client?.ok ? client.value.client : null)}`,
    chosenAirports(trip.legs.flatMap(({ from, to }) => [from, to])),
    client?.ok && client.value.client && client.value.preferences_summary,
    client && !client.ok && explain(client.failure),
    trip.budget && trip.budget.currency !== 'USD' && 'I noted the budget with the wishes, as requests keep US dollars.',
    search.ok ? openAvinode(search.value) : explain(search.failure),
    lastQuestion(trip, client?.ok ? client.value : null),
  )
}

type Task = { task: string; request_id: string | null }

/** The client and the trip do not wait for each other. */
function openCalls(client: Task | null, without_trip: string | null) {
  const calls = [
    ...(client ? [{ name: 'client_data', args: client }] : []),
    ...(without_trip
      ? [
          {
            name: 'flight_search',
            args: { task: 'Create the trip in Avinode for this request.', request_id: without_trip },
          },
        ]
      : []),
  ]
  return calls.length > 0 ? calls : null
}

/** A request that the broker filled in as a form: it exists, so only its client's wishes and its trip are missing. */
export function planFormRequest(turn: Turn, request_id: string): Step {
  const read = resultOf(turn, 'get_request', OneRequest)
  if (!read) return call('get_request', { request_id })
  if (!read.ok) return say(explain(read.failure))
  const { request } = read.value
  if (!isOpen(request)) return say(`The request is ${request.status}, so I leave it as it is.`)
  const client = resultOf(turn, 'client_data', ClientAnswer)
  const search = resultOf(turn, 'flight_search', SearchAnswer)
  const recall = { task: `Recall what the client "${request.client?.company_name}" likes.`, request_id: null }
  const calls = openCalls(request.client && !client ? recall : null, search ? null : request_id)
  if (calls || !search) return { calls: calls ?? [] }
  const liked = recalled((client?.ok && client.value.preferences_summary) || '')
  const aircraft = request.aircraft_type ?? request.metadata?.aircraft_category ?? liked.aircraft
  const details = openDetails({ ...request, budget: request.budget ?? liked.budget, aircraft })
  return say(
    `I have taken up your request: ${tripLabel(request)}`,
    client?.ok && client.value.preferences_summary,
    search.ok ? openAvinode(search.value) : explain(search.failure),
    details && sentence(details),
  )
}

const sentence = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** The itinerary as `create_request` takes it: a return trip is two segments. */
export function segmentsOf({ legs, back, passengers, passengers_back }: TripReading) {
  const flights = legs.map((leg) => ({
    departure_airport: leg.from?.airports[0]?.icao ?? '',
    arrival_airport: leg.to?.airports[0]?.icao ?? '',
    departure_date: leg.date ?? '',
    departure_time: leg.time,
    passengers: leg.passengers ?? passengers ?? 0,
  }))
  const [out] = flights
  if (!out || !back?.date || flights.length > 1) return flights
  const home = { departure_airport: out.arrival_airport, arrival_airport: out.departure_airport }
  const times = { departure_date: back.date, departure_time: back.time }
  return [out, { ...out, ...home, ...times, passengers: passengers_back ?? out.passengers }]
}

function requestInput(trip: TripReading) {
  return { client_profile_id: null, segments: segmentsOf(trip), ...wishInput(trip) }
}

/** Aircraft, budget and wishes as the tools take them. Requests keep US dollars; another currency is kept in words. */
export function wishInput(
  { aircraft_type, aircraft_category, budget, wishes }: TripReading,
  earlier: string | null = null,
) {
  const foreign = budget && budget.currency !== 'USD' ? [`budget ${priceLabel(budget.amount, budget.currency)}`] : []
  const all = [...(earlier?.split(/; ?/) ?? []), ...wishes, ...foreign].filter(Boolean)
  return {
    aircraft_type,
    aircraft_category: aircraft_type ? null : aircraft_category,
    budget: budget?.currency === 'USD' ? budget.amount : null,
    special_requirements: wishes.length + foreign.length > 0 ? [...new Set(all)].join('; ') : null,
  }
}

function summary(request: RequestRow, client: RequestRow['client'] | null): string {
  const shown = { ...request, client: client ?? request.client }
  return `I created the request: ${tripLabel(shown)}`.replace(': \n', ':\n')
}

const tripLabel = (request: RequestRow) =>
  `${routeLabel(request)}${request.segments.length > 2 ? '\n' : ', '}${detailsLabel(request)}.`

/** Where the broker goes on, or why not yet. */
export function openAvinode({ deep_link, note }: { deep_link: string | null; note: string }): string {
  if (!deep_link) return note
  return `The next step is yours: [Open Avinode](${deep_link}), pick operators and send them the RFQs. I compare the quotes as they come in.`
}

type Found = {
  client: { company_name: string } | null
  candidates: { company_name: string }[]
  preferences_summary: string | null
}

/** What need not be asked for, because it was just told what the client likes. */
function recalled(summary: string) {
  const { aircraft_type, aircraft_category } = readAircraft(summary)
  return { aircraft: aircraft_type ?? aircraft_category, budget: /\bbudget\b/i.test(summary) }
}

/** What nobody has said yet and operators or clients will ask, in one question. */
function openDetails({ client, budget, aircraft }: { client?: unknown; budget?: unknown; aircraft?: unknown }) {
  const parts = [
    !client && whoIsTheClient,
    !budget && 'what is the budget',
    !aircraft && 'which aircraft do they have in mind',
  ].filter((part) => part !== false)
  return parts.length > 0 ? `${joined(parts)}?` : null
}

/** Everything that is still open, in one question at the end. */
function lastQuestion(trip: TripReading, found: Found | null): string | null {
  const liked = found?.client ? recalled(found.preferences_summary ?? '') : { aircraft: null, budget: false }
  const aircraft = trip.aircraft_type ?? trip.aircraft_category ?? liked.aircraft
  const details = openDetails({ client: trip.client, budget: trip.budget ?? liked.budget, aircraft })
  const names = found?.candidates.map(({ company_name }) => company_name) ?? []
  const client =
    !trip.client || !found || found.client
      ? null
      : names.length > 0
        ? severalClients(trip.client, names)
        : offerClient(trip.client)
  const rest = details && `${client ? 'And ' : ''}${details}`
  return [client, rest && sentence(rest)].filter(Boolean).join(' ') || null
}
