import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALEX, DANA, OMAR, startTestApi, type TestApi } from './testing.ts'
import { operationsOf } from './testing-contract.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

describe('every answer', () => {
  it('carries security headers and a request id', async () => {
    const { headers } = await api.anonymous.get('/healthz', { 'x-request-id': 'abc-123' })

    expect(headers.get('x-request-id')).toBe('abc-123')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('access-control-allow-origin')).toBeNull()
  })
})

describe('a long list', () => {
  it('is packed for whoever takes it packed', async () => {
    const path = '/api/openapi.json'
    const plain = await api.app.request(path)
    const packed = await api.app.request(path, { headers: { 'accept-encoding': 'gzip' } })

    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(packed.headers.get('content-encoding')).toBe('gzip')
    expect(gunzipSync(await packed.arrayBuffer()).toString()).toBe(await plain.text())
  })
})

describe('a page of somebody else', () => {
  it.each([
    'https://evil.example',
    'null',
    'https://jetvision.example.com.evil.example',
    'http://jetvision.example.com',
  ])('at %s is never allowed to read an answer', async (origin) => {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    }
    for (const [method, path] of [
      ['OPTIONS', '/api/chat'],
      ['GET', '/api/me'],
      ['GET', '/api/openapi.json'],
    ] as const) {
      const answer = await api.anonymous.call(method, path, undefined, headers)

      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
      expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    }
  })
})

describe('a caller who is not let in', () => {
  it.each([
    ['no header', undefined],
    ['another scheme', 'Basic YTpi'],
    ['an empty token', 'Bearer '],
    ['no token at all', 'Bearer not.a.token'],
  ])('with %s gets 401 with the way to sign in', async (_name, authorization) => {
    const { status, body, headers } = await api.anonymous.get('/api/me', authorization ? { authorization } : {})

    expect(status).toBe(401)
    expect(body).toMatchObject({ code: 'unauthorized', status: 401, requestId: expect.any(String) })
    expect(headers.get('www-authenticate')).toMatch(/^Bearer /)
    expect(headers.get('content-type')).toBe('application/problem+json')
  })

  it('whose token is out of date gets 401', async () => {
    const authorization = `Bearer ${await api.signer.sign({ sub: DANA.sub }, { expires: '-1m' })}`

    expect((await api.anonymous.get('/api/me', { authorization })).status).toBe(401)
  })

  it('whom nobody knows here gets 403', async () => {
    expect(await api.as({ sub: 'user_stranger' }).get('/api/me')).toMatchObject({
      status: 403,
      body: { code: 'forbidden' },
    })
  })

  it('who was deactivated gets 403', async () => {
    await api.sql.query(
      `insert into iso_agents (clerk_user_id, email, full_name, is_active) values ('user_gone', 'gone@example.com', 'Gone', false)`,
    )

    expect((await api.as({ sub: 'user_gone' }).get('/api/me')).status).toBe(403)
  })

  it.each(['/api//me', '/%61pi/me', '/api/me.', '/api/nothing', '/api', '/mcp'])(
    'gets no further at %s',
    async (path) => {
      expect((await api.anonymous.get(path)).status).toBe(401)
    },
  )
})

