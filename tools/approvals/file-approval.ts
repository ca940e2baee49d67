import { sha256 } from '../canonical-json.ts'
import type { ToolContext } from '../context.ts'
import { call, json } from '../database.ts'
import { Approval } from './approval.ts'

type NewApproval = {
  action: string
  payload: Record<string, unknown>
  request_id: string | null
  conversation_id: string | null
  /** The model's call that asked for it, in a chat turn. */
  tool_call_id?: string
}

const VALID_MS = 24 * 60 * 60_000

/** The id under which a turn's call is filed: the run that is resumed after the decision finds the outcome by it. */
export const approvalId = (tool_call_id: string, { newId }: ToolContext) => newId(`approval:${tool_call_id}`)

/**
 * Files an action for the broker's decision, within 24 hours. The card appears in the chat that asked, else in the request's
 * room; there is none where the call that files it decides it as well.
 */
export function fileApproval(approval: NewApproval, context: ToolContext, card = true): Promise<Approval> {
  const { action, payload, request_id, conversation_id, tool_call_id } = approval
  const hash = sha256(payload)
  return call(
    Approval,
    context.db.rpc('file_approval', {
      p_id: approvalId(tool_call_id ?? `${action}:${hash}`, context),
      p_action: action,
      p_payload: json(payload),
      p_sha256: hash,
      p_request_id: request_id,
      p_conversation_id: context.origin.conversation_id ?? conversation_id,
      p_turn_id: context.origin.turn_id,
      p_tool_call_id: tool_call_id ?? null,
      p_expires_at: new Date(context.now().getTime() + VALID_MS).toISOString(),
      p_card: card,
    }),
  )
}
