import type { Approval } from '../tools/approvals/approval.ts'
import { decideApproval } from '../tools/approvals/decide-approval.ts'
import { readApproval } from '../tools/approvals/list-approvals.ts'
import type { ToolContext } from '../tools/context.ts'
import { stableId } from '../tools/database.ts'
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
  const filed = await fileOnce(tool, input, context)
  const decided = filed.status === 'pending' ? await approve(filed, context) : filed
  await deps.enqueue.outbox(decided.id, 0)
  const settled = await waitUntilSettled(decided.id, context, deps)
  if (settled.status === 'executed' || settled.status === 'approved') return settled
  throw new ConflictError('It was approved, but could not be carried out; the approval says why')
}

/** A quote that was chosen, and then another, may be chosen again: what was carried out is over as well. */
const OPEN = ['pending', 'approved']

/** The same action twice in a row is one approval: also the one that waits already, on a card of the assistant's. */
async function fileOnce(tool: OutwardTool, input: unknown, context: ToolContext): Promise<Approval> {
  const sameId = (key: string) => stableId(context.broker.iso_agent_id, 'decided by the call itself', key)
  const anew = (key: string) => context.newId(key.replaceAll(':', ' ')) // an idempotency key may decide about many things
  try {
    const filed = await requestApproval(tool, input, { ...context, newId: sameId }, false)
    return OPEN.includes(filed.status) ? filed : await requestApproval(tool, input, { ...context, newId: anew }, false)
  } catch (error) {
    if (error instanceof ApprovalPendingError) return readApproval(error.details.approval_id, context)
    throw error
  }
}

/** Approves unless the other half of a double click just did. */
async function approve({ id }: Approval, context: ToolContext): Promise<Approval> {
  try {
    return await decideApproval({ approval_id: id, decision: 'approve' }, context)
  } catch (error) {
    const present = error instanceof ConflictError ? await readApproval(id, context) : undefined
    if (present?.status === 'approved' || present?.status === 'executed') return present
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
