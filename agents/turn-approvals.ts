import type { Agent, RunState } from '@openai/agents'
import type { Approval } from '../tools/approvals/approval.ts'
import type { AgentContext } from './agent-context.ts'
import { describeOutcome, readApproval } from './outward-calls.ts'

/** The parts of the SDK's interruptions that are used here. */
type Interruption = { rawItem: object }

const callIdOf = ({ rawItem }: Interruption) => ('callId' in rawItem ? String(rawItem.callId) : '')

/** The approvals for which a run waits. Each was filed when the SDK asked whether the call needs one. */
export async function approvalsAwaited(
  interruptions: Interruption[],
  { tools, run }: AgentContext,
): Promise<Approval[]> {
  const approvals: Approval[] = []
  for (const interruption of interruptions) {
    const approval_id = run.outward.filed.get(callIdOf(interruption))
    const approval = approval_id && (await readApproval(tools.db, approval_id))
    if (!approval) throw new Error('A run waits for an approval that was never filed')
    approvals.push(approval)
  }
  return approvals
}

/** What became of the calls that a run has filed, by tool call id. */
export async function readOutcomes(filed: Iterable<[string, string]>, { tools }: AgentContext) {
  const outcomes = new Map<string, Approval>()
  for (const [call_id, approval_id] of filed) {
    const approval = await readApproval(tools.db, approval_id)
    if (approval) outcomes.set(call_id, approval)
  }
  return outcomes
}

/** Lets a run go on with those outcomes. A yes here only lets the tool read its outcome: the action itself was the outbox's. */
export function settle(state: RunState<AgentContext, Agent<AgentContext>>, outcomes: ReadonlyMap<string, Approval>) {
  for (const interruption of state.getInterruptions()) {
    const approval = outcomes.get(callIdOf(interruption))
    const refused = approval?.status === 'rejected' || approval?.status === 'expired'
    if (refused) state.reject(interruption, { message: describeOutcome(approval) })
    else state.approve(interruption)
  }
}

/** What the broker is told where the model had no words of its own. */
export function waitingSentence({ action, payload }: Approval): string {
  const named = (key: string) => (typeof payload[key] === 'string' ? payload[key] : '')
  switch (action) {
    case 'send_proposal':
      return `Proposal ${named('proposal_number')} is ready. The e-mail to ${named('to_name') || named('to_email')} waits for your approval; nothing is sent before you say yes.`
    case 'reply_to_operator':
      return `My answer to ${named('operator_name') || 'the operator'} waits for your approval; nothing is sent before you say yes.`
    case 'cancel_request':
      return 'Cancelling this request waits for your approval; nothing is cancelled before you say yes.'
    case 'accept_quote':
      return 'Accepting this quote waits for your approval; the operator hears nothing before you say yes.'
    default:
      return 'This waits for your approval; nothing happens before you say yes.'
  }
}
