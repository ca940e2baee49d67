import { type AgentInputItem, user } from '@openai/agents'
import type { ToolContext } from '../tools/context.ts'
import { readHistory } from './session.ts'
import type { ClaimedTurn, Trigger } from './turn-store.ts'

/** What the orchestrator reads: the conversation so far, and why it has to speak now. */
export async function turnInput(
  turn: ClaimedTurn,
  trigger: Trigger,
  context: ToolContext,
  outcomes: string[],
): Promise<AgentInputItem[]> {
  const history = await readHistory(context, turn.conversation_id, turn.user_message_id)
  const reasons = [
    ...occasion(trigger),
    ...outcomes.map((outcome) =>
      notice(`An approval was settled. ${outcome} Tell the broker; do not ask for it again.`),
    ),
  ]
  return [...history, ...reasons]
}

/** What JetVision itself has to say to the assistant. Marked, so that it is not mistaken for the broker's words. */
const notice = (text: string) => user(`[JetVision] ${text}`)

function occasion(trigger: Trigger): AgentInputItem[] {
  switch (trigger.kind) {
    case 'message':
      return []
    case 'quote_accepted':
      return [user(`Send the proposal for quote ${trigger.quote_id}.`)]
    case 'request_created':
      return [
        notice(
          `The broker created request ${trigger.request_id} with the form, so it exists already. If it names a client, let client_data recall what the client likes; then let flight_search create its trip in Avinode, and answer as for a new trip.`,
        ),
      ]
    case 'approval_resolved':
      return [
        notice('An approval was settled. Look at the request and tell the broker in one sentence where it stands now.'),
      ]
    case 'notice':
      return [notice(trigger.text)]
  }
}
