import type { Approval } from '../tools/approvals/approval.ts'
import { decideApproval } from '../tools/approvals/decide-approval.ts'
import { readApproval } from '../tools/approvals/list-approvals.ts'
import type { ToolContext } from '../tools/context.ts'
import { ApprovalPendingError, ConflictError } from '../tools/errors.ts'
import { type OutwardTool, requestApproval } from '../tools/tool.ts'
import type { Bus, Enqueue } from './deps.ts'
import { createWake } from './wake.ts'

type Deps = { bus: Bus; enqueue: Enqueue; patience_ms?: number }

const PATIENCE_MS = 5_000
const POLL_MS = 250

/**
 * Does at once what the signed-in person asks for with this very call: the action is filed, approved by the caller, and
 * waited for. Answers with the approval, `executed` or still `approved`; throws `ConflictError` when it could not be done.
 */
export async function decideNow(
  tool: OutwardTool,
  input: unknown,
  context: ToolContext,
  deps: Deps,
): Promise<Approval> {
  const filed = await fileOrFind(tool, input, context)
  const decided =
    filed.status === 'pending' ? await decideApproval({ approval_id: filed.id, decision: 'approve' }, context) : filed
  await deps.enqueue.outbox(decided.id, 0)
  const settled = await waitUntilSettled(decided.id, context, deps)
  if (settled.status === 'executed' || settled.status === 'approved') return settled
  throw new ConflictError('It was approved, but could not be carried out; the approval says why')
}

/** A card for the same thing that waits already is the one that this call decides: nothing is done twice. */
export async function fileOrFind(tool: OutwardTool, input: unknown, context: ToolContext): Promise<Approval> {
  try {
    return await requestApproval(tool, input, context)
  } catch (error) {
    if (error instanceof ApprovalPendingError) return readApproval(error.details.approval_id, context)
    throw error
  }
}

async function waitUntilSettled(approval_id: string, context: ToolContext, deps: Deps): Promise<Approval> {
  const { bus, patience_ms = PATIENCE_MS } = deps
  const wake = createWake()
  const unsubscribe = bus.onFeed(context.broker.iso_agent_id, wake.wake)
  const patience = AbortSignal.timeout(patience_ms)
  try {
    for (;;) {
      const approval = await readApproval(approval_id, context)
      if (approval.status !== 'approved' || patience.aborted) return approval
      await wake.wait(POLL_MS, patience)
    }
  } finally {
    unsubscribe()
  }
}
