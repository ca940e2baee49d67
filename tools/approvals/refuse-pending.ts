import type { ToolContext } from '../context.ts'
import { rows } from '../database.ts'
import { ApprovalPendingError } from '../errors.ts'
import { Approval, approvalColumns } from './approval.ts'

/**
 * Two cards for the same thing would do it twice, so a second one points at the first. A turn that comes again after a crash
 * files its own card again, under the same id.
 */
export async function refusePending(action: string, same: Record<string, string>, { db, origin, now }: ToolContext) {
  const waiting = await rows(
    Approval,
    db.from('approvals').select(approvalColumns).eq('action', action).in('status', ['pending', 'approved']),
  )
  const twin = waiting.find(
    ({ payload, status, expires_at, turn_id }) =>
      (status === 'approved' || Date.parse(expires_at) > now().getTime()) &&
      (origin.turn_id === null || turn_id !== origin.turn_id) &&
      Object.entries(same).every(([key, value]) => payload[key] === value),
  )
  if (twin) throw new ApprovalPendingError(twin.id)
}
