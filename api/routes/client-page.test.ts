import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DANA, type Json, OMAR, startTestApi, type TestApi } from '../testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

type Sent = { token: string; proposal_id: string; request_id: string }

/** A proposal of Dana's that was sent to Acme, with a link that opens it. */
async function sentProposal({ expires = '7 days', description = '' } = {}): Promise<Sent> {
  const request_id = crypto.randomUUID()
  const segments = [
    {
      departure_airport: 'KTEB',
      arrival_airport: 'KVNY',
      departure_date: '2099-11-20',
      departure_time: '09:00',
      passengers: 8,
    },
    {
      departure_airport: 'KVNY',
      arrival_airport: 'KTEB',
      departure_date: '2099-11-23',
      departure_time: null,
      passengers: 8,
    },
  ]
  await api.sql.query(
    `insert into requests (id, iso_agent_id, client_profile_id, departure_airport, arrival_airport, departure_date, return_date, passengers, status, metadata)
     values ($1, $2, 'c0000000-0000-4000-8000-000000000001', 'KTEB', 'KVNY', '2099-11-20', '2099-11-23', 8, 'sending_proposal', $3)`,
    [request_id, DANA.id, JSON.stringify({ segments })],
  )
  const quote = await api.sql.query(
    `insert into quotes (request_id, operator_name, total_price, aircraft_type, aircraft_tail_number, status)
     values ($1, 'Secret Operator Inc', 112000, 'Gulfstream G650', 'N650JV', 'analyzed') returning id`,
    [request_id],
  )
  const path = `proposals/${request_id}/PROP-TEST.pdf`
  await api.supabase.service.storage
    .from('proposal-documents')
    .upload(path, Buffer.from('%PDF-1.7 test'), { contentType: 'application/pdf' })
  const proposal = await api.sql.query(
    `insert into proposals (request_id, iso_agent_id, quote_id, client_profile_id, file_name, file_path, description, total_amount, margin_applied, final_amount, status)
     values ($1, $2, $3, 'c0000000-0000-4000-8000-000000000001', 'Proposal.pdf', $4, $5, 112000, 16800, 128800, 'sent') returning id`,
    [request_id, DANA.id, quote.rows[0].id, path, description],
  )
  const token = randomBytes(32).toString('base64url')
  const hash = createHash('sha256').update(token).digest('hex')
  await api.sql.query(
    `insert into private.proposal_links (token_hash, proposal_id, expires_at) values ($1, $2, now() + $3::interval)`,
    [hash, proposal.rows[0].id, expires],
  )
  return { token, proposal_id: proposal.rows[0].id, request_id }
}

const row = async (id: string): Promise<Json> =>
  (await api.sql.query('select * from proposals where id = $1', [id])).rows[0]
const visit = (path: string, init: RequestInit = {}) => api.app.request(path, init)
const form = (fields: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: { accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
})

