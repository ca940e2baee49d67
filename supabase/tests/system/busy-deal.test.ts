import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { declined, notify, operatorWrote, quoted, rfq, sent } from './avinode-world.ts'
import { startDeal } from './deal-world.ts'

it('a deal in which everything happens at once loses nothing, doubles nothing, and nobody waits for ever', async () => {
  await using deal = await startDeal()
  const p_conversation_id = deal.operator_room
  const one_by_one = async (works: (() => Promise<unknown>)[]) => {
    for (const work of works) await work()
  }
  const relay = async (n: number) => {
    const { outbox_id } = await deal.dana.call<{ outbox_id: string }>('post_message', {
      p_conversation_id,
      p_message_id: randomUUID(),
      p_content: `Question ${n}`,
    })
    const lease = await deal.claim(outbox_id)
    if (!lease) return // an older one leaves first
    await deal.mark(outbox_id, lease)
    await deal.complete(outbox_id, lease, { avinode_message_id: `abuyermsg-${n}` })
  }
  const proposal = await deal.approve()

  await Promise.all([
    one_by_one([1, 2, 3, 4].map((n) => () => notify(deal, sent(rfq(n))))),
    one_by_one([2, 3].map((n) => () => notify(deal, quoted(n, `aquote-${n}`, '100000.00', { at: n, of: rfq(n) })))),
    one_by_one([() => notify(deal, declined(4, { at: 4 })), () => notify(deal, operatorWrote(1, 'Hello', { at: 15 }))]),
    one_by_one([1, 2, 3, 4, 5].map((n) => () => relay(n))),
    one_by_one([1, 2, 3, 4, 5].map(() => () => deal.work('due_work', { p_limit: 100 }))),
    one_by_one([1, 2, 3, 4, 5].map(() => () => deal.dana.call('mark_read', { p_conversation_id }))),
    one_by_one([async () => deal.complete(proposal, await deal.claimed(proposal))]),
    one_by_one(
      [1, 2, 3].map(
        (n) => () =>
          deal.dana.call('start_turn', {
            p_conversation_id: deal.deal.room,
            p_message_id: randomUUID(),
            p_content: `Ask ${n}`,
          }),
      ),
    ),
  ])

  expect(
    await deal.one('select status, operators_contacted, quotes_expected, quotes_received from requests where id = $1', [
      deal.deal.id,
    ]),
  ).toEqual({ status: 'sending_proposal', operators_contacted: 4, quotes_expected: 3, quotes_received: 3 })
  expect(await deal.sql(`select content from messages where content like 'Question %'`)).toHaveLength(5)
  expect(await deal.sql(`select id from private.assistant_turns`)).toHaveLength(3)
  const positions = (await deal.dana.call<{ position: number }[]>('read_feed', { p_after: 0, p_limit: 1000 })).map(
    ({ position }) => position,
  )
  expect(positions).toEqual(positions.map((_, index) => index + 1))
})
