import { z } from 'zod'
import type { Trip } from '../avinode/avinode.ts'
import type { ToolContext } from '../context.ts'
import { stableId } from '../database.ts'
import { ConflictError, InvalidInputError, UpstreamError } from '../errors.ts'
import { postAssistantMessage } from '../messages/post-message.ts'
import { defineTool } from '../tool.ts'
import { advance, isBefore, refuseFinal } from '../workflow.ts'
import { changeRequest, Request, readRequest } from './request.ts'
import { tripOf } from './trip.ts'

/** As long as one attempt may take; after that another may take over. */
const LEASE_MS = 60_000
const TIMEOUT_MS = 45_000

export const createTrip = defineTool({
  name: 'create_trip',
  description:
    'Create the trip of a request in Avinode and return the link under which the broker picks operators and sends RFQs. No operator is contacted by this. A request has one trip: again, it returns the same.',
  effect: 'write',
  input: z.strictObject({ request_id: z.uuid().describe('From create_request or list_requests') }),
  output: z.object({
    request: Request,
    deep_link: z.string().describe('Give it to the broker as Open Avinode'),
    created: z.boolean().describe('false: the trip existed already'),
  }),
  async run({ request_id }, context) {
    const request = await readRequest(request_id, context)
    refuseFinal(request)
    if (request.avinode_trip_id !== null) return finish(request, false, context)
    if (isBefore(request.status, 'searching_flights')) {
      await advance(request, 'searching_flights', 'flight_search', context)
    }
    const claimed = await claimCreation(request_id, context)
    if (claimed.avinode_trip_id !== null) return finish(claimed, false, context)
    const { trip, created } = await findOrCreate(claimed, context)
    const stored = await changeRequest(
      request_id,
      ({ metadata }) => ({
        avinode_trip_id: trip.id,
        avinode_deep_link: trip.search_url,
        metadata: { ...metadata, avinode_display_id: trip.display_id },
      }),
      context,
    )
    return finish(stored, created, context)
  },
})

const Creation = z.object({
  started_at: z.string(),
  by: z.string(),
  /** Given back: whoever held it knows that nothing was created. */
  released: z.literal(true).optional(),
})

/** Of two who want to create the trip at once, one gets to ask Avinode. A turn that comes again after a crash holds its claim still. */
function claimCreation(request_id: string, context: ToolContext): Promise<Request> {
  const by = context.newId(`trip:${request_id}`)
  return changeRequest(
    request_id,
    ({ metadata, avinode_trip_id }) => {
      if (avinode_trip_id !== null) return null
      const creation = Creation.safeParse(metadata.trip_creation)
      const isHeld = creation.success && !creation.data.released && creation.data.by !== by
      if (isHeld && context.now().getTime() - Date.parse(creation.data.started_at) < LEASE_MS) {
        throw new ConflictError('Its trip is being created in Avinode at this moment; look again in a minute')
      }
      return { metadata: { ...metadata, trip_creation: { started_at: context.now().toISOString(), by } } }
    },
    context,
  )
}

/** An earlier attempt may have reached Avinode without our hearing of it, so Avinode is asked before a trip is created. */
async function findOrCreate(request: Request, context: ToolContext): Promise<{ trip: Trip; created: boolean }> {
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(TIMEOUT_MS)])
  const progress = { asked: false }
  try {
    const found = await context.avinode.findTrip(request.id, signal)
    if (found && !found.canceled) return { trip: found, created: false }
    progress.asked = true
    return { trip: await context.avinode.createTrip(tripOf(request), signal), created: true }
  } catch (error) {
    const refused = progress.asked && error instanceof InvalidInputError
    if (!progress.asked || refused || wasNotSent(error)) await releaseCreation(request, context)
    // Avinode will refuse the same itinerary again, so the request must not wait for a retry.
    if (refused) await advance(request, 'failed', 'flight_search', context, error.message)
    throw error
  }
}

const wasNotSent = (error: unknown) => error instanceof UpstreamError && error.details.outcome === 'not_sent'

/** Nothing was created, so the next attempt need not wait for a minute. That somebody tried stays known. */
async function releaseCreation({ id: request_id, metadata: { trip_creation } }: Request, context: ToolContext) {
  const mine = Creation.parse(trip_creation)
  try {
    await changeRequest(
      request_id,
      ({ metadata }) => {
        if (Creation.safeParse(metadata.trip_creation).data?.by !== mine.by) return null
        return { metadata: { ...metadata, trip_creation: { ...mine, released: true } } }
      },
      context,
    )
  } catch (error) {
    context.log.warn({ err: error, request_id }, 'the claim on a trip could not be given back; it runs out by itself')
  }
}

async function finish(request: Request, created: boolean, context: ToolContext) {
  const { id, primary_conversation_id, avinode_deep_link: deep_link } = request
  if (deep_link === null) throw new ConflictError('The trip has no link to Avinode')
  if (isBefore(request.status, 'trip_created')) await advance(request, 'trip_created', 'flight_search', context)
  if (isBefore(request.status, 'awaiting_user_action')) {
    await advance({ id, status: 'trip_created' }, 'awaiting_user_action', 'flight_search', context)
  }
  if (primary_conversation_id !== null) {
    await postAssistantMessage(
      {
        id: stableId('trip card', id),
        conversation_id: primary_conversation_id,
        content_type: 'rfp_created',
        content: 'The trip is in Avinode. Open it there, pick the operators and send them RFQs.',
        rich_content: { card: 'trip', request_id: id, deep_link },
      },
      context,
    )
  }
  return { request: await readRequest(id, context), deep_link, created }
}
