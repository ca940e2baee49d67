import type { z } from 'zod'
import { sha256 } from '../canonical-json.ts'
import type { ToolContext } from '../context.ts'
import { findRow, getRow } from '../database.ts'
import { readPage } from '../page.ts'
import { Approval, type ApprovalStatus, approvalColumns } from './approval.ts'

type Page = { status?: z.output<typeof ApprovalStatus> | null; limit?: number | null; cursor?: string | null }

/** The broker's approvals, newest first, in pages. */
export async function listApprovals({ status = null, limit = null, cursor = null }: Page, { db }: ToolContext) {
  const own = db.from('approvals').select(approvalColumns)
  const { page, next_cursor } = await readPage(Approval, status === null ? own : own.eq('status', status), {
    limit,
    cursor,
  })
  return { approvals: page, next_cursor }
}

/** One approval of the broker, or `NotFoundError`. */
export const readApproval = (approval_id: string, { db }: ToolContext) =>
  getRow('The approval', Approval, db.from('approvals').select(approvalColumns).eq('id', approval_id))

/** The decision behind an action that is being performed: the newest one for exactly this payload. */
export const findDecidedApproval = (action: string, payload: Record<string, unknown>, { db }: ToolContext) =>
  findRow(
    Approval,
    db
      .from('approvals')
      .select(approvalColumns)
      .eq('action', action)
      .eq('payload_sha256', sha256(payload))
      .eq('status', 'approved')
      .order('decided_at', { ascending: false })
      .limit(1),
  )
