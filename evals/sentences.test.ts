import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BrokerClient, eventually, type Json, signIn } from './client.ts'
import { inDays, nextDay } from './scenarios/days.ts'
import { type Service, startService } from './service.ts'

type Row = Json & { id: string }
type Segment = {
  departure_airport: string
  arrival_airport: string
  departure_date: string
  departure_time: string | null
  passengers: number
}

let service: Service
let broker: BrokerClient

beforeAll(async () => {
  service = await startService()
  broker = await signIn(service.url)
})
afterAll(() => service?.[Symbol.asyncDispose]())

/** The request that a chat has led to, or undefined. */
async function requestOf(conversation_id: string): Promise<(Row & { segments: Segment[] }) | undefined> {
  const { request_id } = await broker.get(`/api/conversations/${conversation_id}`)
  return request_id ? broker.get(`/api/requests/${request_id}`) : undefined
}

const requestIn = async (conversation_id: string) => {
  const request = await requestOf(conversation_id)
  if (!request) throw new Error('The chat has led to no request')
  return request
}

const countRequests = async () => (await broker.get<{ data: Row[] }>('/api/requests?limit=100')).data.length

describe('what a broker types becomes a request', () => {
  it('a return trip with client, aircraft and budget', async () => {
    const said = await broker.says(
      'Teterboro to LA for Acme, 8 people, Nov 20, back the 23rd, they like the G650, about $120k',
    )

    const request = await requestIn(said.conversation_id)
    expect(request).toMatchObject({
      departure_airport: 'KTEB',
      arrival_airport: 'KLAX',
      departure_date: nextDay('11-20'),
      return_date: nextDay('11-20').replace(/20$/, '23'),
      passengers: 8,
      budget: '120000.00',
      client: { company_name: expect.stringContaining('Acme') },
      status: 'awaiting_user_action',
    })
    expect(request.aircraft_type).toMatch(/G650/)
    expect(request.avinode_trip_id).toMatch(/^atrip-/)
    expect((await fetch(String(request.avinode_deep_link))).status).toBe(200)
  })

  it('a light jet tomorrow at nine for a client that does not exist yet, who is created on yes', async () => {
    const said = await broker.says(
      'need a light jet tomorrow 9am Van Nuys - Aspen, 4 pax, client is Brightwater Capital',
    )

    const request = await requestIn(said.conversation_id)
    expect(request).toMatchObject({
      departure_airport: 'KVNY',
      arrival_airport: 'KASE',
      departure_date: inDays(1),
      passengers: 4,
      client: null,
    })
    expect(request.segments).toMatchObject([{ departure_time: '09:00' }])
    expect(said.text).toMatch(/Brightwater Capital/)

    await broker.says('yes please', said.conversation_id)
    const named = await eventually('the new client', async () => {
      const row = await requestIn(said.conversation_id)
      return row.client ? row : undefined
    })
    expect(named.client).toMatchObject({ company_name: 'Brightwater Capital' })
  })

  it('codes, a weekday, a category and special wishes', async () => {
    const said = await broker.says(
      'KOPF-EGGW next Friday, 12 passengers, heavy jet, one way, wheelchair assistance, vegetarian catering',
    )

    const request = await requestIn(said.conversation_id)
    expect(request).toMatchObject({
      departure_airport: 'KOPF',
      arrival_airport: 'EGGW',
      return_date: null,
      passengers: 12,
    })
    expect(new Date(`${request.departure_date}T12:00:00`).getDay()).toBe(5)
    expect(request.special_requirements).toMatch(/wheelchair/i)
    expect(request.special_requirements).toMatch(/vegetarian/i)
  })

  it('three legs are three segments in Avinode', async () => {
    const said = await broker.says('Three legs for Redwood: TEB-OPF Dec 1, OPF-NAS Dec 3, NAS-TEB Dec 7, 6 pax')

    const request = await requestIn(said.conversation_id)
    expect(request.segments).toMatchObject([
      { departure_airport: 'KTEB', arrival_airport: 'KOPF', departure_date: nextDay('12-01'), passengers: 6 },
      { departure_airport: 'KOPF', arrival_airport: 'MYNN', departure_date: nextDay('12-03') },
      { departure_airport: 'MYNN', arrival_airport: 'KTEB', departure_date: nextDay('12-07') },
    ])
    expect(request.client).toMatchObject({ company_name: expect.stringContaining('Redwood') })
    const page = await (await fetch(String(request.avinode_deep_link))).text()
    for (const code of ['KTEB', 'KOPF', 'MYNN']) expect(page).toContain(code)
  })

  it('a question without route, day and passengers is answered by one question, and creates nothing', async () => {
    const before = await countRequests()

    const said = await broker.says('Can you get me a quote to Paris?')

    expect(said.text).toMatch(/from|depart/i)
    expect(said.text).toMatch(/day|date|when/i)
    expect(said.text).toMatch(/passengers|people|many/i)
    expect(said.text.match(/\?/g)).toHaveLength(1)
    expect(await countRequests()).toBe(before)
  })

  it('an unknown airport is named with its nearest spellings, and creates nothing', async () => {
    const before = await countRequests()

    const said = await broker.says('from XYZQ to LAX on Friday, 3 pax')

    expect(said.text).toContain('XYZQ')
    expect(said.text).toMatch(/did you mean|closest|nearest|perhaps|such as/i)
    expect(await countRequests()).toBe(before)
  })
})

