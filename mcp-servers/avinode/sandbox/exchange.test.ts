import { describe, expect, it } from 'vitest'
import { displayId } from './exchange.ts'
import { newTrip, signal, startPlayedSandbox } from './testing.ts'

async function tripWithRfqs(operators: number | string[] = 3) {
  const world = await startPlayedSandbox()
  const { id } = await world.avinode.createTrip(newTrip(), signal)
  const { rfqs } = await world.play(`trips/${id}/send-rfqs`, { operators })
  return { ...world, id, rfqs, trip: () => world.avinode.getTrip(id, signal) }
}

describe('right after RFQs are sent', () => {
  it('each operator has an estimate by Avinode and has answered nothing', async () => {
    await using deal = await tripWithRfqs(3)
    const { rfqs } = await deal.trip()

    expect(new Set(rfqs.map(({ operator }) => operator.id)).size).toBe(3)
    for (const { lifts } of rfqs) {
      expect(lifts).toMatchObject([{ answer: 'unanswered', quote_ids: [expect.stringMatching(/^aquote-/)] }])
      expect(await deal.avinode.getQuote(lifts[0]?.quote_ids[0] ?? '', signal)).toMatchObject({
        avinode_generated: true,
      })
    }
  })

  it('the aircraft asked for comes first, and the same trip gets the same operators and prices again', async () => {
    await using one = await tripWithRfqs(4)
    await using other = await tripWithRfqs(4)
    const told = (
      rfqs: { operator: object; lifts: { aircraft_type: string; quotes: { total_price: string }[] }[] }[],
    ) => rfqs.map(({ operator, lifts }) => [operator, lifts[0]?.aircraft_type, lifts[0]?.quotes[0]?.total_price])

    expect(told(one.rfqs)).toEqual(told(other.rfqs))
    expect(
      one.rfqs.slice(0, 3).map(({ lifts }: { lifts: { aircraft_type: string }[] }) => lifts[0]?.aircraft_type),
    ).toEqual([expect.stringContaining('G650'), expect.stringContaining('G650'), expect.stringContaining('G650')])
  })

  it('more go to operators not asked yet, also by name', async () => {
    await using deal = await tripWithRfqs(2)

    await deal.play(`trips/${deal.id}/send-rfqs`, { operators: ['Castellan'] })
    await deal.play(`trips/${deal.id}/send-rfqs`, { operators: 20 })

    const names = (await deal.trip()).rfqs.map(({ operator }) => operator.name)
    expect(names[2]).toBe('Castellan Air')
    expect([names.length, new Set(names).size]).toEqual([12, 12])
  })
})

describe('an operator that quotes', () => {
  it('answers the next RFQ without an answer, with the price given, in parts that add up', async () => {
    await using deal = await tripWithRfqs(2)

    const first = await deal.play(`trips/${deal.id}/operator-quote`, { total_price: 112_345.67 })
    const second = await deal.play(`trips/${deal.id}/operator-quote`, { total_price: '98000' })

    expect([first.rfq_id, second.rfq_id]).toEqual(deal.rfqs.map(({ rfq_id }: { rfq_id: string }) => rfq_id))
    const quote = await deal.avinode.getQuote(first.quote_id, signal)
    const cents = (amount: string) => Math.round(Number(amount) * 100)
    expect(quote).toMatchObject({
      avinode_generated: false,
      total_price: '112345.67',
      currency: 'USD',
      flight_minutes: expect.any(Number),
    })
    expect(cents(quote.base_price) + cents(quote.fuel_surcharge) + cents(quote.taxes) + cents(quote.fees)).toBe(
      11_234_567,
    )
    expect(await deal.avinode.getTripMessage(first.message_id, signal)).toMatchObject({
      kind: 'quote',
      quote_id: first.quote_id,
      rfq_id: first.rfq_id,
      lift_id: first.lift_id,
    })
    expect((await deal.trip()).rfqs).toMatchObject([
      { lifts: [{ answer: 'accepted' }] },
      { lifts: [{ answer: 'accepted' }] },
    ])
  })

  it('leaves the lifts of others unanswered', async () => {
    await using deal = await tripWithRfqs(2)
    await deal.play(`trips/${deal.id}/operator-quote`)

    expect((await deal.trip()).rfqs.map(({ lifts }) => lifts[0]?.answer)).toEqual(['accepted', 'unanswered'])
  })

  it('may quote again: the newest comes last and the older one stays readable', async () => {
    await using deal = await tripWithRfqs(1)
    const first = await deal.play(`trips/${deal.id}/operator-quote`, { total_price: 100_000 })
    const again = await deal.play(`trips/${deal.id}/operator-quote`, {
      total_price: 95_000,
      rfq_id: first.rfq_id,
      message: 'A better price',
    })

    const [rfq] = (await deal.trip()).rfqs
    expect(rfq?.lifts[0]?.quote_ids.slice(-2)).toEqual([first.quote_id, again.quote_id])
    expect(await deal.avinode.getQuote(first.quote_id, signal)).toMatchObject({ total_price: '100000.00' })
    expect(await deal.avinode.getQuote(again.quote_id, signal)).toMatchObject({
      total_price: '95000.00',
      message: 'A better price',
    })
  })

  it('may offer another aircraft and its own parts', async () => {
    await using deal = await tripWithRfqs(1)
    const played = await deal.play(`trips/${deal.id}/operator-quote`, {
      total_price: 50_000,
      fuel_surcharge: 4_000,
      taxes: '3500.50',
      aircraft_type: 'Challenger 605',
      aircraft_tail: 'N0999ZZ',
    })

    expect(await deal.avinode.getQuote(played.quote_id, signal)).toMatchObject({
      base_price: '42499.50',
      fuel_surcharge: '4000.00',
      taxes: '3500.50',
      fees: '0.00',
      aircraft_type: 'Challenger 605',
      aircraft_tail: 'N0999ZZ',
    })
  })
})

