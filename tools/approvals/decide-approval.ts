import { sha256 } from '../canonical-json.ts'
import type { ToolContext } from '../context.ts'
import { call, json } from '../database.ts'
import { InvalidInputError } from '../errors.ts'
import { toolNamed } from '../registry.ts'
import { type OutwardTool, parseInput } from '../tool.ts'
import { Approval } from './approval.ts'
import { readApproval } from './list-approvals.ts'

type Decision = {
  approval_id: string
  decision: 'approve' | 'reject'
  reason?: string | null
  /** Fields of the payload that the broker changed before approving. */
  edits?: Record<string, unknown> | null
}

/** Records the broker's decision, once: `ConflictError` if it was decided or has expired. Edits are checked, hashed and stored with it. */
export async function decideApproval(
  { approval_id, decision, reason = null, edits = null }: Decision,
  context: ToolContext,
): Promise<Approval> {
  const approval = await readApproval(approval_id, context)
  const payload = decision === 'approve' && edits !== null ? await edited(approval, edits, context) : null
  return call(
    Approval,
    context.db.rpc('decide_approval', {
      p_id: approval_id,
      p_decision: decision,
      p_reason: reason,
      p_payload: payload && json(payload),
      p_sha256: payload && sha256(payload),
    }),
  )
}

async function edited(approval: Approval, edits: Record<string, unknown>, context: ToolContext) {
  const tool = toolNamed(approval.action) as OutwardTool | undefined
  if (tool?.effect !== 'outward') throw new Error(`${approval.action} is not an outward tool`)
  const locked = Object.keys(edits).filter((field) => !tool.editable.includes(field))
  if (locked.length > 0) {
    throw new InvalidInputError(
      locked.map((field) => ({ path: `edits.${field}`, message: `${field} cannot be changed` })),
    )
  }
  const payload = parseInput(tool.payload, { ...approval.payload, ...edits })
  if (sha256(payload) === approval.payload_sha256) return null
  await tool.checkWords?.(payload, context)
  return payload
}
