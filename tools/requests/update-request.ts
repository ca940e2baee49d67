import { z } from 'zod'
import { readActiveClient } from '../clients/get-client.ts'
import type { ToolContext } from '../context.ts'
import { ConflictError, InvalidInputError } from '../errors.ts'
import { defineTool } from '../tool.ts'
import { advance, refuseFinal } from '../workflow.ts'
import { type ItineraryInput, itineraryFields, namesItinerary, parseItinerary, summarise } from './itinerary.ts'
import { changeRequest, Request, readRequest, type Segment } from './request.ts'
import { storedWishes, wishFields } from './request-fields.ts'
import { readTrip, tripOf } from './trip.ts'

/** What a request may have none of. */
export const EMPTIABLE = ['return_date', 'aircraft_type', 'budget', 'special_requirements'] as const

export const updateRequest = defineTool({
  name: 'update_request',
  description:
    "Change a request: itinerary, passengers, client, aircraft, budget, wishes. Null leaves a field as it is. Avinode's trip follows as long as no RFQ is out; after that operators know the old one, which the warnings say.",
  effect: 'write',
  input: z.strictObject({
    request_id: z.uuid().describe('From list_requests'),
    ...itineraryFields,
    ...wishFields,
    emptied: z
      .array(z.enum(EMPTIABLE))
      .default([])
      .describe('What is to be open again; without return_date the trip is one way'),
  }),
  output: z.object({
    request: Request,
    warnings: z.array(z.string()).describe('What the change did not reach; tell the broker'),
  }),
  async run({ request_id, emptied, ...input }, context) {
    const request = await readRequest(request_id, context)
    refuseFinal(request)
    if (input.client_profile_id !== null) await readActiveClient(input.client_profile_id, context)
    const [one_way, no_wishes] = [emptied.includes('return_date'), emptied.includes('special_requirements')]
    const itinerary =
      one_way || namesItinerary(input) ? summarised(changedSegments(request, input, one_way, context.now())) : null
    const open = Object.fromEntries(emptied.flatMap((name) => (name === 'return_date' ? [] : [[name, null]])))
    const wishes = storedWishes(input)
    const changedBy = (now: Request) => ({
      ...itinerary?.columns,
      ...wishes.columns,
      ...open,
      metadata: {
        ...now.metadata,
        ...itinerary?.metadata,
        ...wishes.metadata,
        ...(no_wishes && { special_wishes: [] }),
      },
    })

    const wanted = { ...request, ...changedBy(request), segments: itinerary?.metadata.segments ?? request.segments }
    // Avinode first: if it is down nothing has changed, and the same call later does both.
    const warnings = await changeTrip(request, wanted, context)
    const changed = await changeRequest(request_id, changedBy, context)
    if (input.client_profile_id !== null && changed.status === 'analyzing') {
      await advance(changed, 'fetching_client_data', 'client_data', context).catch(unlessAhead)
    }
    return { request: await readRequest(request_id, context), warnings }
  },
})

/** The trip may be created at the same time, and be further on by now. */
function unlessAhead(error: unknown) {
  if (!(error instanceof ConflictError)) throw error
}

const summarised = (segments: Segment[]) => ({ columns: summarise(segments), metadata: { segments } })

/** The itinerary after the change: all of it anew, or single fields of a one-way or return trip. */
function changedSegments(request: Request, input: ItineraryInput, one_way: boolean, now: Date): Segment[] {
  if (input.segments !== null) return parseItinerary(input, now)
  const [first, second] = request.segments
  const { departure_airport, arrival_airport, departure_date, departure_time, return_date, return_time } = input
  const onlyPassengers = [departure_airport, arrival_airport, departure_date, departure_time, return_date, return_time]
  if (!one_way && input.passengers !== null && onlyPassengers.every((field) => field === null)) {
    const { passengers } = input
    return request.segments.map((segment) => ({ ...segment, passengers }))
  }
  const isReturn = request.segments.length === 2 && request.return_date !== null
  if (!first || (request.segments.length > 1 && !isReturn)) {
    throw new InvalidInputError([
      { path: 'segments', message: 'This trip has several flights: give all of them as segments' },
    ])
  }
  const flat = {
    departure_airport: departure_airport ?? first.departure_airport,
    arrival_airport: arrival_airport ?? first.arrival_airport,
    departure_date: departure_date ?? first.departure_date,
    departure_time: departure_time ?? first.departure_time,
    return_date: one_way ? null : (return_date ?? second?.departure_date ?? null),
    return_time: one_way ? null : (return_time ?? second?.departure_time ?? null),
    passengers: input.passengers ?? first.passengers,
  }
  return parseItinerary({ ...flat, segments: null }, now)
}

async function changeTrip(before: Request, after: Request, context: ToolContext): Promise<string[]> {
  if (before.avinode_trip_id === null) return []
  if (JSON.stringify(tripOf(before)) === JSON.stringify(tripOf(after))) return []
  const { rfqs } = await readTrip(before.avinode_trip_id, before, context)
  const asked = rfqs.filter(({ canceled }) => !canceled).length
  if (asked > 0) {
    const operators = asked === 1 ? '1 operator was' : `${asked} operators were`
    return [
      `The trip in Avinode was not changed: ${operators} already asked for the old one. Tell them, or cancel and start anew.`,
    ]
  }
  await context.avinode.updateTrip(before.avinode_trip_id, tripOf(after), context.signal)
  return []
}
