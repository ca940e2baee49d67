import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { startDeal } from './deal-world.ts'
import type { Arguments, Row } from './world.ts'

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