describe('what cannot be used', () => {
  it('is 404 where it belongs to local mode only', async () => {
    expect((await api.anonymous.get('/api/dev/accounts')).status).toBe(404)
    expect((await api.anonymous.post('/api/dev/token', { email: DANA.email })).status).toBe(404)
  })

  it('is 404 where there is no such route', async () => {
    expect(await api.as(DANA).get('/api/nothing')).toMatchObject({
      status: 404,
      body: { code: 'not_found', instance: '/api/nothing', type: '/problems/not_found' },
    })
  })

  it('is 405 where the route has other methods', async () => {
    const { status, body, headers } = await api.as(DANA).call('DELETE', '/api/me')

    expect({ status, code: body.code, allow: headers.get('allow') }).toEqual({
      status: 405,
      code: 'method_not_allowed',
      allow: 'GET, HEAD, PATCH',
    })
  })

  it('is 400 for malformed JSON', async () => {
    expect(await api.as(DANA).post('/api/clients', '{"company_name": ')).toMatchObject({
      status: 400,
      body: { code: 'malformed_json' },
    })
  })

  it('is 415 for another kind of body', async () => {
    const answer = await api.as(DANA).post('/api/clients', 'company_name=Acme', {
      'content-type': 'application/x-www-form-urlencoded',
    })

    expect(answer).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } })
  })

  it('is 422 with every issue for unknown fields and bad values', async () => {
    const { status, body } = await api.as(DANA).post('/api/clients', { company_name: '', email: 'nope', owner: 'me' })

    expect(status).toBe(422)
    expect(body.code).toBe('invalid_input')
    expect((body.issues as { path: string }[]).map(({ path }) => path).sort()).toEqual([
      'company_name',
      'email',
      'owner',
    ])
  })

  it('is 413 for a body above the limit, with or without its length', async () => {
    const notes = 'x'.repeat(1024 * 1024)
    const whole = await api.as(DANA).post('/api/clients', { company_name: 'Big', notes })
    const chunked = await api.app.request('/api/clients', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await api.signer.sign({ sub: DANA.sub })}`,
        'content-type': 'application/json',
        'transfer-encoding': 'chunked',
      },
      body: JSON.stringify({ company_name: 'Big', notes }),
    })

    expect(whole).toMatchObject({ status: 413, body: { code: 'payload_too_large' } })
    expect(chunked.status).toBe(413)
  })

  it('is 422 for text that no table can hold, and for nesting without end', async () => {
    const nul = await api.as(DANA).post('/api/clients', '{"company_name": "a\\u0000b"}')
    const deep = await api.as(DANA).post('/api/clients', `{"preferences": ${'['.repeat(10_000)}${']'.repeat(10_000)}}`)

    expect([nul.status, deep.status]).toEqual([422, 422])
  })

  it('is 415 for a packed body', async () => {
    expect((await api.as(DANA).post('/api/clients', '{}', { 'content-encoding': 'gzip' })).status).toBe(415)
  })

  it('a defect is logged, and the caller learns nothing of it', async () => {
    const broken = await startTestApi({ ready: () => Promise.reject(new Error('password=hunter2 at /srv/secret.ts')) })
    try {
      const { status, body } = await broken.anonymous.get('/readyz')

      expect({ status, code: body.code }).toEqual({ status: 500, code: 'internal_error' })
      expect(JSON.stringify(body)).not.toMatch(/hunter2|secret/)
      expect(broken.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    } finally {
      await broken.close()
    }
  })
})

describe('the contract', () => {
  it('is readable as a page with nothing from elsewhere', async () => {
    const page = await api.app.request('/api/docs')
    const html = await page.text()
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path ?? '')

    expect(files.every((path) => path.startsWith('/api/docs/'))).toBe(true)
    for (const path of files) expect((await api.app.request(path)).status).toBe(200)
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    const slashed = await api.app.request('/api/docs/')
    expect([slashed.status, slashed.headers.get('location')]).toEqual([308, '/api/docs'])
  })

  it('lets nobody in anywhere without a token', async () => {
    const open = new Set<string>()
    for (const { path, method } of await operationsOf(api)) {
      const url = path.replaceAll(/\{\w+\}/g, crypto.randomUUID())
      const { status } = await api.anonymous.call(method, url, method === 'GET' ? undefined : {})
      if (status !== 401) open.add(`${method} ${path}`)
    }

    expect([...open].toSorted()).toEqual(OPEN)
  })
})

describe('the ids of another broker', () => {
  it('name nothing, on any route: the answer is that of an id that does not exist', async () => {
    const omars = await rowsOfOmar()
    const wrong: string[] = []
    for (const { path, method } of await operationsOf(api)) {
      if (!path.includes('{') || /^\/(api\/admin|p)\//.test(path)) continue
      for (const id of [...omars.for(path), crypto.randomUUID(), 'not-a-uuid']) {
        const url = path
          .replaceAll('{message_id}', crypto.randomUUID())
          .replaceAll('{participant_id}', crypto.randomUUID())
          .replaceAll(/\{(emoji|file_name)\}/g, 'a.txt')
          .replaceAll(/\{\w+\}/g, id)
        const answer = await api.as(DANA).send(method, url, bodyFor(method, path))
        await answer.body?.cancel()
        if (answer.status !== 404) wrong.push(`${method} ${url}: ${answer.status}`)
      }
    }

    expect(wrong).toEqual([])
  })

  it('cannot be smuggled in through a body', async () => {
    const { client, request } = await rowsOfOmar()
    const flight = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: '2099-05-01', passengers: 2 }

    expect((await api.as(DANA).post('/api/requests', { ...flight, client_profile_id: client })).status).toBe(404)
    expect((await api.as(DANA).post('/api/conversations', { request_id: request })).status).toBe(404)
    expect(
      (await api.as(DANA).post('/api/chat', { message: 'hello', conversation_id: (await rowsOfOmar()).conversation }))
        .status,
    ).toBe(404)
  })
})

describe('the administration', () => {
  it('is closed to brokers', async () => {
    for (const path of ['/api/admin/webhooks', '/api/admin/queues', '/api/admin/errors']) {
      expect((await api.as(DANA).get(path)).status).toBe(403)
    }
    expect((await api.as(DANA).post(`/api/admin/webhooks/${crypto.randomUUID()}/replay`)).status).toBe(403)
  })

  it('is open to admins', async () => {
    for (const path of ['/api/admin/webhooks?status=dead_letter', '/api/admin/errors']) {
      expect(await api.as(ALEX).get(path)).toMatchObject({
        status: 200,
        body: { data: expect.any(Array), next_cursor: null },
      })
    }
    expect((await api.as(ALEX).post(`/api/admin/webhooks/${crypto.randomUUID()}/replay`)).status).toBe(404)
  })

  it('reads in plain words what is wrong, for how long, how often and what to do; what is over for a week', async () => {
    const { request } = await rowsOfOmar()
    await api.sql.query(
      `insert into private.problems (kind, cause_key, request_id, details, told_at, closed_at) values
         ('dependency', 'a', null, '{"count": 4, "error": "The mail server\\nis away"}', now(), null),
         ('stuck_request', 'b', $1, '{"status": "awaiting_user_action", "since": "2026-01-01T00:00:00Z"}', now(), null),
         ('dead_letters', 'c', null, '{"count": 3, "error": "No crew"}', now(), now() - interval '6 days'),
         ('dead_letters', 'd', null, '{"count": 9, "error": "Long ago"}', now(), now() - interval '8 days')`,
      [request],
    )
    const { body } = await api.as(ALEX).get('/api/admin/errors?limit=100')
    const problems = (body.data as Record<string, unknown>[]).filter(({ kind }) => kind === 'problem')

    expect(problems).toHaveLength(3)
    expect(problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          what: '4 pieces of work wait for something that does not answer: The mail server is away.',
          advice: expect.stringMatching(/^Nothing is lost/),
          count: 4,
          closed_at: null,
        }),
        expect.objectContaining({
          what: expect.stringMatching(
            /^[A-Z]{4} – [A-Z]{4} of Omar Haddad stands still: its broker has to pick operators in Avinode\.$/,
          ),
          advice: expect.stringMatching(/^Its broker was told/),
          count: null,
          request_id: request,
        }),
        expect.objectContaining({ problem: 'dead_letters', count: 3, closed_at: expect.any(String) }),
      ]),
    )
  })
})

const FLIGHT = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: '2099-05-01', passengers: 2 }

/** Rows of Omar's, one for each kind of id. */
async function rowsOfOmar() {
  const one = async (query: string) => String((await api.sql.query(query, [OMAR.id])).rows[0]?.id)
  const client = await one('select id from client_profiles where iso_agent_id = $1')
  const request = await one('select id from requests where iso_agent_id = $1 order by created_at desc')
  const quote = await one('select q.id from quotes q join requests r on r.id = q.request_id where r.iso_agent_id = $1')
  const conversation = String((await api.as(OMAR).post('/api/conversations', { subject: 'Mine' })).body.id)
  const message = String(
    (await api.as(OMAR).post(`/api/conversations/${conversation}/messages`, { content: 'Hello' })).body.id,
  )
  const proposal = String(
    (
      await api.sql.query(
        `insert into proposals (request_id, iso_agent_id, quote_id, total_amount, margin_applied, final_amount)
         select q.request_id, $1, q.id, 100, 15, 115 from quotes q where q.id = $2 returning id`,
        [OMAR.id, quote],
      )
    ).rows[0]?.id,
  )
  const approval = crypto.randomUUID()
  await api.sql.query(
    `insert into approvals (id, iso_agent_id, action, payload, payload_sha256, expires_at)
     values ($1, $2, 'accept_quote', '{}', repeat('0', 64), now() + interval '1 hour')`,
    [approval, OMAR.id],
  )
  const all: Record<string, string> = {
    clients: client,
    requests: request,
    quotes: quote,
    conversations: conversation,
    chat: conversation,
    messages: message,
    proposals: proposal,
    approvals: approval,
  }
  for (const id of Object.values(all)) expect(id).toMatch(/^[0-9a-f-]{36}$/)
  return {
    ...{ client, request, quote, conversation },
    for: (path: string) => [all[path.split('/')[2] ?? ''] ?? ''].filter(Boolean),
  }
}

function bodyFor(method: string, path: string): unknown {
  if (method === 'GET' || method === 'DELETE') return undefined
  if (path.endsWith('/attachments')) {
    const form = new FormData()
    form.set('file', new File(['hello'], 'hello.txt', { type: 'text/plain' }))
    return form
  }
  if (path.endsWith('/messages') || path === '/api/messages/{id}') return { content: 'hello' }
  if (path.startsWith('/api/approvals/')) return { decision: 'approve' }
  if (path.endsWith('/participants')) return { email: DANA.email }
  if (path === '/api/requests/{id}') return { passengers: FLIGHT.passengers }
  return {}
}

/** What needs no token; webhooks have credentials of their own. */
const OPEN = [
  'GET /.well-known/oauth-protected-resource',
  'GET /.well-known/oauth-protected-resource/mcp',
  'GET /healthz',
  'GET /metrics',
  'GET /p/{token}',
  'GET /p/{token}/pdf',
  'GET /readyz',
  'POST /p/{token}/accept',
  'POST /p/{token}/reject',
]
