import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { brokerWrote, notify, quoted, rfq, sent } from './avinode-world.ts'
import { type Agent, type Arguments, type Row, startWorld } from './world.ts'

type Lease = Row & { claim_token: string; was_sending: boolean; attempts: number; payload: Row }

/** A deal in which an operator has quoted and a proposal is ready to be sent. */
async function startDeal() {
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

describe('an approval', () => {
  it('is filed once, and shown as a card in the conversation', async () => {
    await using deal = await startDeal()
    const id = randomUUID()
    const once = await deal.dana.call('file_approval', { p_id: id, ...deal.filed })
    const twice = await deal.dana.call('file_approval', { p_id: id, ...deal.filed, p_payload: { other: true } })

    expect(twice).toEqual(once)
    expect(once).toMatchObject({ id, status: 'pending', payload: deal.payload, iso_agent_id: deal.dana.id })
    expect(
      await deal.sql('select content_type, sender_type, rich_content from messages where conversation_id = $1', [
        deal.deal.room,
      ]),
    ).toEqual([
      {
        content_type: 'workflow_update',
        sender_type: 'ai_assistant',
        rich_content: { card: 'approval', approval_id: id, action: 'send_proposal' },
      },
    ])
  })

  it('never shows its card where an operator reads along', async () => {
    await using deal = await startDeal()

    await deal.file({ p_conversation_id: deal.operator_room })

    expect(await deal.sql(`select conversation_id from messages where content_type = 'workflow_update'`)).toEqual([
      { conversation_id: deal.deal.room },
    ])
  })

  it('cannot be filed about, seen or decided by another broker', async () => {
    await using deal = await startDeal()
    const id = await deal.file()

    await expect(deal.file({ p_conversation_id: null }, deal.omar)).rejects.toMatchObject({ code: 'PT404' })
    await expect(deal.file({ p_request_id: null }, deal.omar)).rejects.toMatchObject({ code: 'PT404' })
    await expect(
      deal.omar.call('file_approval', { p_id: id, ...deal.filed, p_request_id: null, p_conversation_id: null }),
    ).rejects.toMatchObject({ code: 'PT404' })
    await expect(deal.decide(id, 'approve', {}, deal.omar)).rejects.toMatchObject({ code: 'PT404' })
    const seen = async (sub: string) => (await deal.db.asBroker(sub, 'select id from approvals')).rows
    expect([await seen('user_omar'), await seen('user_dana')]).toEqual([[], [{ id }]])
    await expect(deal.db.asBroker('user_dana', `update approvals set status = 'approved'`)).rejects.toMatchObject({
      code: '42501',
    })
  })

  it('cannot be decided by somebody who is no longer active', async () => {
    await using deal = await startDeal()
    const id = await deal.file()
    await deal.sql('update iso_agents set is_active = false where id = $1', [deal.dana.id])

    await expect(deal.decide(id, 'approve')).rejects.toMatchObject({ code: 'PT403' })
  })

  it('is decided once, also when twenty try at the same moment', async () => {
    await using deal = await startDeal()
    const id = await deal.file()

    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) => deal.decide(id, index % 2 === 0 ? 'approve' : 'reject')),
    )

    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'PT409' })
    const { status } = await deal.approval(id)
    expect(await deal.sql('select approval_id from private.outbox')).toEqual(
      status === 'approved' ? [{ approval_id: id }] : [],
    )
  })

  it('cannot be decided after its time, and says so before anybody swept', async () => {
    await using deal = await startDeal()
    const id = await deal.file()
    await deal.sql(`update approvals set expires_at = now() - interval '1 second'`)

    await expect(deal.decide(id, 'approve')).rejects.toMatchObject({ code: 'PT409' })
    await deal.work('due_work', { p_limit: 10 })
    expect(await deal.approval(id)).toMatchObject({ status: 'expired', decided_by: null })
    await expect(deal.decide(id, 'reject')).rejects.toMatchObject({ code: 'PT409' })
  })

  it('may be reworded before a yes, but not be sent to somebody else', async () => {
    await using deal = await startDeal()
    const id = await deal.file()
    const edited = (changes: Row) =>
      deal.decide(id, 'approve', { p_payload: { ...deal.payload, ...changes } as Arguments, p_sha256: 'b'.repeat(64) })

    await expect(edited({ to_email: 'thief@evil.test' })).rejects.toMatchObject({ code: 'PT422' })
    await edited({ body: 'Dear Ann, as promised' })

    expect(await deal.approval(id)).toMatchObject({
      status: 'approved',
      payload: { body: 'Dear Ann, as promised' },
      payload_sha256: 'b'.repeat(64),
      original_payload: { body: 'Dear Ann' },
      decided_by: deal.dana.id,
    })
    expect(await deal.claimed(id)).toMatchObject({
      payload: { body: 'Dear Ann, as promised' },
      payload_sha256: 'b'.repeat(64),
    })
  })

  it('that is rejected sends nothing', async () => {
    await using deal = await startDeal()
    const id = await deal.file()

    await deal.decide(id, 'reject', { p_reason: 'Too dear' })

    expect(await deal.approval(id)).toMatchObject({ status: 'rejected', reason: 'Too dear' })
    expect(await deal.sql('select * from private.outbox')).toEqual([])
  })
})

