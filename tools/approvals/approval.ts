import { z } from 'zod'
import { columnsOf } from '../database.ts'

export const ApprovalStatus = z.enum(['pending', 'approved', 'rejected', 'expired', 'executed', 'failed', 'unknown'])

/** An action that leaves the house, fixed to the byte, and what a person decided about it. */
export const Approval = z.object({
  id: z.uuid(),
  iso_agent_id: z.uuid(),
  action: z.string(),
  payload: z.record(z.string(), z.unknown()),
  payload_sha256: z.string(),
  request_id: z.uuid().nullable(),
  conversation_id: z.uuid().nullable(),
  turn_id: z.uuid().nullable(),
  tool_call_id: z.string().nullable(),
  status: ApprovalStatus,
  expires_at: z.string(),
  decided_by: z.uuid().nullable(),
  decided_at: z.string().nullable(),
  reason: z.string().nullable(),
  original_payload: z.record(z.string(), z.unknown()).nullable().describe('Before the broker edited it'),
  executed_at: z.string().nullable(),
  result: z.record(z.string(), z.unknown()).nullable(),
  error_message: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type Approval = z.output<typeof Approval>

export const approvalColumns = columnsOf(Approval)
