import { z } from 'zod'
import type { ToolContext } from '../tools/context.ts'
import { columnsOf, rows } from '../tools/database.ts'
import { Execution } from '../tools/operations/execution.ts'
import { RequestStatus, readRequest } from '../tools/requests/request.ts'

/** One state that a request was in, and for how long. */
export const WorkflowState = z.object({
  id: z.uuid(),
  request_id: z.uuid(),
  current_state: RequestStatus,
  previous_state: RequestStatus.nullable(),
  agent_id: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()),
  error_message: z.string().nullable(),
  retry_count: z.int(),
  state_entered_at: z.string(),
  state_duration_ms: z.number().nullable().describe('Null while the request is in this state'),
  created_at: z.string(),
})

/** No request comes near it; it only keeps an answer finite. */
const MOST_ROWS = 1_000

/** The states of one of the broker's requests, in order. */
export async function listStates(request_id: string, context: ToolContext) {
  await readRequest(request_id, context)
  const states = context.db.from('workflow_states').select(columnsOf(WorkflowState)).eq('request_id', request_id)
  return rows(WorkflowState, states.order('state_entered_at').order('created_at').limit(MOST_ROWS))
}

/** Every run of an agent for one of the broker's requests, in order. */
export async function listExecutions(request_id: string, context: ToolContext) {
  await readRequest(request_id, context)
  const runs = context.db.from('agent_executions').select(columnsOf(Execution)).eq('request_id', request_id)
  return rows(Execution, runs.order('started_at').order('created_at').limit(MOST_ROWS))
}
