import type { NewTrip, Trip } from '../avinode/avinode.ts'
import type { ToolContext } from '../context.ts'
import { NotFoundError } from '../errors.ts'
import type { Request } from './request.ts'

/** A request as Avinode takes it. Neither client nor budget is in it. */
export function tripOf(request: Request): NewTrip {
  const category = request.metadata.aircraft_category
  return {
    external_trip_id: request.id,
    segments: request.segments,
    aircraft_category: typeof category === 'string' ? category : null,
    aircraft_type: request.aircraft_type,
  }
}

/**
 * A request's trip as Avinode has it now. The id stands in a row that its broker may write, and several brokers share one
 * account in Avinode: a trip that was made for another request is not found.
 */
export async function readTrip(
  trip_id: string,
  { id }: Pick<Request, 'id'>,
  { avinode, signal }: ToolContext,
): Promise<Trip> {
  const trip = await avinode.getTrip(trip_id, signal)
  if (trip.external_trip_id !== id) throw new NotFoundError('The trip')
  return trip
}
