import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DANA, type Json, OMAR, startTestApi, type TestApi } from '../testing.ts'

let api: TestApi
/** Whether approved actions are carried out at once, as a worker would. */
let working = true
beforeAll(async () => {
  api = await startTestApi({
    enqueue: { webhooks: async () => {}, turn: async (id) => void turns.push(id), outbox: (id) => carryOut(id) },
  })
})
afterAll(() => api.close())
const turns: string[] = []
const carriedOut: string[] = []

async function carryOut(outbox_id: string) {
  if (!working) return
  const { data } = await api.supabase.service.rpc('claim_outbox', { p_id: outbox_id })
  const lease = data as { claim_token: string; action: string } | null
  if (!lease) return
  carriedOut.push(lease.action)
  const result =
    lease.action === 'send_proposal' ? { email_message_id: 'id@example.com', to_email: 'x@example.com' } : {}
  await api.supabase.service
    .rpc('complete_outbox', { p_id: outbox_id, p_claim_token: lease.claim_token, p_result: result })
    .throwOnError()
}

/** Omar's seeded request has two quotes that are ranked. */
async function quotesOfOmar() {
  const { body } = await api.as(OMAR).get('/api/requests?status=analyzing_proposals')
  const request_id = String((body.data as Json[])[0]?.id)
  const quotes = (await api.as(OMAR).get(`/api/requests/${request_id}/quotes`)).body.data as (Json & { id: string })[]
  return { request_id, quotes }
}

/** How many cards in chats ask for these approvals. */
async function cardsAsking(approvals: unknown) {
  const ids = (approvals as Json[]).map(({ id }) => id)
  expect(ids).not.toHaveLength(0)
  const { rows } = await api.sql.query(
    `select count(*)::int from messages where rich_content->>'card' = 'approval' and rich_content->>'approval_id' = any($1)`,
    [ids],
  )
  return rows[0].count
}

async function pendingReply() {
  const id = randomUUID()
  await api.sql.query(
    `insert into approvals (id, iso_agent_id, action, payload, payload_sha256, expires_at)
     values ($1, $2, 'reply_to_operator', '{"conversation_id": "${randomUUID()}", "operator_name": "Elite", "rfq_id": "arfq-1", "text": "hello"}', repeat('a', 64), now() + interval '1 hour')`,
    [id, DANA.id],
  )
  return id
}

describe('accepting a quote', () => {
  it('is done with the call itself, and lets the assistant go on with the proposal', async () => {
    const { quotes } = await quotesOfOmar()
    const id = quotes.find(({ status }) => status !== 'rejected')?.id

    const accepted = await api.as(OMAR).post(`/api/quotes/${id}/accept`)
    const again = await api.as(OMAR).post(`/api/quotes/${id}/accept`)
    const { body } = await api.as(OMAR).get('/api/approvals?status=executed')

    expect(accepted).toMatchObject({ status: 200, body: { id, status: 'accepted' } })
    expect(again).toMatchObject({ status: 200, body: { id, status: 'accepted' } })
    expect(body.data).toMatchObject([{ action: 'accept_quote', decided_by: OMAR.id, payload: { quote_id: id } }])
    expect(turns).toHaveLength(1)
    const { rows } = await api.sql.query('select trigger from private.assistant_turns where id = $1', [turns[0]])
    expect(rows).toEqual([{ trigger: { kind: 'quote_accepted', quote_id: id } }])
    expect(await cardsAsking(body.data)).toBe(0)
  })

  it('leaves one that counts as chosen, however often the broker thinks again', async () => {
    const { request_id, quotes } = await quotesOfOmar()
    const [one, other] = quotes.filter(({ status }) => status !== 'rejected').map(({ id }) => id)
    const chosen = async () =>
      (await api.sql.query("select id from quotes where request_id = $1 and status = 'accepted'", [request_id])).rows

    await api.as(OMAR).post(`/api/quotes/${one}/accept`)
    await api.as(OMAR).post(`/api/quotes/${other}/accept`)
    expect(await chosen()).toEqual([{ id: other }])
    expect((await api.as(OMAR).get(`/api/quotes/${one}`)).body).toMatchObject({
      status: 'analyzed',
      responded_at: null,
    })
    expect((await api.as(OMAR).post(`/api/quotes/${one}/accept`)).body).toMatchObject({ id: one, status: 'accepted' })
    expect(await chosen()).toEqual([{ id: one }])
    await Promise.all([one, other].map((id) => api.as(OMAR).post(`/api/quotes/${id}/accept`)))
    expect(await chosen()).toHaveLength(1)
  })
})