describe('the outbox', () => {
  it('gives an approved action to exactly one of twenty workers, with the broker and a key that never changes', async () => {
    await using deal = await startDeal()
    const id = await deal.approve()

    const leases = (await Promise.all(Array.from({ length: 20 }, () => deal.claim(id)))).filter(
      (lease) => lease !== null,
    )

    expect(leases).toMatchObject([
      {
        outbox_id: id,
        approval_id: id,
        key: id,
        action: 'send_proposal',
        was_sending: false,
        attempts: 0,
        iso_agent_id: deal.dana.id,
        clerk_user_id: 'user_dana',
      },
    ])
    await deal.leasesRunOut()
    expect(await deal.claim(id)).toMatchObject({ key: id, was_sending: false })
  })

  it('tells the next worker when the last one may have sent it, and lets the last one do nothing more', async () => {
    await using deal = await startDeal()
    const id = await deal.approve()
    const dead = await deal.claimed(id)
    expect(await deal.mark(id, dead)).toBe(true)
    await deal.leasesRunOut()

    expect(await deal.claimed(id)).toMatchObject({ was_sending: true })
    expect(await deal.mark(id, dead)).toBe(false)
    expect(await deal.complete(id, dead)).toBeNull()
    expect(await deal.fail(id, dead)).toBeNull()
    expect(await deal.work('unknown_outbox', { p_id: id, p_claim_token: dead.claim_token, p_error: 'x' })).toBeNull()
    expect(await deal.approval(id)).toMatchObject({ status: 'approved' })
  })

  it('writes everything that follows from a sent proposal at once, and once', async () => {
    await using deal = await startDeal()
    const id = await deal.approve()
    const lease = await deal.claimed(id)
    await deal.mark(id, lease)

    const answers = [await deal.complete(id, lease), await deal.complete(id, lease)]

    expect(answers).toMatchObject([{ request_id: deal.deal.id }, { request_id: deal.deal.id }])
    expect(await deal.approval(id)).toMatchObject({
      status: 'executed',
      result: { email_message_id: '<m1@jetvision>' },
    })
    expect(await deal.one('select * from proposals')).toMatchObject({
      status: 'sent',
      sent_to_email: 'ann@acme.test',
      sent_to_name: 'Ann Buyer',
      email_subject: 'Your flight',
      email_body: 'Dear Ann',
      email_message_id: '<m1@jetvision>',
    })
    expect(await deal.one('select status from requests')).toEqual({ status: 'sending_proposal' })
    expect(
      await deal.sql(
        `select conversation_id, rich_content ->> 'final_amount' as price from messages where content_type = 'proposal_shared'`,
      ),
    ).toEqual([{ conversation_id: deal.deal.room, price: '128800.00' }])
    expect(await deal.claim(id)).toBeNull()
  })

  it('never changes the proposal of another broker, whatever a payload says', async () => {
    await using deal = await startDeal()
    const id = await deal.file({ p_request_id: null, p_conversation_id: null }, deal.omar)
    await deal.decide(id, 'approve', {}, deal.omar)

    await deal.complete(id, await deal.claimed(id))

    expect(await deal.one('select status, sent_at from proposals')).toEqual({ status: 'generated', sent_at: null })
    expect(await deal.one('select status from requests')).toEqual({ status: 'generating_email' })
  })

  it('tries again later when nothing was sent, five times at most; outages count for nothing', async () => {
    await using deal = await startDeal()
    const id = await deal.approve()
    const again = () => deal.sql('update private.outbox set next_attempt_at = now()')
    for (let outage = 0; outage < 6; outage += 1) {
      await deal.fail(id, await deal.claimed(id), {
        p_uses_attempt: false,
        p_retry_at: new Date(Date.now() + 60_000).toISOString(),
        p_notice: 'Mail is down.',
      })
      expect(await deal.claim(id)).toBeNull()
      await again()
    }
    for (let attempt = 0; attempt < 4; attempt += 1) {
      expect(await deal.fail(id, await deal.claimed(id))).toMatchObject({ status: 'waiting' })
      await again()
    }

    expect(await deal.fail(id, await deal.claimed(id), { p_notice: 'It could not be sent.' })).toMatchObject({
      status: 'failed',
    })
    expect(await deal.approval(id)).toMatchObject({ status: 'failed', error_message: 'refused' })
    expect(await deal.claim(id)).toBeNull()
    const notices = await deal.sql(
      `select content from messages where content_type = 'system_notification' order by created_at`,
    )
    expect(notices).toEqual([{ content: 'Mail is down.' }, { content: 'It could not be sent.' }])
  })

  it('never sends again what may have been sent, and tells the broker', async () => {
    await using deal = await startDeal()
    const id = await deal.approve()
    const lease = await deal.claimed(id)
    await deal.mark(id, lease)

    await deal.work('unknown_outbox', { p_id: id, p_claim_token: lease.claim_token, p_error: 'Connection reset' })

    await deal.leasesRunOut()
    expect(await deal.claim(id)).toBeNull()
    expect(await deal.approval(id)).toMatchObject({ status: 'unknown', error_message: 'Connection reset' })
    expect(await deal.sql(`select conversation_id from messages where content_type = 'system_notification'`)).toEqual([
      { conversation_id: deal.deal.room },
    ])
  })

  it("lets the client's quick answer stand when we hear of the sending only afterwards", async () => {
    await using deal = await startDeal()
    const id = await deal.approve()
    const lease = await deal.claimed(id)
    await deal.mark(id, lease)
    const token = 'c'.repeat(64)
    await deal.dana.call('create_proposal_link', {
      p_proposal_id: deal.proposal_id,
      p_token_hash: token,
      p_expires_at: new Date(Date.now() + 3_600_000).toISOString(),
    })
    await deal.work('decide_proposal_link', {
      p_token_hash: token,
      p_decision: 'accept',
      p_name: 'Ann',
      p_reason: null,
      p_evidence: {},
    })

    await deal.complete(id, lease)

    expect(await deal.one('select status, email_message_id from proposals')).toEqual({
      status: 'accepted',
      email_message_id: '<m1@jetvision>',
    })
    expect(await deal.one('select status from requests')).toEqual({ status: 'completed' })
  })

  it('cancels a request with everything that was still open', async () => {
    await using deal = await startDeal()
    const waiting = await deal.file()
    const id = await deal.approve({
      p_action: 'cancel_request',
      p_payload: { request_id: deal.deal.id, reason: 'BY_CLIENT' },
    })

    await deal.complete(id, await deal.claimed(id), {})

    expect(await deal.one('select status, operators_contacted, quotes_received from requests')).toEqual({
      status: 'cancelled',
      operators_contacted: 0,
      quotes_received: 0,
    })
    expect(await deal.one('select status from quotes')).toEqual({ status: 'expired' })
    expect(await deal.one('select status from proposals')).toEqual({ status: 'expired' })
    expect(await deal.one('select status from conversations where id = $1', [deal.operator_room])).toEqual({
      status: 'archived',
    })
    expect(await deal.approval(waiting)).toMatchObject({ status: 'expired' })
  })

  it('marks an accepted quote, and leaves the others', async () => {
    await using deal = await startDeal()
    await notify(deal, quoted(2, 'aquote-2', '99000.00', { at: 11, of: rfq(2) }))
    const id = await deal.approve({ p_action: 'accept_quote', p_payload: { quote_id: deal.quote_id } })

    await deal.complete(id, await deal.claimed(id), {})

    expect(await deal.sql('select avinode_quote_id, status from quotes order by 1')).toEqual([
      { avinode_quote_id: 'aquote-1', status: 'accepted' },
      { avinode_quote_id: 'aquote-2', status: 'received' },
    ])
    expect(await deal.sql(`select conversation_id from messages where content_type = 'quote_accepted'`)).toEqual([
      { conversation_id: deal.deal.room },
    ])
  })
})

