import { expect, it } from 'vitest'
import { brokerWrote, declined, notify, operatorWrote, outcome, quoted, rfq, sent } from './avinode-world.ts'
import { startWorld } from './world.ts'

/** Every order of the given things. */
function orders<T>(things: T[]): T[][] {
  if (things.length < 2) return [things]
  return things.flatMap((first, index) => orders(things.toSpliced(index, 1)).map((rest) => [first, ...rest]))
}

type Change = Parameters<typeof notify>[1]

/** A world with one open request, in which stories can be played again and again. */
async function startStage() {
  const world = await startWorld()
  await world.request(world.dana)
  const played = (changes: Change[]) =>
    world.rehearse(async (stage) => {
      for (const change of changes) await notify(stage, change)
      return outcome(stage)
    })
  return { ...world, played }
}

const answered = (quotes: string[], updated: number) => rfq(1, { answer: 'accepted', quotes, updated })

it('an RFQ, its quote, a second quote, words and a decline end in the same rows in all 120 orders', {
  timeout: 240_000,
}, async () => {
  const story = [
    sent(rfq(1)),
    quoted(1, 'aquote-1', '112000.00', { at: 10, of: answered(['aquote-1'], 10) }),
    quoted(1, 'aquote-2', '108000.00', { at: 20, of: answered(['aquote-1', 'aquote-2'], 20) }),
    operatorWrote(1, 'We can also do 9 am.', { at: 25, of: answered(['aquote-1', 'aquote-2'], 20) }),
    declined(2, { at: 30, of: rfq(2, { answer: 'declined', updated: 30 }) }),
  ]
  await using stage = await startStage()
  const expected = await stage.played(story)
  expect(expected.requests).toMatchObject([
    {
      status: 'awaiting_quotes',
      operators_contacted: 2,
      quotes_expected: 1,
      quotes_received: 1,
      avinode_rfp_id: 'arfq-1',
    },
  ])
  expect(expected.quotes).toMatchObject([
    { avinode_quote_id: 'aquote-1', status: 'expired', superseded_by: 'aquote-2' },
    { avinode_quote_id: 'aquote-2', status: 'received', superseded_by: null },
  ])

  for (const order of orders(story)) expect(await stage.played(order)).toEqual(expected)
})

it('an operator who takes a quote back and quotes anew ends in the same rows in all orders', {
  timeout: 120_000,
}, async () => {
  const story = [
    sent(rfq(1)),
    quoted(1, 'aquote-1', '112000.00', { at: 10, of: answered(['aquote-1'], 10) }),
    declined(1, { at: 15, of: rfq(1, { answer: 'declined', quotes: ['aquote-1'], updated: 15 }) }),
    quoted(1, 'aquote-2', '118000.00', { at: 20, of: answered(['aquote-1', 'aquote-2'], 20) }),
  ]
  await using stage = await startStage()
  const expected = await stage.played(story)
  expect(expected.quotes).toMatchObject([{ status: 'expired' }, { status: 'received' }])

  for (const order of orders(story)) expect(await stage.played(order)).toEqual(expected)
})

it('an RFQ that was cancelled stays cancelled, and its quotes stand no more, in all orders', {
  timeout: 120_000,
}, async () => {
  const story = [
    sent(rfq(1)),
    quoted(1, 'aquote-1', '112000.00', { at: 10, of: answered(['aquote-1'], 10) }),
    brokerWrote(1, 'Sorry, plans changed.', { at: 12 }),
    sent(rfq(1, { answer: 'accepted', quotes: ['aquote-1'], canceled: true, updated: 30 })),
  ]
  await using stage = await startStage()
  const expected = await stage.played(story)
  expect(expected.requests).toMatchObject([{ operators_contacted: 0, quotes_expected: 0, quotes_received: 0 }])
  expect(expected.quotes).toMatchObject([{ status: 'expired' }])

  for (const order of orders(story)) expect(await stage.played(order)).toEqual(expected)
})

it("a quote that comes before its RFQ opens the operator's room from its own facts, and the RFQ finds it", async () => {
  await using stage = await startStage()
  const alone = quoted(1, 'aquote-1', '112000.00', { at: 10 })
  const complete = sent(answered(['aquote-1'], 10))

  const early = await stage.played([alone, complete])

  expect(early).toEqual(await stage.played([complete, alone]))
  expect(early.rooms).toMatchObject([{ avinode_thread_id: 'arfq-1', quote: 'aquote-1' }, { type: 'rfp_negotiation' }])
})

it('the same notifications once more change nothing', async () => {
  await using stage = await startStage()
  const story = [
    sent(rfq(1)),
    quoted(1, 'aquote-1', '112000.00', { at: 10, of: answered(['aquote-1'], 10) }),
    operatorWrote(1, 'Hello', { at: 11, of: answered(['aquote-1'], 10) }),
  ]

  expect(await stage.played([...story, ...story, ...story.toReversed()])).toEqual(await stage.played(story))
})

it('twenty workers that apply changes of one trip at once end as one worker would', async () => {
  const story = Array.from({ length: 10 }, (_, index) => {
    const of = rfq(index + 1, { answer: 'accepted', quotes: [`aquote-${index + 1}`], updated: 10 })
    return [sent(rfq(index + 1)), quoted(index + 1, `aquote-${index + 1}`, '100000.00', { at: 10, of })]
  }).flat()
  await using stage = await startStage()
  const expected = await stage.played(story)

  await Promise.all(story.map((change) => notify(stage, change)))

  expect(await outcome(stage)).toEqual(expected)
})