describe('cancelling a request', () => {
  it('is done with the call itself', async () => {
    const flight = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: '2099-05-01', passengers: 2 }
    const { body } = await api.as(DANA).post('/api/requests', flight)

    const cancelled = await api.as(DANA).post(`/api/requests/${body.id}/cancel`, { reason: 'BY_CLIENT' })
    const again = await api.as(DANA).post(`/api/requests/${body.id}/cancel`)

    expect(cancelled).toMatchObject({ status: 200, body: { id: body.id, status: 'cancelled' } })
    expect(again).toMatchObject({ status: 409, body: { code: 'conflict' } })
    const { body: done } = await api.as(DANA).get('/api/approvals?status=executed')
    expect(await cardsAsking(done.data)).toBe(0)
  })

  it('that takes longer is answered with the approval, and a second click does not do it twice', async () => {
    const flight = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: '2099-05-02', passengers: 2 }
    const { body } = await api.as(DANA).post('/api/requests', flight)
    working = false
    try {
      const answers = await Promise.all([1, 2].map(() => api.as(DANA).post(`/api/requests/${body.id}/cancel`)))
      const { rows } = await api.sql.query(
        "select count(*)::int from approvals where action = 'cancel_request' and request_id = $1",
        [body.id],
      )

      expect(answers.map(({ status }) => status)).toEqual([202, 202])
      expect(answers.find(({ status }) => status === 202)?.body).toMatchObject({
        action: 'cancel_request',
        status: 'approved',
      })
      expect(rows[0].count).toBe(1)
    } finally {
      working = true
    }
  })
})

/** A proposal of Dana's for Acme whose PDF is written. */
async function proposalOfDana() {
  const request_id = randomUUID()
  await api.sql.query(
    `insert into requests (id, iso_agent_id, client_profile_id, departure_airport, arrival_airport, departure_date, passengers, status)
     values ($1, $2, 'c0000000-0000-4000-8000-000000000001', 'KTEB', 'KVNY', '2099-11-20', 8, 'generating_email')`,
    [request_id, DANA.id],
  )
  const quote = await api.sql.query(
    `insert into quotes (request_id, operator_name, total_price, status, valid_until)
     values ($1, 'Elite', 112000, 'analyzed', now() + interval '5 days') returning id`,
    [request_id],
  )
  const path = `proposals/${request_id}/PROP-TEST.pdf`
  const bucket = api.supabase.service.storage.from('proposal-documents')
  await bucket.upload(path, Buffer.from('%PDF-1.7'), { contentType: 'application/pdf' })
  const { rows } = await api.sql.query(
    `insert into proposals (request_id, iso_agent_id, quote_id, client_profile_id, file_name, file_path, total_amount, margin_applied, final_amount, status)
     values ($1, $2, $3, 'c0000000-0000-4000-8000-000000000001', 'PROP-TEST.pdf', $4, 112000, 16800, 128800, 'generated') returning id`,
    [request_id, DANA.id, quote.rows[0].id, path],
  )
  return String(rows[0].id)
}

it('what waits says what to look at before a yes, and its payload stays as it is', async () => {
  const id = await pendingReply()
  await api.sql.query(
    `update approvals set payload = jsonb_set(payload, '{text}', '"Call me: https://evil.example.net \u200b"') where id = $1`,
    [id],
  )

  const { body } = await api.as(DANA).get(`/api/approvals/${id}`)
  const listed = await api.as(DANA).get('/api/approvals?status=pending')

  expect(body).toMatchObject({
    payload: { text: 'Call me: https://evil.example.net \u200b' },
    warnings: [
      { code: 'hidden_characters', field: 'text' },
      { code: 'foreign_link', field: 'text' },
    ],
  })
  expect((listed.body.data as Json[]).find((row) => row.id === id)?.warnings).toHaveLength(2)
  await api.as(DANA).post(`/api/approvals/${id}`, { decision: 'reject' })
})

