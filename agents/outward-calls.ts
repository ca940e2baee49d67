import { Approval, approvalColumns } from '../tools/approvals/approval.ts'
import { fileApproval } from '../tools/approvals/file-approval.ts'
import type { Db, ToolContext } from '../tools/context.ts'
import { findRow } from '../tools/database.ts'
import { ConflictError } from '../tools/errors.ts'
import { type OutwardTool, parseInput } from '../tools/tool.ts'

/** The outward calls of one turn. None of them is performed here: they are filed for a person, and later their outcome is read. */
export type OutwardCalls = {
  /** Whether the run has to wait for a person. Filing the same call of the same turn again files nothing new. */
  file(tool: OutwardTool, input: unknown, call_id: string, context: ToolContext): Promise<boolean>
  /** What became of it, as text for the model; for a call that could not be filed, the reason is thrown. */
  outcome(tool: OutwardTool, input: unknown, call_id: string, context: ToolContext): Promise<string>
  /** Approval ids by tool call id. */
  readonly filed: ReadonlyMap<string, string>
  /** The run goes on where it waited: what it filed before belongs to those calls, and a new call is a new question. */
  goOn(): void
}

/**
 * An approval's id comes from the turn, the action, the rows it names and how often that was asked before, not from the
 * words or the call id that a model made up: a turn that is played again after a crash finds what it filed.
 */
export function createOutwardCalls(earlier: Iterable<[call_id: string, approval_id: string]> = []): OutwardCalls {
  const filed = new Map(earlier)
  const asked = new Map<string, number>()
  let taken: ReadonlySet<string> = new Set()

  const nextId = (subject: string, context: ToolContext): string => {
    const count = (asked.get(subject) ?? 0) + 1
    asked.set(subject, count)
    const id = context.newId(`${subject}:${count}`)
    return taken.has(id) ? nextId(subject, context) : id
  }

  return {
    filed,
    goOn() {
      taken = new Set(filed.values())
    },
    async file(tool, input, call_id, context) {
      const known = filed.get(call_id)
      if (known) return isOpen(await readApproval(context.db, known))
      const approval_id = nextId(`approval:${tool.name}:${idsIn(input).join(',')}`, context)
      const approval =
        (await readApproval(context.db, approval_id)) ?? (await fileCall(tool, input, call_id, approval_id, context))
      filed.set(call_id, approval.id)
      return isOpen(approval)
    },
    async outcome(tool, input, call_id, context) {
      const id = filed.get(call_id)
      const approval = id && (await readApproval(context.db, id))
      if (approval) return describeOutcome(approval)
      await tool.prepare(parseInput(tool.input, input), context)
      throw new ConflictError('This could not be put up for approval a moment ago; ask for it once more')
    },
  }
}

async function fileCall(
  tool: OutwardTool,
  input: unknown,
  tool_call_id: string,
  approval_id: string,
  context: ToolContext,
) {
  const filing = await tool.prepare(parseInput(tool.input, input), context)
  const approval = { ...filing, action: tool.name, payload: tool.payload.parse(filing.payload), tool_call_id }
  return fileApproval(approval, { ...context, newId: () => approval_id })
}

/** One approval, if the broker whose connection this is may see it. */
export const readApproval = (db: Db, id: string): Promise<Approval | undefined> =>
  findRow(Approval, db.from('approvals').select(approvalColumns).eq('id', id).limit(1))

const isOpen = (approval: Approval | undefined) => approval?.status === 'pending' || approval?.status === 'approved'

/** One sentence about a decided approval, for the model. */
export function describeOutcome({ action, status, reason, error_message, result }: Approval): string {
  if (status === 'executed')
    return `executed: The broker approved ${action} and it is done. ${JSON.stringify(result ?? {})}`
  if (status === 'rejected')
    return `rejected: The broker said no to ${action}${reason ? `, because: ${reason}` : ''}. Nothing was sent.`
  if (status === 'expired') return `expired: Nobody decided about ${action} in time. Nothing was sent.`
  if (status === 'failed')
    return `failed: ${action} was approved but did not succeed${error_message ? `: ${error_message}` : ''}.`
  if (status === 'unknown')
    return `unknown: ${action} was approved, but whether it got through is not certain. The broker has to check.`
  return `waiting: ${action} waits for the broker's approval. Nothing was sent yet.`
}

/** Every uuid at the top level of an input, sorted: the rows that the call is about. */
function idsIn(input: unknown): string[] {
  const values = typeof input === 'object' && input !== null ? Object.values(input) : []
  return values
    .filter((value): value is string => typeof value === 'string' && /^[\da-f]{8}-[\da-f-]{27}$/i.test(value))
    .sort()
}
