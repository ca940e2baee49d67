import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { columnsOf, findRow, getRow, json } from '../database.ts'
import { ConflictError } from '../errors.ts'
import { Money } from '../money.ts'

export const RequestStatus = z.enum([
  'draft',
  'pending',
  'analyzing',
  'fetching_client_data',
  'searching_flights',
  'trip_created',
  'awaiting_user_action',
  'avinode_session_active',
  'monitoring_for_quotes',
  'awaiting_quotes',
  'analyzing_proposals',
  'generating_email',
  'sending_proposal',
  'completed',
  'failed',
  'cancelled',
])
export type RequestStatus = z.output<typeof RequestStatus>

/** One flight of an itinerary, as it is kept in `metadata.segments`. */
export const Segment = z.object({
  departure_airport: z.string().describe('ICAO'),
  arrival_airport: z.string().describe('ICAO'),
  departure_date: z.string().describe('Local day at the departure airport, YYYY-MM-DD'),
  departure_time: z.string().nullable().describe('Local time at the departure airport, HH:mm; null while it is open'),
  passengers: z.int(),
})
export type Segment = z.output<typeof Segment>

const RequestRow = z.object({
  id: z.uuid(),
  iso_agent_id: z.uuid(),
  client_profile_id: z.uuid().nullable(),
  departure_airport: z.string(),
  arrival_airport: z.string(),
  departure_date: z.string(),
  return_date: z.string().nullable(),
  passengers: z.int(),
  aircraft_type: z.string().nullable(),
  budget: Money.nullable(),
  special_requirements: z.string().nullable(),
  status: RequestStatus,
  metadata: z.record(z.string(), z.unknown()),
  avinode_rfp_id: z.string().nullable(),
  avinode_trip_id: z.string().nullable(),
  avinode_deep_link: z.string().nullable().describe('Opens the trip in Avinode, where the broker picks operators'),
  primary_conversation_id: z.uuid().nullable(),
  operators_contacted: z.int(),
  quotes_expected: z.int(),
  quotes_received: z.int(),
  created_at: z.string(),
  updated_at: z.string(),
})

/** What a broker wants done for a client. */
export const Request = RequestRow.extend({
  segments: z.array(Segment).describe('Every flight of the itinerary, in order'),
  client: z.object({ id: z.uuid(), company_name: z.string() }).nullable(),
})
export type Request = z.output<typeof Request>

const RequestWithClient = RequestRow.extend({ client: Request.shape.client })

export const requestColumns = `${columnsOf(RequestRow, ['budget'])}, client:client_profiles(id, company_name)`

/** The rows of a query that selected `requestColumns`, each with its segments. */
export const StoredRequest = RequestWithClient.transform(
  (request): Request => ({ ...request, segments: segmentsOf(request) }),
)

/** One request of the broker, or `NotFoundError`. */
export const readRequest = (request_id: string, { db }: ToolContext) =>
  getRow('The request', StoredRequest, db.from('requests').select(requestColumns).eq('id', request_id))

type Changes = Partial<Omit<z.input<typeof RequestRow>, 'id' | 'iso_agent_id' | 'status' | 'updated_at'>>

const ATTEMPTS = 10

/** Changes a request from what it is at this moment. If it changes in between, `change` is asked again with the newer row; null leaves it. */
export async function changeRequest(
  request_id: string,
  change: (request: Request) => Changes | null,
  context: ToolContext,
): Promise<Request> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const request = await readRequest(request_id, context)
    const changes = change(request)
    if (changes === null) return request
    const { metadata = request.metadata, ...columns } = changes
    // The answer carries the id alone: some servers read the rest anew, through a filter that no longer fits.
    const mine = context.db
      .from('requests')
      .update({ ...columns, metadata: json(metadata) })
      .eq('id', request_id)
      .eq('updated_at', request.updated_at)
      .select('id')
    if (await findRow(z.object({ id: z.uuid() }), mine)) return readRequest(request_id, context)
    // Whoever was faster may have more steps to take: each time a little longer, so that both come through.
    await delay(attempt * 10 + Math.random() * 20, undefined, { signal: context.signal })
  }
  throw new ConflictError('The request is being changed by somebody else; try again in a moment')
}

function segmentsOf(request: z.output<typeof RequestRow>): Segment[] {
  const stored = z.array(Segment).min(1).safeParse(request.metadata.segments)
  if (stored.success) return stored.data
  const { departure_airport, arrival_airport, departure_date, return_date, passengers } = request
  const open = { departure_time: null, passengers }
  const out = { ...open, departure_airport, arrival_airport, departure_date }
  if (return_date === null) return [out]
  const back = {
    ...open,
    departure_airport: arrival_airport,
    arrival_airport: departure_airport,
    departure_date: return_date,
  }
  return [out, back]
}
