import { z } from 'zod'
import type { ToolContext } from './context.ts'
import { call } from './database.ts'
import { ConflictError } from './errors.ts'
import { type Request, RequestStatus } from './requests/request.ts'

type Agent = 'orchestrator' | 'client_data' | 'flight_search' | 'proposal_analysis' | 'communication'

/** Forward steps and the ways back; the database judges every one of them again. */
const NEXT: Record<RequestStatus, RequestStatus[]> = {
  draft: ['pending', 'analyzing'],
  pending: ['analyzing'],
  analyzing: ['fetching_client_data'],
  fetching_client_data: ['searching_flights', 'analyzing'],
  searching_flights: ['trip_created', 'analyzing'],
  trip_created: ['awaiting_user_action', 'avinode_session_active', 'monitoring_for_quotes'],
  awaiting_user_action: ['avinode_session_active', 'monitoring_for_quotes'],
  avinode_session_active: ['monitoring_for_quotes'],
  monitoring_for_quotes: ['awaiting_quotes', 'analyzing_proposals'],
  awaiting_quotes: ['analyzing_proposals'],
  analyzing_proposals: ['generating_email', 'awaiting_quotes'],
  generating_email: ['sending_proposal', 'analyzing_proposals'],
  sending_proposal: ['completed', 'analyzing_proposals', 'generating_email'],
  failed: ['pending'],
  completed: [],
  cancelled: [],
}

/** Where a request can go from a state, apart from failing and being cancelled. */
export const nextStates = (status: RequestStatus): readonly RequestStatus[] => NEXT[status]

/** Whether a request still has `status` ahead of it on the ordinary way. */
export const isBefore = (now: RequestStatus, status: RequestStatus) =>
  now === 'failed' || RequestStatus.options.indexOf(now) < RequestStatus.options.indexOf(status)

export const isFinal = (status: RequestStatus) => status === 'completed' || status === 'cancelled'

/** Throws when nothing can be changed in a request any more. */
export function refuseFinal({ status }: Pick<Request, 'status'>) {
  if (isFinal(status)) throw new ConflictError(`The request is ${status}, so nothing can be changed in it`)
}

/** Brings a request to a state by legal steps, each of them a row of its history. A request that is there already stays as it is. */
export async function advance(
  request: Pick<Request, 'id' | 'status'>,
  to: RequestStatus,
  agent: Agent,
  { db, origin }: ToolContext,
  error: string | null = null,
): Promise<void> {
  const steps = to === 'failed' || to === 'cancelled' ? [to] : way(request.status, to)
  for (const step of steps) {
    const moved = db.rpc('advance_request', {
      p_request_id: request.id,
      p_to: step,
      p_agent: origin.kind === 'chat' || origin.kind === 'background' ? agent : 'broker',
      p_metadata: origin.turn_id ? { turn_id: origin.turn_id } : {},
      p_error: error,
    })
    await call(z.object({ status: RequestStatus }), moved)
  }
}

function way(from: RequestStatus, to: RequestStatus): RequestStatus[] {
  const ways: RequestStatus[][] = [[]]
  const seen = new Set<RequestStatus>([from])
  for (const way of ways) {
    const here = way.at(-1) ?? from
    if (here === to) return way
    for (const next of NEXT[here]) {
      if (seen.has(next)) continue
      seen.add(next)
      ways.push([...way, next])
    }
  }
  throw new ConflictError(`A request that is ${from} cannot become ${to}`)
}
