import type { NewTrip } from '../avinode/avinode.ts'
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
