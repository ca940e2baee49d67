import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BrokerClient, eventually, type Json, signIn } from './client.ts'
import { type Service, startService } from './service.ts'

type Row = Json & { id: string }

let service: Service
let broker: BrokerClient

beforeAll(async () => {
  service = await startService()
  broker = await signIn(service.url)
})
afterAll(() => service?.[Symbol.asyncDispose]())

const avinode = async (faults: object) => {
  const response = await fetch(`${service.sandboxUrl}/_sim/faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  })
  expect(response.status).toBeLessThan(300)
}

const requestOf = async (conversation_id: string): Promise<Row> => {
  const { request_id } = await broker.get(`/api/conversations/${conversation_id}`)
  return broker.get(`/api/requests/${request_id}`)
}

describe('while Avinode is down', () => {
  it('the chat says so, the request keeps its state, and the trip is created when Avinode is back', async () => {
    await avinode({ down: true })
    const said = await broker.says('Teterboro to Boston for Redwood, 4 people, May 5')
    const waiting = await requestOf(said.conversation_id)
    expect(said.text).toMatch(/Avinode/)
    expect(said.text).toMatch(/reach|answer|down|available/i)
    expect(waiting).toMatchObject({ status: 'searching_flights', avinode_trip_id: null })

    await avinode({ down: false })

    const request = await eventually(
      'the trip',
      async () => {
        const row = await requestOf(said.conversation_id)
        // The trip's id and the step after it are two transactions.
        return row.status === 'awaiting_user_action' ? row : undefined
      },
      100_000,
    )
    expect(request.avinode_deep_link).toEqual(expect.any(String))
    const { trips } = (await (await fetch(`${service.sandboxUrl}/_sim/trips`)).json()) as { trips: Json[] }
    expect(trips.filter((trip) => JSON.stringify(trip).includes(request.id))).toHaveLength(1)
  }, 120_000)
})

describe('while the mail server is down', () => {
  it('an approved e-mail waits, and leaves once when the server is back', async () => {
    const { conversation_id } = await broker.says('Van Nuys to Aspen for Acme, 5 people, February 12')
    const { id, avinode_trip_id } = await requestOf(conversation_id)
    await service.plays(avinode_trip_id, 'send-rfqs', { operators: 1 })
    await service.plays(avinode_trip_id, 'operator-quote', { total_price: 30000 })
    await eventually('the analysed quote', async () => {
      const { data } = await broker.get<{ data: Row[] }>(`/api/requests/${id}/quotes`)
      return data.some(({ ranking }) => ranking !== null)
    })
    await broker.says('send the proposal for the best one', conversation_id)
    const approval = await eventually('the approval', async () =>
      (await broker.get<{ data: Row[] }>('/api/approvals?status=pending')).data.find((row) => row.request_id === id),
    )
    await service.mailbox.pause()
    await broker.send('POST', `/api/approvals/${approval.id}`, { decision: 'approve' })
    await eventually('the failed attempt', async () => {
      const [row] = await service.sql('select error from private.outbox where approval_id = $1', [approval.id])
      return row?.error
    })
    expect(await broker.get(`/api/requests/${id}`)).toMatchObject({ status: 'generating_email' })

    await service.mailbox.resume()
    await service.sql('update private.outbox set next_attempt_at = now() where approval_id = $1', [approval.id])

    await eventually('the e-mail', async () => (await service.mails()).length > 0)
    await eventually('the executed approval', async () => {
      const { data } = await broker.get<{ data: Row[] }>('/api/approvals')
      return data.find((row) => row.id === approval.id)?.status === 'executed'
    })
    expect(await service.mails()).toHaveLength(1)
  })
})

describe('bad input gets a typed problem', () => {
  const trip = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: '2099-01-10', passengers: 4 }

  it.each([
    ['a return before the departure', { ...trip, return_date: '2099-01-09' }],
    ['a day in the past', { ...trip, departure_date: '2020-01-01' }],
    ['a day that does not exist', { ...trip, departure_date: '2099-02-30' }],
    ['no passengers', { ...trip, passengers: 0 }],
    ['five hundred passengers', { ...trip, passengers: 500 }],
    ['an unknown field', { ...trip, iso_agent_id: crypto.randomUUID() }],
    ['an unknown airport', { ...trip, departure_airport: 'XYZQ' }],
  ])('%s', async (_what, body) => {
    const answer = await broker.call('POST', '/api/requests', body)

    expect(answer.status).toBe(422)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.body).toMatchObject({
      code: 'invalid_input',
      requestId: expect.any(String),
      detail: expect.any(String),
    })
  })

  it('a missing, forged or expired token, malformed JSON, and a body that is too large', async () => {
    const post = (headers: Record<string, string>, body: string) =>
      fetch(`${service.url}/api/requests`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
      })
    const { token } = (await (
      await fetch(`${service.url}/api/dev/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: 'dana@example.com' }),
      })
    ).json()) as { token: string }

    expect((await post({}, '{}')).status).toBe(401)
    expect((await post({ authorization: `Bearer ${token.slice(0, -3)}abc` }, '{}')).status).toBe(401)
    const expired = await service.issueToken('user_dana_example', { lifetime_seconds: -60 })
    expect((await post({ authorization: `Bearer ${expired}` }, '{}')).status).toBe(401)
    expect((await post({ authorization: `Bearer ${token}` }, '{"a":')).status).toBe(400)
    expect(
      (await post({ authorization: `Bearer ${token}` }, JSON.stringify({ a: 'x'.repeat(2_000_000) }))).status,
    ).toBe(413)
  })

  it("another broker's rows are not there", async () => {
    const other = await signIn(service.url, 'omar@example.com')
    const { data: mine } = await broker.get<{ data: Row[] }>('/api/requests?limit=100')
    for (const { id } of mine) {
      for (const path of [`/api/requests/${id}`, `/api/requests/${id}/quotes`, `/api/requests/${id}/timeline`]) {
        expect((await other.call('GET', path)).status).toBe(404)
      }
      expect((await other.call('POST', `/api/requests/${id}/cancel`, {})).status).toBe(404)
    }
    const { data: theirs } = await other.get<{ data: Row[] }>('/api/requests?limit=100')
    expect(theirs.map(({ id }) => id)).not.toContain(mine[0]?.id)
  })
})
