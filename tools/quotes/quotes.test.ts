import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../clients/create-client.ts'
import type { ToolContext } from '../context.ts'
import { createRequest } from '../requests/create-request.ts'
import { createTrip } from '../requests/create-trip.ts'
import { readRequest } from '../requests/request.ts'
import { daysAhead, startTestDesk, type TestDesk } from '../test-context.ts'
import { requestApproval, runTool } from '../tool.ts'
import { acceptQuote } from './accept-quote.ts'
import { compareQuotes } from './compare-quotes.ts'
import { getQuote } from './get-quote.ts'
import { listQuotes } from './list-quotes.ts'
import { rejectQuote } from './reject-quote.ts'
import { scoreQuotes } from './score-quotes.ts'

let desk: TestDesk
let dana: ToolContext
let omar: ToolContext
beforeAll(async () => {
  desk = await startTestDesk()
  ;[dana, omar] = [await desk.broker(), await desk.broker()]
})
afterAll(() => desk[Symbol.asyncDispose]())

/** A request for the G650 with a budget of 130,000, its trip in Avinode. */
async function requestWithTrip() {
  const { client } = await runTool(createClient, { company_name: 'Acme' }, dana)
  const wanted = {
    departure_airport: 'KTEB',
    arrival_airport: 'KLAX',
    departure_date: daysAhead(20),
    passengers: 8,
    client_profile_id: client.id,
    aircraft_type: 'Gulfstream G650',
    budget: '130000',
  }
  const { request } = await runTool(createRequest, wanted, dana)
  await runTool(createTrip, { request_id: request.id }, dana)
  return request.id
}

describe('listing', () => {
  it('puts what can be had first, and a better one that is over last', async () => {
    const request_id = await requestWithTrip()
    const [best, other] = [await desk.quote(request_id), await desk.quote(request_id, { total_price: '150000.00' })]
    await runTool(scoreQuotes, { request_id }, dana)
    await desk.sql.query("update quotes set status = 'expired' where id = $1", [best.id])

    const { quotes } = await runTool(listQuotes, { request_id }, dana)

    expect(quotes.map(({ id }) => id)).toEqual([other.id, best.id])
  })
})

describe('scoring', () => {
  it('ranks the open quotes, says why, and brings the request to the comparison', async () => {
    const request_id = await requestWithTrip()
    const g650 = await desk.quote(request_id)
    const cheap = await desk.quote(request_id, {
      operator_name: 'Small Wings',
      aircraft_type: 'Citation XLS+',
      total_price: '98000.00',
      seats: 7,
      operator_rating: '3.10',
      certifications: [],
    })
    await desk.quote(request_id, { operator_name: 'Too Late Air', total_price: '50000.00', valid_days: -1 })
    await desk.quote(request_id, { operator_name: 'Turned Down', total_price: '60000.00', status: 'rejected' })

    const { quotes, best_quote_id } = await runTool(scoreQuotes, { request_id }, dana)

    expect(best_quote_id).toBe(g650.id)
    expect(quotes.map(({ quote_id, ranking }) => [quote_id, ranking])).toEqual([
      [g650.id, 1],
      [cheap.id, 2],
    ])
    expect(quotes[0]?.analysis_notes).toMatch(/14.2 % above the lowest.*Gulfstream G650, as asked for.*rated 4.5 of 5/)
    expect(quotes[0]?.analysis_notes).toMatch(/Within the budget, margin included|over the budget with our margin/)
    expect(quotes[1]?.analysis_notes).toMatch(/Lowest price.*Only 7 seats for 8 passengers/)
    expect((await runTool(getQuote, { quote_id: g650.id }, dana)).quote).toMatchObject({
      status: 'analyzed',
      score: quotes[0]?.score,
      ranking: 1,
    })
    expect((await readRequest(request_id, dana)).status).toBe('analyzing_proposals')
    expect((await runTool(listQuotes, { request_id }, dana)).quotes.slice(0, 2).map(({ id }) => id)).toEqual([
      g650.id,
      cheap.id,
    ])
  })

  it('gives the same scores again, and between equal quotes the cheaper, then the earlier comes first', async () => {
    const request_id = await requestWithTrip()
    const first = await desk.quote(request_id)
    const second = await desk.quote(request_id)

    const once = await runTool(scoreQuotes, { request_id }, dana)
    const twice = await runTool(scoreQuotes, { request_id }, dana)

    expect(twice).toEqual(once)
    expect(once.quotes.map(({ quote_id }) => quote_id)).toEqual([first.id, second.id])
  })

  it('moves a request that is further on neither forward nor back', async () => {
    const request_id = await requestWithTrip()
    await desk.quote(request_id)
    await runTool(scoreQuotes, { request_id }, dana)
    await desk.sql.query("update requests set status = 'generating_email' where id = $1", [request_id])

    await runTool(scoreQuotes, { request_id }, dana)

    expect((await readRequest(request_id, dana)).status).toBe('generating_email')
  })

  it('says so when there is nothing to score', async () => {
    const request_id = await requestWithTrip()

    await expect(runTool(scoreQuotes, { request_id }, dana)).rejects.toThrow('no open quote')
  })
})

