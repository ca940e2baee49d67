import { explain, isOutage } from './failures.ts'
import { NewTrip } from './rows.ts'
import { readTask } from './specialist.ts'
import { answer, call, resultOf, type Step, type Turn } from './turn.ts'

/** Creates the trip in Avinode; it is safe to be asked again. */
export function planFlightSearch(turn: Turn): Step {
  const { request_id } = readTask(turn)
  if (!request_id)
    return answer({ request_id: '', avinode_trip_id: null, deep_link: null, note: 'The task names no request.' })
  const made = resultOf(turn, 'create_trip', NewTrip)
  if (!made) return call('create_trip', { request_id })
  if (made.ok) {
    const trip_id = made.value.request.avinode_trip_id
    return answer({
      request_id,
      avinode_trip_id: typeof trip_id === 'string' ? trip_id : null,
      deep_link: made.value.deep_link,
      note: 'The trip is in Avinode.',
    })
  }
  const note = isOutage(made.failure)
    ? 'Avinode cannot be reached at the moment. The request is kept, and its trip is created by itself as soon as Avinode is back.'
    : `The trip could not be created in Avinode. ${explain(made.failure)}`
  return answer({ request_id, avinode_trip_id: null, deep_link: null, note })
}
