import { describe, expect, it } from 'vitest'
import { toOperatorQuote, toRfq, toTrip, toTripMessage } from './mapping.ts'
import { WireMessage, WireQuote, WireRfq, WireTrip } from './wire.ts'

const sellerCompany = { id: 'acompany-1', displayName: 'Fictional Air' }
const message = (fields: object) => toTripMessage(WireMessage.parse({ id: 'asellermsg-1', sellerCompany, ...fields }))
const rfq = (lift: object) =>
  toRfq(
    WireRfq.parse({ id: 'arfq-1', tripId: 'K7M2QD', sellerCompany, sellerLift: [{ id: 'asellerlift-1', ...lift }] }),
  )

describe('a message', () => {
  it('with a quote, or with an acceptance, is a quote', () => {
    expect(message({ sellerQuote: { id: 'aquote-1' } })).toMatchObject({
      kind: 'quote',
      quote_id: 'aquote-1',
      from: 'operator',
    })
    expect(
      message({ rfqAccepted: true, lift: [{ id: 'asellerlift-1', links: { quotes: [{ id: 'aquote-2' }] } }] }),
    ).toMatchObject({
      kind: 'quote',
      quote_id: 'aquote-2',
      lift_id: 'asellerlift-1',
    })
  })

  it('that does not accept and has no quote is a decline', () => {
    expect(message({ rfqAccepted: false, message: 'Sorry' })).toMatchObject({
      kind: 'decline',
      quote_id: null,
      text: 'Sorry',
    })
  })

  it('with neither is chat, whatever its lift says', () => {
    expect(message({ lift: [{ id: 'asellerlift-1', sourcingDisplayStatus: 'Accepted' }] })).toMatchObject({
      kind: 'chat',
      quote_id: null,
    })
  })

  it('is ours when its id says so', () => {
    const ours = { id: 'abuyermsg-1', buyerAccount: { displayName: 'Dana' }, links: { rfqs: [{ id: 'arfq-1' }] } }

    expect(toTripMessage(WireMessage.parse(ours))).toMatchObject({
      from: 'broker',
      kind: 'chat',
      sender_name: 'Dana',
      rfq_id: 'arfq-1',
    })
  })
})

describe('a lift', () => {
  it('with only a price is unanswered: the price may be an estimate', () => {
    const { lifts } = rfq({
      sourcingDisplayStatus: 'Unanswered',
      latestQuote: { id: 'aquote-1', avinodeGenerated: true },
    })

    expect(lifts).toMatchObject([{ answer: 'unanswered', quote_ids: ['aquote-1'] }])
  })

  it.each([
    [{ sourcingDisplayStatus: 'Accepted' }, 'accepted'],
    [{ sourcingStatus: 2 }, 'accepted'],
    [{ sourcingStatus: 3 }, 'declined'],
    [{ sourcingStatus: 77, sourcingDisplayStatus: 'Pondering' }, 'unanswered'],
    [{}, 'unanswered'],
  ])('%o is %s', (status, answer) => {
    expect(rfq(status).lifts[0]?.answer).toBe(answer)
  })
})

it('what Avinode leaves out is null, and what it adds is ignored', () => {
  const quote = toOperatorQuote(
    WireQuote.parse({ id: 'aquote-1', sellerCompany, sellerPrice: { price: 41250 }, novelty: { a: 1 } }),
  )

  expect(quote).toMatchObject({
    avinode_generated: false,
    total_price: '41250.00',
    base_price: '41250.00',
    currency: 'USD',
    aircraft_type: null,
    flight_minutes: null,
    operator: { id: 'acompany-1', name: 'Fictional Air', email: null },
  })
})

it('lines that the buyer may not see are not shown, and flights without passengers are not flown', () => {
  const quote = toOperatorQuote(
    WireQuote.parse({
      id: 'aquote-1',
      sellerCompany,
      sellerPrice: { price: 1000.5, currency: 'EUR' },
      lineItems: [
        { displayName: 'Landing', price: 100.25 },
        { displayName: 'Our margin', price: 50, visibleToBuyer: false },
      ],
      segments: [
        { flightMinutes: 60, distanceNM: 300 },
        { flightMinutes: 90, distanceNM: 400, paxSegment: false },
      ],
    }),
  )

  expect(quote).toMatchObject({ fees: '100.25', base_price: '900.25', flight_minutes: 60, distance_nm: 300 })
  expect(quote.line_items).toEqual([{ name: 'Landing', type: 'OTHER', price: '100.25' }])
})

it('a quote without a price is refused instead of being the cheapest', () => {
  expect(() => toOperatorQuote(WireQuote.parse({ id: 'aquote-1', sellerCompany }))).toThrow('has no usable price')
})

it('a link that is no web address is not given to a person', () => {
  const trip = toTrip(
    WireTrip.parse({ id: 'atrip-1', tripId: 'K7M2QD', actions: { searchInAvinode: { href: 'javascript:alert(1)' } } }),
  )

  expect(trip.search_url).toBe('')
})

it('a trip whose RFQs are all cancelled is cancelled', () => {
  const canceled = { id: 'arfq-1', sellerCompany, canceled: true }

  expect(toTrip(WireTrip.parse({ id: 'atrip-1', rfqs: [canceled] })).canceled).toBe(true)
  expect(toTrip(WireTrip.parse({ id: 'atrip-1', rfqs: [canceled, { ...canceled, canceled: false }] })).canceled).toBe(
    false,
  )
  expect(toTrip(WireTrip.parse({ id: 'atrip-1', rfqs: [] })).canceled).toBe(false)
})
