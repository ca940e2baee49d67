import { randomUUID } from 'node:crypto'
import { notify, quoted, rfq, sent } from './avinode-world.ts'
import { type Agent, type Arguments, type Row, startWorld } from './world.ts'

type Lease = Row & { claim_token: string; was_sending: boolean; attempts: number; payload: Row }

/** A deal in which an operator has quoted and a proposal is ready to be sent. */
export async function startDeal() {
  const world = await startWorld()
  const request = await world.request(world.dana)
  await notify(world, sent(rfq(1)))
  const { quote_id, conversation_id } = await notify(world, quoted(1, 'aquote-1', '112000.00', { at: 10, of: rfq(1) }))
  await world.sql(`update requests set status = 'analyzing_proposals'`)
  await world.sql(`update requests set status = 'generating_email'`)
  const { id: proposal_id } = await world.one<{ id: string }>(
    `insert into proposals (request_id, iso_agent_id, quote_id, client_profile_id, total_amount, margin_applied, final_amount, status)
     values ($1, $2, $3, $4, 112000, 16800, 128800, 'generated') returning id`,
    [request.id, world.dana.id, quote_id, request.client_id],
  )
  const payload = {
    proposal_id,
    proposal_number: 'PROP-2026-001',
    to_email: 'ann@acme.test',
    to_name: 'Ann Buyer',
    subject: 'Your flight',
    body: 'Dear Ann',
  }
  const filed = {
    p_action: 'send_proposal',
    p_payload: payload,
    p_sha256: 'a'.repeat(64),
    p_request_id: request.id as string | null,
    p_conversation_id: request.room as string | null,
    p_turn_id: null,
    p_tool_call_id: null,
    p_expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  }
  const file = async (changes: Arguments = {}, by: Agent = world.dana) => {
    const id = randomUUID()
    await by.call('file_approval', { p_id: id, ...filed, ...changes })
    return id
  }
  const decide = (id: string, p_decision: string, rest: Arguments = {}, by: Agent = world.dana) =>
    by.call('decide_approval', { p_id: id, p_decision, ...rest })
  const claim = (id: string) => world.work<Lease | null>('claim_outbox', { p_id: id })
  const claimed = async (id: string) => {
    const lease = await claim(id)
    if (!lease) throw new Error('Nothing to claim')
    return lease
  }
  const mark = (id: string, { claim_token }: Lease) =>
    world.work<boolean>('mark_outbox_sending', { p_id: id, p_claim_token: claim_token })
  const complete = (
    id: string,
    { claim_token }: Lease,
    p_result: Arguments[string] = { email_message_id: '<m1@jetvision>' },
  ) => world.work('complete_outbox', { p_id: id, p_claim_token: claim_token, p_result })
  const fail = (id: string, { claim_token }: Lease, rest: Arguments = {}) =>
    world.work('fail_outbox', {
      p_id: id,
      p_claim_token: claim_token,
      p_error: 'refused',
      p_uses_attempt: true,
      p_retry_at: null,
      ...rest,
    })
  const approve = async (changes: Arguments = {}) => {
    const id = await file(changes)
    await decide(id, 'approve')
    return id
  }
  const approval = (id: string) => world.one('select * from approvals where id = $1', [id])
  return {
    ...world,
    deal: request,
    quote_id,
    operator_room: String(conversation_id),
    proposal_id,
    payload,
    filed,
    file,
    decide,
    claim,
    claimed,
    mark,
    complete,
    fail,
    approve,
    approval,
  }
}
