import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { brokerWrote, notify, operatorWrote } from './avinode-world.ts'
import { startDeal } from './deal-world.ts'
import type { Row } from './world.ts'

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
        status: 'delivered',
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

  it('with the same wording are told apart, also when the fate of the first was unknown', async () => {
    await using deal = await startDeal()
    const [one, two] = [(await post(deal, 'ok')).outbox_id, (await post(deal, 'ok')).outbox_id]
    const first = await deal.claimed(one)
    await deal.mark(one, first)
    await deal.work('unknown_outbox', { p_id: one, p_claim_token: first.claim_token, p_error: 'Connection reset' })
    const second = await deal.claimed(two)
    await deal.mark(two, second)

    await notify(deal, brokerWrote(1, 'ok', { at: 21, id: 'abuyermsg-2' }))
    await deal.complete(two, second, { avinode_message_id: 'abuyermsg-2' })
    const said = () =>
      deal.sql(`select id, status, avinode_message_id from messages where content = 'ok' order by created_at`)
    expect(await said()).toEqual([
      { id: one, status: 'failed', avinode_message_id: null },
      { id: two, status: 'delivered', avinode_message_id: 'abuyermsg-2' },
    ])

    await notify(deal, brokerWrote(1, 'ok', { at: 20, id: 'abuyermsg-1' }))
    expect(await said()).toEqual([
      { id: one, status: 'delivered', avinode_message_id: 'abuyermsg-1' },
      { id: two, status: 'delivered', avinode_message_id: 'abuyermsg-2' },
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

  it('are read once the operator has said something later, in whatever order we hear of it', async () => {
    await using deal = await startDeal()
    const said = [
      brokerWrote(1, 'Early', { at: 20 }),
      operatorWrote(1, 'Later', { at: 30 }),
      operatorWrote(1, 'Before', { at: 15 }),
      brokerWrote(1, 'Between', { at: 25 }),
      brokerWrote(1, 'Last', { at: 35 }),
    ]
    for (const words of said) await notify(deal, words)

    expect(
      await deal.sql(
        `select m.content, m.status, jsonb_array_length(m.read_by) as readers from messages m
          where m.conversation_id = $1 and m.sender_type = 'iso_agent' order by m.created_at`,
        [deal.operator_room],
      ),
    ).toEqual([
      { content: 'Early', status: 'read', readers: 1 },
      { content: 'Between', status: 'read', readers: 1 },
      { content: 'Last', status: 'delivered', readers: 0 },
    ])
    expect(
      await deal.one('select unread_count_operator, status from conversations where id = $1', [deal.operator_room]),
    ).toEqual({ unread_count_operator: 1, status: 'awaiting_response' })
  })

  it('are one message each when the notification and the answer to our call race', async () => {
    await using deal = await startDeal()
    const ids = []
    for (const n of [1, 2, 3, 4, 5, 6]) ids.push((await post(deal, `Word ${n}`)).outbox_id)

    for (const [index, id] of ids.entries()) {
      const lease = await deal.claimed(id)
      await deal.mark(id, lease)
      const avinode_message_id = `abuyermsg-${index + 1}`
      await Promise.all([
        notify(deal, brokerWrote(1, `Word ${index + 1}`, { at: 30 + index, id: avinode_message_id })),
        deal.complete(id, lease, { avinode_message_id }),
        notify(deal, brokerWrote(1, `Word ${index + 1}`, { at: 30 + index, id: avinode_message_id })),
      ])
    }

    expect(
      await deal.sql(
        `select id, status, avinode_message_id from messages where content like 'Word %' order by created_at`,
      ),
    ).toEqual(ids.map((id, index) => ({ id, status: 'delivered', avinode_message_id: `abuyermsg-${index + 1}` })))
  })
})