describe('comparing', () => {
  it('shows the difference to the best to the cent, and the parts add up to the score', async () => {
    const request_id = await requestWithTrip()
    const best = await desk.quote(request_id, { total_price: '112000.10' })
    await desk.quote(request_id, { operator_name: 'Dear Jets', total_price: '115200.15' })

    const { best_quote_id, quotes } = await runTool(compareQuotes, { request_id }, dana)

    expect(best_quote_id).toBe(best.id)
    expect(quotes.map(({ difference_to_best }) => difference_to_best)).toEqual(['0.00', '3200.05'])
    for (const { score, score_parts } of quotes) {
      expect(score_parts.reduce((sum, { points }) => sum + points, 0)).toBe(score)
      for (const { points, of } of score_parts) expect(points).toBeLessThanOrEqual(of)
    }
  })
})

describe('deciding', () => {
  it('for a quote waits for the approval of the broker, who sees the price and the aircraft', async () => {
    const request_id = await requestWithTrip()
    const { id: quote_id } = await desk.quote(request_id)

    const approval = await requestApproval(acceptQuote, { quote_id }, dana)

    expect(approval).toMatchObject({
      action: 'accept_quote',
      status: 'pending',
      request_id,
      payload: { quote_id, operator_name: 'Elite Jets', total_price: '112000.00', aircraft_type: 'Gulfstream G650' },
    })
    await expect(runTool(acceptQuote, { quote_id }, dana)).rejects.toMatchObject({
      code: 'approval_pending',
      details: { approval_id: approval.id },
    })
  })

  it('against a quote keeps the reason, and takes it out of the ranking', async () => {
    const request_id = await requestWithTrip()
    const { id: quote_id } = await desk.quote(request_id)
    await runTool(scoreQuotes, { request_id }, dana)

    const { quote } = await runTool(rejectQuote, { quote_id, reason: 'too old' }, dana)

    expect(quote).toMatchObject({ status: 'rejected', ranking: null, metadata: { rejected_reason: 'too old' } })
    await expect(requestApproval(acceptQuote, { quote_id }, dana)).rejects.toMatchObject({ code: 'conflict' })
  })

  it('is nothing for another broker', async () => {
    const request_id = await requestWithTrip()
    const { id: quote_id } = await desk.quote(request_id)

    for (const attempt of [
      () => runTool(getQuote, { quote_id }, omar),
      () => runTool(rejectQuote, { quote_id }, omar),
      () => runTool(listQuotes, { request_id }, omar),
      () => runTool(scoreQuotes, { request_id }, omar),
      () => requestApproval(acceptQuote, { quote_id }, omar),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ code: 'not_found' })
    }
  })
})
