import { createProposal } from '../../tools/proposals/create-proposal.ts'
import { runTool } from '../../tools/tool.ts'
import { toolContext } from '../agent-deps.ts'
import { DANA, type Desk, scripted } from './desk.ts'

const SUMMIT = 'b0000000-0000-4000-8000-000000000001'

export type Deal = Record<'request_id' | 'quote_id' | 'client_id' | 'proposal_id' | 'room_id', string>

/** A deal of Dana's that begins in this chat: client, request, quote, proposal, and a room with the operator. */
export async function furnishDeal(desk: Desk, chat: string): Promise<Deal> {
  const request_id = await desk.newRequest(DANA.id, 'analyzing_proposals', chat)
  const quote_id = await desk.newQuote(request_id, '112000.00')
  const [client] = await desk.query(`select id from public.client_profiles where company_name = 'Acme' limit 1`)
  const client_id = String(client?.id)
  await desk.query('update public.requests set client_profile_id = $2 where id = $1', [request_id, client_id])
  const { proposal } = await runTool(createProposal, { quote_id }, danaHerself(desk))
  const room_id = await desk.openChat()
  await desk.query(
    `update public.conversations set type = 'quote_discussion', request_id = $2, avinode_thread_id = 'arfq-own' where id = $1`,
    [room_id, request_id],
  )
  await desk.query(
    `insert into public.conversation_participants (conversation_id, role, operator_profile_id) values ($1, 'operator', $2)`,
    [room_id, SUMMIT],
  )
  return { request_id, quote_id, client_id, proposal_id: proposal.id, room_id }
}

const danaHerself = (desk: Desk) =>
  toolContext(
    desk.depsWith(scripted({})),
    { iso_agent_id: DANA.id, clerk_user_id: DANA.clerk, role: 'iso_agent', full_name: 'Dana', email: 'd@example.com' },
    {
      seed: DANA.id,
      origin: { kind: 'api', turn_id: null, conversation_id: null },
      signal: new AbortController().signal,
    },
  )

/** The outside world, which writes down in `left` what leaves the house, and limits that stop no attack. */
export const watchedWorld = (desk: Desk, left: string[]) => ({
  avinode: new Proxy(desk.avinode.port, {
    get(port, verb) {
      if (verb === 'cancelTrip' || verb === 'sendTripMessage') left.push(String(verb))
      return Reflect.get(port, verb)
    },
  }),
  mail: {
    deduplicates: true,
    send: async () => {
      left.push('mail')
    },
  },
  limits: { tool_calls: 10_000, turns: 1_000, seconds: 300, tokens: 1e9 },
})

/** What a run that waits for a person holds; it is ended, so that the chat is free again. */
export async function endTurn(desk: Desk, turn_id: string): Promise<unknown> {
  const { run_state } = await desk.turn(turn_id)
  await desk.query(
    `update private.assistant_turns set status = 'failed', run_state = null, finished_at = now() where id = $1 and status = 'interrupted'`,
    [turn_id],
  )
  return run_state
}