describe('the same chat goes on', () => {
  it('passengers are changed, the status is told, quotes are compared, a proposal is sent, the request is cancelled', async () => {
    const { conversation_id } = await broker.says('Teterboro to Miami for Acme, 8 people, March 3, one way')
    const { id, avinode_trip_id } = await requestIn(conversation_id)

    await broker.says('make it 10 pax', conversation_id)
    expect(await requestIn(conversation_id)).toMatchObject({ id, passengers: 10, segments: [{ passengers: 10 }] })

    await service.plays(avinode_trip_id, 'send-rfqs', { operators: 2 })
    await service.plays(avinode_trip_id, 'operator-quote', { total_price: 61000 })
    await service.plays(avinode_trip_id, 'operator-quote', { total_price: 52000 })
    const quotes = await eventually('two analysed quotes', async () => {
      const { data } = await broker.get<{ data: Row[] }>(`/api/requests/${id}/quotes`)
      return data.length === 2 && data.every(({ ranking }) => ranking !== null) ? data : undefined
    })

    const status = await broker.says("what's the status of the Acme trip?", conversation_id)
    expect(status.text).toMatch(/KTEB|Teterboro/)
    expect(status.text).toMatch(/2|two/)

    const best = await broker.says('which quote is best and why?', conversation_id)
    expect(best.text).toContain(String(quotes[0]?.operator_name))

    await broker.says('send the proposal for the second one', conversation_id)
    const approval = await eventually('the approval', async () =>
      (await broker.get<{ data: Row[] }>('/api/approvals?status=pending')).data.find((row) => row.request_id === id),
    )
    expect(approval).toMatchObject({ action: 'send_proposal' })
    const { data: proposals } = await broker.get<{ data: Row[] }>(`/api/requests/${id}/proposals`)
    expect(proposals).toMatchObject([{ quote_id: quotes[1]?.id, total_amount: quotes[1]?.total_price }])

    await broker.send('POST', `/api/approvals/${approval.id}`, { decision: 'approve' })
    await eventually('the e-mail', async () => (await service.mails()).find(({ text }) => text.includes('/p/')))
    await eventually('the sent state', async () => (await requestIn(conversation_id)).status === 'sending_proposal')

    await broker.says('cancel it', conversation_id)
    const cancellation = await eventually('the second approval', async () =>
      (await broker.get<{ data: Row[] }>('/api/approvals?status=pending')).data.find(
        (row) => row.action === 'cancel_request',
      ),
    )
    expect((await requestIn(conversation_id)).status).toBe('sending_proposal')
    await broker.send('POST', `/api/approvals/${cancellation.id}`, { decision: 'approve' })
    await eventually('the cancelled request', async () => (await requestIn(conversation_id)).status === 'cancelled')
  })
})
