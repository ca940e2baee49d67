import { describe, expect, it } from 'vitest'
import { notify, quoted, rfq } from './avinode-world.ts'
import { startDeal } from './deal-world.ts'

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