describe('the client’s page', () => {
  it('shows route, price and validity, and nothing of operator, net price or margin', async () => {
    const { token } = await sentProposal()

    const response = await visit(`/p/${token}`)
    const page = await response.text()

    expect(response.status).toBe(200)
    for (const shown of [
      'Teterboro',
      'KVNY',
      '09:00',
      '$128,800.00',
      'Gulfstream G650',
      'Valid until',
      'Dana Whitfield',
      'Jordan Avery',
    ]) {
      expect(page).toContain(shown)
    }
    for (const hidden of ['Secret Operator', '112000', '112,000', '16800', '16,800']) expect(page).not.toContain(hidden)
  })

  it('runs no script, loads nothing, and tells nobody where it was', async () => {
    const { token } = await sentProposal()

    const response = await visit(`/p/${token}`)
    const page = await response.text()

    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri/,
    )
    expect(page).not.toMatch(/<script|<img|<link|src=|url\(/i)
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(page) ?? []
    expect(response.headers.get('content-security-policy')).toContain(
      createHash('sha256').update(style).digest('base64'),
    )
  })

  it.each([
    ['no UTF-8', Buffer.from('{"name": "J\u00f6rg", "consent": true}', 'latin1'), 400],
    ['a NUL character', '{"name": "J\\u0000rg", "consent": true}', 422],
  ])('takes no name that would be stored as another: %s', async (_what, body, status) => {
    const { proposal_id, token } = await sentProposal()

    const answer = await visit(`/p/${token}/accept`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    })

    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect((await row(proposal_id)).status).toBe('sent')
  })

  it('shows hostile text as text', async () => {
    const { token } = await sentProposal({ description: '<script>alert(1)</script><img src=x>' })

    const page = await (await visit(`/p/${token}`)).text()

    expect(page).toContain('&lt;script&gt;')
    expect(page).not.toContain('<script>')
  })

  it('counts a person’s view, and neither a HEAD nor a program’s nor a browser’s that loads ahead', async () => {
    const { token, proposal_id } = await sentProposal()

    await visit(`/p/${token}`, { method: 'HEAD' })
    await visit(`/p/${token}`, { headers: { 'user-agent': 'Slackbot-LinkExpanding 1.0' } })
    await visit(`/p/${token}`, { headers: { 'sec-purpose': 'prefetch' } })
    const before = await row(proposal_id)
    await visit(`/p/${token}`)
    const after = await row(proposal_id)

    expect(before).toMatchObject({ view_count: 0, status: 'sent' })
    expect(after).toMatchObject({ view_count: 1, status: 'viewed' })
  })

  it('gives the PDF out under a safe name and counts the download', async () => {
    const { token, proposal_id } = await sentProposal()

    const response = await visit(`/p/${token}/pdf`)

    expect(response.headers.get('content-type')).toBe('application/pdf')
    expect(response.headers.get('content-disposition')).toContain('filename="Proposal.pdf"')
    expect(await response.text()).toContain('%PDF')
    expect(await row(proposal_id)).toMatchObject({ download_count: 1 })
  })

  it('answers as JSON to those who ask for it', async () => {
    const { token } = await sentProposal()

    const { status, body } = await api.anonymous.get(`/p/${token}`)

    expect(status).toBe(200)
    expect(body).toMatchObject({
      proposal: { final_amount: '128800.00', has_pdf: true },
      broker: { full_name: 'Dana Whitfield' },
    })
    expect(JSON.stringify(body)).not.toMatch(/Secret Operator|112000|16800/)
  })
})

describe('accepting', () => {
  it('by JSON accepts proposal, quote and request, once, however often it is sent', async () => {
    const { token, proposal_id, request_id } = await sentProposal()
    const accept = () => api.anonymous.post(`/p/${token}/accept`, { name: 'Jordan Avery', consent: true })

    const answers = await Promise.all([accept(), accept(), accept()])
    const proposal = await row(proposal_id)

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(answers[0]?.body).toMatchObject({
      status: 'accepted',
      final_amount: '128800.00',
      accepted_at: expect.any(String),
    })
    expect(proposal).toMatchObject({
      status: 'accepted',
      metadata: { client_answer: { name: 'Jordan Avery', evidence: { consent: true } } },
    })
    expect((await api.as(DANA).get(`/api/requests/${request_id}`)).body.status).toBe('completed')
    expect((await api.as(DANA).get(`/api/requests/${request_id}/quotes`)).body.data).toMatchObject([
      { status: 'accepted' },
    ])
  })

  it('by the form works without scripts and ends on the page', async () => {
    const { token, proposal_id } = await sentProposal()

    const response = await visit(`/p/${token}/accept`, form({ name: 'Jordan Avery', consent: 'true' }))
    const page = await (await visit(response.headers.get('location') ?? '')).text()

    expect(response.status).toBe(303)
    expect(page).toContain('Accepted on')
    expect(page).not.toContain('<form')
    expect(await row(proposal_id)).toMatchObject({ status: 'accepted' })
  })

  it.each([
    ['without a name', { name: '  ', consent: true }, 'name'],
    ['without consent', { name: 'Jordan' }, 'consent'],
    ['with consent withheld', { name: 'Jordan', consent: false }, 'consent'],
    ['with an unknown field', { name: 'Jordan', consent: true, price: '1.00' }, 'price'],
  ])('%s is refused', async (_name, body, path) => {
    const { token, proposal_id } = await sentProposal()

    const answer = await api.anonymous.post(`/p/${token}/accept`, body)

    expect(answer).toMatchObject({ status: 422, body: { issues: [{ path }] } })
    expect(await row(proposal_id)).toMatchObject({ status: 'sent' })
  })

  it('by a form without the tick shows the page again, with what was typed', async () => {
    const { token } = await sentProposal()

    const response = await visit(`/p/${token}/accept`, form({ name: 'Somebody Else' }))
    const page = await response.text()

    expect(response.status).toBe(422)
    expect(page).toContain('Please tick that you accept the proposal')
    expect(page).toContain('value="Somebody Else"')
  })

  it('never happens by looking', async () => {
    const { token, proposal_id } = await sentProposal()

    expect((await visit(`/p/${token}/accept`)).status).toBe(405)
    expect(await row(proposal_id)).toMatchObject({ status: 'sent' })
  })
})