it('an operator that declines gives its words and no quote', async () => {
  await using deal = await tripWithRfqs(1)
  const { message_id } = await deal.play(`trips/${deal.id}/operator-decline`, { message: 'No crew' })

  expect(await deal.avinode.getTripMessage(message_id, signal)).toMatchObject({
    kind: 'decline',
    text: 'No crew',
    quote_id: null,
  })
  expect((await deal.trip()).rfqs).toMatchObject([{ lifts: [{ answer: 'declined' }] }])
})

it('both sides chat, and the RFQ lists the words of both', async () => {
  await using deal = await tripWithRfqs(1)
  const { message_id, rfq_id } = await deal.play(`trips/${deal.id}/operator-chat`, { text: 'May we leave at 16:00?' })
  const ours = await deal.avinode.sendTripMessage(rfq_id, 'Yes.\nThat works.', signal)

  expect(ours).toMatchObject({
    id: expect.stringMatching(/^abuyermsg-/),
    from: 'broker',
    kind: 'chat',
    text: 'Yes.\nThat works.',
    rfq_id,
  })
  expect(await deal.avinode.getTripMessage(message_id, signal)).toMatchObject({
    from: 'operator',
    kind: 'chat',
    sender_name: expect.any(String),
  })
  expect((await deal.avinode.getRfq(rfq_id, signal)).message_ids).toEqual([message_id, ours.id])
  const about_lift = await deal.avinode.sendTripMessage(deal.rfqs[0].lifts[0].lift_id, 'And this one?', signal)
  expect(about_lift).toMatchObject({ rfq_id, lift_id: deal.rfqs[0].lifts[0].lift_id })
})

describe('what cannot be played is explained', () => {
  it.each([
    ['operator-quote', {}, 409, 'NO_RFQS'],
    ['operator-chat', {}, 400, 'INVALID_INPUT'],
    ['send-rfqs', { operators: ['Nobody Air'] }, 404, 'NOT_FOUND'],
    ['operator-quote', { total_price: 'cheap' }, 409, 'NO_RFQS'],
  ])('%s %o', async (action, body, status, code) => {
    await using world = await startPlayedSandbox()
    const { id } = await world.avinode.createTrip(newTrip(), signal)

    expect(await world.call('POST', `trips/${id}/${action}`, body)).toMatchObject({ status, body: { error: { code } } })
  })

  it('when every RFQ is answered', async () => {
    await using deal = await tripWithRfqs(1)
    await deal.play(`trips/${deal.id}/operator-decline`)

    expect(await deal.call('POST', `trips/${deal.id}/operator-quote`)).toMatchObject({
      status: 409,
      body: { error: { code: 'ALL_ANSWERED' } },
    })
  })

  it('when the trip is cancelled in the marketplace', async () => {
    await using deal = await tripWithRfqs(1)
    await deal.play(`trips/${deal.id}/ui-cancel`, { reason: 'CHANGED' })

    expect(await deal.call('POST', `trips/${deal.id}/operator-quote`)).toMatchObject({ status: 409 })
    await expect(deal.avinode.sendTripMessage(deal.rfqs[0].rfq_id, 'Still there?', signal)).rejects.toMatchObject({
      code: 'conflict',
    })
    expect(await deal.trip()).toMatchObject({ canceled: true })
  })
})

it('one RFQ can be cancelled in the marketplace while the others go on', async () => {
  await using deal = await tripWithRfqs(2)
  await deal.play(`trips/${deal.id}/ui-cancel`, { rfq_id: deal.rfqs[0].rfq_id })

  expect(await deal.trip()).toMatchObject({ canceled: false, rfqs: [{ canceled: true }, { canceled: false }] })
})

it('a reset forgets trips and settings as the weekly rebuild does, and gives no id twice', async () => {
  await using deal = await tripWithRfqs(1)
  await deal.play('reset')

  await expect(deal.avinode.getTrip(deal.id, signal)).rejects.toMatchObject({ code: 'not_found' })
  expect((await deal.avinode.createTrip(newTrip(), signal)).id).not.toBe(deal.id)
})

it('ids for people differ and are never digits alone', () => {
  const ids = Array.from({ length: 20_000 }, (_, index) => displayId(700_000_000 + index))

  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^(?=.*[A-Z])[A-Z2-9]{6}$/)
})
