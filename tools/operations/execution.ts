import { z } from 'zod'
import { columnsOf } from '../database.ts'

/** One run of one agent, without its stack trace. */
export const Execution = z.object({
  id: z.uuid(),
  request_id: z.uuid().nullable(),
  agent_type: z.enum([
    'orchestrator',
    'client_data',
    'flight_search',
    'proposal_analysis',
    'communication',
    'error_monitor',
  ]),
  agent_id: z.string().nullable(),
  input_data: z.unknown(),
  output_data: z.unknown(),
  execution_time_ms: z.int().nullable(),
  status: z.enum(['pending', 'running', 'completed', 'failed', 'timeout']),
  error_message: z.string().nullable(),
  retry_count: z.int(),
  metadata: z.record(z.string(), z.unknown()),
  started_at: z.string().nullable(),
  completed_at: z.string().nullable(),
  created_at: z.string(),
})
export type Execution = z.output<typeof Execution>

export const executionColumns = columnsOf(Execution)

/** What is worth reading of a run that failed. */
export const FailedExecution = Execution.omit({ input_data: true, output_data: true, metadata: true })
