import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { call } from '../database.ts'
import type { RequestStatus } from '../requests/request.ts'
import { explainProblem, onOneLine, Problem } from './problem.ts'
import { requireAdmin } from './webhook-event.ts'

/** A problem as an administrator reads it. */
export const ListedProblem = z.object({
  id: z.uuid(),
  problem: z.enum(['stuck_request', 'silent_operators', 'failing_runs', 'dead_letters', 'dependency']),
  what: z.string().describe('What is the matter, in plain words'),
  advice: z.string().describe('What to do about it, or who does it'),
  count: z.int().nullable().describe('How often it was seen; null for one deal'),
  request_id: z.uuid().nullable(),
  opened_at: z.string(),
  last_seen_at: z.string(),
  told_at: z.string().nullable(),
  closed_at: z.string().nullable().describe('When it was seen no more; null while it is open'),
})
export type ListedProblem = z.output<typeof ListedProblem>

const moments = ListedProblem.pick({ opened_at: true, last_seen_at: true, told_at: true, closed_at: true })
const Found = z.array(Problem.and(moments.extend({ route: z.string().nullable(), broker: z.string().nullable() })))

/** What the error monitor has found wrong: open problems first, then those that closed within a week. Not a model's tool: it is for the administrator who looks. */
export async function listProblems(context: ToolContext): Promise<ListedProblem[]> {
  requireAdmin(context)
  const found = await call(Found, context.db.rpc('list_problems'))
  return found.map((problem) => {
    const isDeal = 'request_id' in problem
    return {
      ...moments.parse(problem),
      ...(isDeal ? aboutDeal(problem) : explainProblem(problem)),
      id: problem.id,
      problem: problem.kind,
      count: 'count' in problem.details ? problem.details.count : null,
      request_id: isDeal ? problem.request_id : null,
    }
  })
}

type FoundDeal = Extract<z.output<typeof Found>[number], { request_id: string }>

/** Where a deal stands, in plain words. */
const STANDS: Record<z.output<typeof RequestStatus>, string> = {
  draft: 'its broker has not said all of the trip',
  pending: 'nothing was done with it yet',
  analyzing: 'its trip is being read',
  fetching_client_data: 'its client is being looked up',
  searching_flights: 'its trip is being created in Avinode',
  trip_created: 'its broker has to pick operators in Avinode',
  awaiting_user_action: 'its broker has to pick operators in Avinode',
  avinode_session_active: 'its broker has to send the RFQs in Avinode',
  monitoring_for_quotes: 'its operators were asked and have not quoted',
  awaiting_quotes: 'some of its operators have not quoted',
  analyzing_proposals: 'its broker has to choose a quote',
  generating_email: 'its proposal is not sent yet',
  sending_proposal: 'its client has the proposal and has not answered',
  completed: 'its client has accepted',
  failed: 'it has failed',
  cancelled: 'it is cancelled',
}

/** A deal is its broker's business: administrators see that it stands still, and that its broker knows. */
function aboutDeal(deal: FoundDeal) {
  const whose = `${deal.route ?? 'A request'}${deal.broker ? ` of ${onOneLine(deal.broker)}` : ''}`
  const what =
    deal.kind === 'stuck_request'
      ? `${whose} stands still: ${STANDS[deal.details.status]}.`
      : `${whose} waits for operators who have not answered in time: ${deal.details.operators.map(onOneLine).join(', ')}.`
  const advice = deal.told_at
    ? 'Its broker was told what to do. Ask the broker if it stays open.'
    : 'It was begun anew by itself. If that does not help, its broker is told.'
  return { what, advice }
}