describe('declining', () => {
  it('takes the reason along and leaves the request open', async () => {
    const { token, proposal_id, request_id } = await sentProposal()

    const answer = await api.anonymous.post(`/p/${token}/reject`, { reason: 'Too expensive' })

    expect(answer).toMatchObject({ status: 200, body: { status: 'rejected' } })
    expect(await row(proposal_id)).toMatchObject({
      status: 'rejected',
      metadata: { client_answer: { reason: 'Too expensive' } },
    })
    expect((await api.as(DANA).get(`/api/requests/${request_id}`)).body.status).toBe('analyzing_proposals')
  })

  it('with a character that no table holds is refused, in both forms', async () => {
    const { token, proposal_id } = await sentProposal()
    const name = 'Jordan\0Avery'

    expect((await api.anonymous.post(`/p/${token}/accept`, { name, consent: true })).status).toBe(422)
    expect((await visit(`/p/${token}/accept`, form({ name, consent: 'true' }))).status).toBe(422)
    expect((await api.anonymous.post(`/p/${token}/reject`, { reason: name })).status).toBe(422)
    expect((await visit(`/p/${token}/reject`, form({ reason: name }))).status).toBe(422)
    expect(await row(proposal_id)).toMatchObject({ status: 'sent' })
  })

  it('after accepting is a conflict, in both forms', async () => {
    const { token } = await sentProposal()
    await api.anonymous.post(`/p/${token}/accept`, { name: 'Jordan', consent: true })

    expect((await api.anonymous.post(`/p/${token}/reject`, {})).status).toBe(409)
    expect((await visit(`/p/${token}/reject`, form({}))).status).toBe(409)
  })
})

describe('a link that leads nowhere', () => {
  it('looks the same whether it is unknown, expired or revoked', async () => {
    const expired = await sentProposal({ expires: '-1 second' })
    const revoked = await sentProposal()
    await api.sql.query('update private.proposal_links set revoked_at = now() where proposal_id = $1', [
      revoked.proposal_id,
    ])
    const tokens = [randomBytes(32).toString('base64url'), expired.token, revoked.token, 'short', '..%2f..%2fetc']

    const pages = await Promise.all(tokens.map((token) => visit(`/p/${token}`, { headers: { accept: 'text/html' } })))
    const bodies = new Set(await Promise.all(pages.map((page) => page.text())))

    expect(pages.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
    expect(bodies.size).toBe(1)
    expect(await api.anonymous.get(`/p/${revoked.token}`)).toMatchObject({
      status: 404,
      body: { code: 'not_found', instance: '/p/{token}' },
    })
    expect((await api.anonymous.post(`/p/${revoked.token}/accept`, { name: 'Eve', consent: true })).status).toBe(404)
    expect((await visit(`/p/${expired.token}/pdf`)).status).toBe(404)
    const json = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"Eve","consent":true}',
    }
    const refusal = await visit(`/p/${revoked.token}/accept`, json)
    expect(refusal.headers.get('content-type'), 'JSON is answered with JSON').toBe('application/problem+json')
  })

  it('cannot be guessed without end', async () => {
    const other = await startTestApi()
    try {
      const statuses = []
      for (let guess = 0; guess < 45; guess += 1) {
        statuses.push((await other.app.request(`/p/${randomBytes(32).toString('base64url')}`)).status)
      }

      expect(statuses.slice(0, 40).every((status) => status === 404)).toBe(true)
      expect(statuses.slice(40).every((status) => status === 429)).toBe(true)
    } finally {
      await other.close()
    }
  })

  it('belongs to nobody who is signed in as somebody else either', async () => {
    const { proposal_id } = await sentProposal()

    expect((await api.as(OMAR).get(`/api/proposals/${proposal_id}`)).status).toBe(404)
    expect((await api.as(OMAR).get(`/api/proposals/${proposal_id}/pdf`)).status).toBe(404)
    expect((await api.as(DANA).get(`/api/proposals/${proposal_id}/pdf`)).headers.get('content-type')).toBe(
      'application/pdf',
    )
  })
})
