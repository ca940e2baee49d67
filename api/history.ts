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

/** One run of one agent, with its place below the run that called it. */
export const ExecutionNode = Execution.extend({
  parent_execution_id: z.uuid().nullable().describe('The run that called this one; null at the top'),
  depth: z.int().describe('0 at the top'),
})
export type ExecutionNode = z.output<typeof ExecutionNode>

/** Every run of an agent for one of the broker's requests: each followed by those that it called, in the order of time. */
export async function listExecutions(request_id: string, context: ToolContext): Promise<ExecutionNode[]> {
  await readRequest(request_id, context)
  const runs = context.db.from('agent_executions').select(columnsOf(Execution)).eq('request_id', request_id)
  return asTree(await rows(Execution, runs.order('started_at').order('created_at').limit(MOST_ROWS)))
}

/** A run whose caller is not among them stands at the top. */
function asTree(runs: Execution[]): ExecutionNode[] {
  const ids = new Set(runs.map(({ id }) => id))
  const parentOf = ({ id, metadata: { parent_execution_id: parent } }: Execution) =>
    typeof parent === 'string' && parent !== id && ids.has(parent) ? parent : null
  const below = Map.groupBy(runs, parentOf)
  const from = (parent: string | null, depth: number): ExecutionNode[] =>
    (below.get(parent) ?? []).flatMap((run) => [
      { ...run, parent_execution_id: parent, depth },
      ...from(run.id, depth + 1),
    ])
  return from(null, 0)
}
