import { z } from 'zod'
import { refusePending } from '../approvals/refuse-pending.ts'
import type { ToolContext } from '../context.ts'
import { NotFoundError } from '../errors.ts'
import { refuseConfidential } from '../messages/confidentiality.ts'
import { visibleText } from '../messages/visible-text.ts'
import { defineOutwardTool } from '../tool.ts'
import { refuseFinal } from '../workflow.ts'
import { type Request, readRequest } from './request.ts'
import { readTrip } from './trip.ts'

const Reason = z.enum(['BY_CLIENT', 'CHANGED', 'OTHER'])
const SAYS: Record<z.output<typeof Reason>, string> = {
  BY_CLIENT: 'The client no longer needs this trip. Thank you for your time.',
  CHANGED: 'The plans for this trip have changed. Thank you for your time.',
  OTHER: 'This trip is cancelled. Thank you for your time.',
}

export const cancelRequest = defineOutwardTool({
  name: 'cancel_request',
  description:
    'Ask the broker to approve cancelling a request for good. Once approved, the trip is cancelled in Avinode and every operator who was asked is told. It cannot be undone.',
  effect: 'outward',
  input: z.strictObject({
    request_id: z.uuid().describe('From list_requests'),
    reason: Reason.describe('BY_CLIENT: the client withdrew. CHANGED: the plans changed. OTHER'),
    message_to_operators: z
      .string()
      .trim()
      .max(1000)
      .nullable()
      .default(null)
      .describe('What operators read; names neither client nor price. Null for a polite standard sentence'),
  }),
  output: z.object({ request_id: z.uuid(), avinode_trip_id: z.string().nullable() }),
  payload: z.strictObject({
    request_id: z.uuid(),
    reason: Reason,
    message_to_operators: z.string().trim().min(1).max(1000),
    avinode_trip_id: z.string().nullable(),
    route: z.string(),
  }),
  editable: ['message_to_operators'],
  async checkWords({ request_id, message_to_operators: message }, context) {
    await refuseConfidential(message, 'message_to_operators', await readRequest(request_id, context), context)
  },
  async prepare({ request_id, reason, message_to_operators }, context) {
    const request = await readRequest(request_id, context)
    refuseFinal(request)
    await refusePending('cancel_request', { request_id }, context)
    const message = visibleText(message_to_operators || SAYS[reason])
    await refuseConfidential(message, 'message_to_operators', request, context)
    return {
      payload: {
        request_id,
        reason,
        message_to_operators: message,
        avinode_trip_id: request.avinode_trip_id,
        route: `${request.departure_airport} to ${request.arrival_airport}, ${request.departure_date}`,
      },
      request_id,
      conversation_id: request.primary_conversation_id,
    }
  },
  async perform({ request_id, reason, message_to_operators: message }, context, delivery) {
    const request = await readRequest(request_id, context)
    const trip = await openTrip(request, context)
    if (trip) {
      await delivery.sending()
      await context.avinode.cancelTrip(trip.id, { reason, message }, context.signal)
    }
    return { request_id, avinode_trip_id: trip?.id ?? request.avinode_trip_id }
  },
})

/** The trip that is still to be cancelled; also one whose creation was cut off before we heard its id. */
async function openTrip(request: Request, context: ToolContext) {
  const { id, avinode_trip_id, metadata } = request
  if (avinode_trip_id === null && metadata.trip_creation === undefined) return undefined
  try {
    const trip = await (avinode_trip_id
      ? readTrip(avinode_trip_id, request, context)
      : context.avinode.findTrip(id, context.signal))
    return trip && !trip.canceled ? trip : undefined
  } catch (error) {
    if (error instanceof NotFoundError) return undefined
    throw error
  }
}