describe('words to an operator', () => {
  const post = (deal: Awaited<ReturnType<typeof startDeal>>, p_content: string, p_message_id: string = randomUUID()) =>
    deal.dana.call<{ message: Row; outbox_id: string; turn_id: null }>('post_message', {
      p_conversation_id: deal.operator_room,
      p_message_id,
      p_content,
    })

  it('of the broker are queued together with their message, once', async () => {
    await using deal = await startDeal()
    const id = randomUUID()

    const [one, two] = [await post(deal, 'Wi-Fi?', id), await post(deal, 'Wi-Fi?', id)]

    expect(one).toEqual(two)
    expect(one).toMatchObject({ message: { id, status: 'sending' }, outbox_id: id, turn_id: null })
    const lease = await deal.claimed(id)
    expect(lease).toMatchObject({
      action: 'relay_message',
      message_id: id,
      approval_id: null,
      payload: { rfq_id: 'arfq-1', text: 'Wi-Fi?', message_id: id, conversation_id: deal.operator_room },
    })
    await deal.complete(id, lease, { avinode_message_id: 'abuyermsg-1' })
    expect(await deal.one('select status, avinode_message_id from messages where id = $1', [id])).toEqual({
      status: 'sent',
      avinode_message_id: 'abuyermsg-1',
    })
  })

  it('leave in the order in which they were written', async () => {
    await using deal = await startDeal()
    const first = (await post(deal, 'First')).outbox_id
    const second = (await post(deal, 'Second')).outbox_id

    expect(await deal.claim(second)).toBeNull()
    expect(await deal.work('due_work', { p_limit: 10 })).toMatchObject({ outbox: [{ id: first }] })
    expect(await deal.complete(first, await deal.claimed(first), { avinode_message_id: 'abuyermsg-1' })).toMatchObject({
      next_outbox: { id: second },
    })
    expect(await deal.claim(second)).not.toBeNull()
  })

  it('that cannot be delivered say so', async () => {
    await using deal = await startDeal()
    const { outbox_id } = await post(deal, 'Hello')

    await deal.fail(outbox_id, await deal.claimed(outbox_id), { p_final: true })

    expect(await deal.one('select status from messages where id = $1', [outbox_id])).toEqual({ status: 'failed' })
  })

  it('of the assistant become a message of the room once they were approved and sent', async () => {
    await using deal = await startDeal()
    const id = await deal.approve({
      p_action: 'reply_to_operator',
      p_payload: {
        conversation_id: deal.operator_room,
        rfq_id: 'arfq-1',
        operator_name: 'Operator 1',
        text: 'Can you do 9 am?',
      },
    })
    const lease = await deal.claimed(id)
    await deal.mark(id, lease)
    await notify(deal, brokerWrote(1, 'Can you do 9 am?', { at: 20, id: 'abuyermsg-5' }))

    await deal.complete(id, lease, { avinode_message_id: 'abuyermsg-5' })

    expect(
      await deal.sql(
        `select sender_type, content, status, avinode_message_id, metadata ->> 'approval_id' as approval_id from messages where conversation_id = $1 and sender_type <> 'operator'`,
        [deal.operator_room],
      ),
    ).toEqual([
      {
        sender_type: 'ai_assistant',
        content: 'Can you do 9 am?',
        status: 'sent',
        avinode_message_id: 'abuyermsg-5',
        approval_id: id,
      },
    ])
  })

  it('cannot be approved for a room of another broker', async () => {
    await using deal = await startDeal()
    const id = await deal.file(
      {
        p_action: 'reply_to_operator',
        p_request_id: null,
        p_conversation_id: null,
        p_payload: { conversation_id: deal.operator_room, rfq_id: 'arfq-1', text: 'Hi' },
      },
      deal.omar,
    )

    await expect(deal.decide(id, 'approve', {}, deal.omar)).rejects.toMatchObject({ code: 'PT404' })
    expect(await deal.approval(id)).toMatchObject({ status: 'pending' })
  })

  it('with the same wording are told apart by Avinode, however they cross', async () => {
    await using deal = await startDeal()
    const [one, two] = [(await post(deal, 'ok')).outbox_id, (await post(deal, 'ok')).outbox_id]
    const first = await deal.claimed(one)
    await deal.mark(one, first)
    await notify(deal, brokerWrote(1, 'ok', { at: 21, id: 'abuyermsg-2' }))
    await deal.complete(one, first, { avinode_message_id: 'abuyermsg-1' })
    const second = await deal.claimed(two)
    await deal.mark(two, second)
    await notify(deal, brokerWrote(1, 'ok', { at: 20, id: 'abuyermsg-1' }))
    await deal.complete(two, second, { avinode_message_id: 'abuyermsg-2' })

    expect(
      await deal.sql(`select id, avinode_message_id from messages where content = 'ok' order by created_at`),
    ).toEqual([
      { id: one, avinode_message_id: 'abuyermsg-1' },
      { id: two, avinode_message_id: 'abuyermsg-2' },
    ])
  })

  it('are relayed as well when another client of the database wrote the row', async () => {
    await using deal = await startDeal()

    const { rows } = await deal.db.asBroker(
      'user_dana',
      `insert into messages (conversation_id, sender_type, sender_iso_agent_id, content, status) values ($1, 'iso_agent', $2, 'Direct', 'sending') returning id`,
      [deal.operator_room, deal.dana.id],
    )

    expect(await deal.sql('select id, action from private.outbox')).toEqual([
      { id: rows[0].id, action: 'relay_message' },
    ])
  })
})