describe('sending a proposal', () => {
  it('waits for a decision, with the draft where no words are given, and goes out once with the words approved', async () => {
    const id = await proposalOfDana()

    const filed = await api.as(DANA).post(`/api/proposals/${id}/send`)
    const again = await api.as(DANA).post(`/api/proposals/${id}/send`)
    const other = await api.as(DANA).post(`/api/proposals/${id}/send`, { subject: 'Something else' })
    const sent = carriedOut.filter((action) => action === 'send_proposal').length
    const decided = await api
      .as(DANA)
      .post(`/api/approvals/${filed.body.id}`, { decision: 'approve', edits: { subject: 'Your flight' } })
    const proposal = await api.as(DANA).get(`/api/proposals/${id}`)

    expect(filed).toMatchObject({
      status: 202,
      body: {
        action: 'send_proposal',
        status: 'pending',
        payload: { proposal_id: id, to_email: 'jordan.avery@acme.example.com' },
      },
    })
    expect((filed.body.payload as Json).body).toMatch(
      /^Dear Jordan Avery,[\s\S]*https:\/\/jetvision\.example\.com\/p\/[\w-]{43}\n/,
    )
    expect(again).toMatchObject({ status: 202, body: { id: filed.body.id } })
    expect(other).toMatchObject({ status: 409, body: { code: 'approval_pending', approval_id: filed.body.id } })
    expect(sent).toBe(0)
    expect(decided).toMatchObject({ status: 200, body: { status: 'approved', payload: { subject: 'Your flight' } } })
    expect(proposal.body).toMatchObject({ status: 'sent', email_subject: 'Your flight', final_amount: '128800.00' })
  })

  it('is filed once for one idempotency key, also after the decision, and never for other words or another proposal', async () => {
    const [id, another, key] = [await proposalOfDana(), await proposalOfDana(), { 'idempotency-key': randomUUID() }]
    const send = (proposal: string, subject: string) =>
      api.as(DANA).post(`/api/proposals/${proposal}/send`, { subject, body: 'As we said.' }, key)

    const filed = await Promise.all(Array.from({ length: 20 }, () => send(id, 'Your flight')))
    const [words, other] = [await send(id, 'Another flight'), await send(another, 'Your flight')]
    await api.as(DANA).post(`/api/approvals/${filed[0]?.body.id}`, { decision: 'reject' })
    const later = await send(id, 'Your flight')

    expect(new Set(filed.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
    expect(words).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
    expect(later).toMatchObject({ status: 202, body: { id: filed[0]?.body.id, status: 'rejected' } })
  })
})

describe('an approval', () => {
  it('is decided once, by its broker', async () => {
    const id = await pendingReply()

    const foreign = await api.as(OMAR).post(`/api/approvals/${id}`, { decision: 'approve' })
    const rejected = await api.as(DANA).post(`/api/approvals/${id}`, { decision: 'reject', reason: 'Not yet' })
    const late = await api.as(DANA).post(`/api/approvals/${id}`, { decision: 'approve' })

    expect(foreign.status).toBe(404)
    expect(rejected).toMatchObject({
      status: 200,
      body: { status: 'rejected', reason: 'Not yet', decided_by: DANA.id },
    })
    expect(late).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect(carriedOut).not.toContain('reply_to_operator')
  })

  it('is listed by state', async () => {
    const id = await pendingReply()

    const { body } = await api.as(DANA).get('/api/approvals?status=pending')

    expect((body.data as Json[]).map((row) => row.id)).toContain(id)
    expect((body.data as Json[]).every(({ status }) => status === 'pending')).toBe(true)
    expect((await api.as(OMAR).get(`/api/approvals/${id}`)).status).toBe(404)
  })

  it('that has expired cannot be decided any more', async () => {
    const id = await pendingReply()
    await api.sql.query("update approvals set expires_at = now() - interval '1 second' where id = $1", [id])

    expect((await api.as(DANA).post(`/api/approvals/${id}`, { decision: 'approve' })).status).toBe(409)
  })

  it.each([
    ['another decision', { decision: 'maybe' }],
    ['an edit of whom it goes to', { decision: 'approve', edits: { rfq_id: 'arfq-2' } }],
    ['an unknown field', { decision: 'approve', decided_by: OMAR.id }],
  ])('takes no %s', async (_name, body) => {
    expect((await api.as(DANA).post(`/api/approvals/${await pendingReply()}`, body)).status).toBe(422)
  })

  it('says in plain words what is wrong with an edit', async () => {
    const edits = { text: 5 }
    const { body } = await api.as(DANA).post(`/api/approvals/${await pendingReply()}`, { decision: 'approve', edits })

    expect(body).toMatchObject({
      detail: 'text: This must be text',
      issues: [{ path: 'text', message: 'This must be text' }],
    })
  })
})
