import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ALEX, DANA, type Json, startTestApi, type TestApi } from './testing.ts'
import { documentOf, type Operation, operationsOf, type Schema } from './testing-contract.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

type Route = { path: string; method: string; operation: Operation }

/** What no answer may tell: how it is made inside. */
const INSIDE =
  /\bat \/|node_modules|\.ts:\d|select .+ from|syntax error|violates|postgres(ql)?:|PGRST|SUP\b|undefined|\[object/i

/** Anything but a success must be a problem that a page can turn into a sentence. */
function complaintAbout(where: string, { status, body, headers }: { status: number; body: Json; headers: Headers }) {
  if (status < 400) return []
  const complaints: string[] = []
  const isProblem = headers.get('content-type') === 'application/problem+json'
  if (!isProblem) complaints.push(`is no problem but ${headers.get('content-type')}`)
  for (const field of ['type', 'title', 'detail', 'instance', 'code', 'requestId']) {
    if (isProblem && typeof body[field] !== 'string') complaints.push(`has no ${field}`)
  }
  if (isProblem && body.status !== status) complaints.push(`says ${body.status}`)
  if (status >= 500) complaints.push('is our own failure')
  if (INSIDE.test(String(body.detail))) complaints.push(`tells too much: ${body.detail}`)
  return complaints.map((complaint) => `${where}: ${status} ${complaint}`)
}

/** Where a call would wait for a worker, or the answer is a stream or a page. */
const isApart = ({ path }: Route) => /\/(accept|cancel)$|events$|stream$|^\/p\/|^\/metrics|^\/mcp|^\/readyz/.test(path)
const signedIn = async () =>
  (await operationsOf(api)).filter(
    ({ operation, path }) => operation.security?.some((way) => 'bearer' in way) && path !== '/mcp',
  )

/** As an admin who is a broker too, with rows of Dana's own where the path names some. */
async function urlOf(path: string) {
  const own = async (query: string) =>
    String((await api.sql.query(query, [DANA.id])).rows[0]?.id ?? crypto.randomUUID())
  const kind = path.split('/')[2]
  const id =
    kind === 'clients'
      ? await own('select id from client_profiles where iso_agent_id = $1')
      : kind === 'requests'
        ? await own('select id from requests where iso_agent_id = $1 order by id')
        : kind === 'quotes'
          ? await own('select q.id from quotes q join requests r on r.id = q.request_id where r.iso_agent_id = $1')
          : kind === 'conversations' || kind === 'chat'
            ? String((await api.as(DANA).post('/api/conversations', {})).body.id)
            : crypto.randomUUID()
  return path
    .replace(/\{(id|conversation_id)\}/, id)
    .replace('{emoji}', encodeURIComponent('👍'))
    .replaceAll(/\{\w+\}/g, crypto.randomUUID())
}

async function send(route: Route, url: string, body?: unknown, headers?: Record<string, string>) {
  const who = route.path.startsWith('/api/admin') ? ALEX : DANA
  const response = await api.as(who).send(route.method, url, body, headers)
  if (/event-stream/.test(response.headers.get('content-type') ?? '')) {
    await response.body?.cancel()
    return { status: response.status, body: {}, headers: response.headers }
  }
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, body: (isJson && text ? JSON.parse(text) : {}) as Json, headers: response.headers }
}

const HOSTILE: unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  ' ',
  'x'.repeat(30_000),
  "'; drop table messages; --",
  '\u202e\u0007\ud800',
  '2026-02-30',
  'NaN',
  [],
  [[]],
  {},
  { $ne: null },
  '../../etc/passwd',
]

describe('every route', () => {
  it('answers a body of another shape with a problem', async () => {
    const wrong: string[] = []
    for (const route of (await signedIn()).filter((each) => each.operation.requestBody && !isApart(each))) {
      const url = await urlOf(route.path)
      const isForm = 'multipart/form-data' in (route.operation.requestBody?.content ?? {})
      const bodies = isForm
        ? []
        : ['[]', '"text"', '42', 'null', '{"nothing_like_this": 1}', '{', '', '{"__proto__": {"a": 1}}']
      for (const body of bodies) {
        const answer = await send(route, url, body)
        wrong.push(...complaintAbout(`${route.method} ${route.path} ${body}`, answer))
        if (body.startsWith('{"nothing') && answer.status < 400)
          wrong.push(`${route.method} ${route.path} took an unknown field`)
        if (body === '{' && answer.status !== 400) wrong.push(`${route.method} ${route.path} ${body}: ${answer.status}`)
      }
      const asText = await send(route, url, 'hello', { 'content-type': 'text/plain' })
      wrong.push(...complaintAbout(`${route.method} ${route.path} text/plain`, asText))
    }

    expect(wrong).toEqual([])
  })

  it('takes no JSON that is not written in UTF-8: it would be stored as another text than was sent', async () => {
    const wrong: string[] = []
    const latin1 = Buffer.from(
      '{"content": "Z\u00fcrich", "company_name": "Z\u00fcrich", "message": "Z\u00fcrich"}',
      'latin1',
    )
    for (const route of (await signedIn()).filter((each) => each.operation.requestBody)) {
      const isForm = 'multipart/form-data' in (route.operation.requestBody?.content ?? {})
      if (isForm) continue
      const who = route.path.startsWith('/api/admin') ? ALEX : DANA
      const response = await api.app.request(await urlOf(route.path), {
        method: route.method,
        headers: {
          authorization: `Bearer ${await api.signer.sign({ sub: who.sub })}`,
          'content-type': 'application/json; charset=utf-8',
        },
        body: latin1,
      })
      const body = (await response.json()) as Json
      wrong.push(
        ...complaintAbout(`${route.method} ${route.path}`, {
          status: response.status,
          body,
          headers: response.headers,
        }),
      )
      if (response.status !== 400 || body.code !== 'malformed_json') wrong.push(`${route.path}: ${response.status}`)
    }
    const mcp = await api.app.request('/mcp', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await api.signer.sign({ sub: DANA.sub })}`,
        'content-type': 'application/json',
      },
      body: latin1,
    })
    if (mcp.status !== 400) wrong.push(`/mcp: ${mcp.status}`)

    expect(wrong).toEqual([])
  })

  it('takes no text with half a character in it, and every one with both', async () => {
    const path = `/api/conversations/${(await api.as(DANA).post('/api/conversations', {})).body.id}/messages`
    const half = [String.raw`a\ud83db`, String.raw`\uD83D`, String.raw`\ude00\ud83d`, String.raw`\\\ude00`]
    for (const content of half) {
      const answer = await api.as(DANA).post(path, `{"content": "${content}"}`)
      expect({ content, status: answer.status, code: answer.body.code }).toEqual({
        content,
        status: 422,
        code: 'invalid_input',
      })
    }
    const whole: [string, string][] = [
      [String.raw`\ud83d\ude00`, '😀'],
      [String.raw`\\ud83d`, String.raw`\ud83d`],
    ]
    for (const [content, stored] of whole) {
      const answer = await api.as(DANA).post(path, `{"content": "${content}"}`)
      expect(answer).toMatchObject({ status: 201, body: { content: stored } })
    }
    const listed = await api.as(DANA).get(path)
    expect(listed.body.data).toHaveLength(whole.length)
  })

  it('answers every hostile value in every field with a problem, or takes it', { timeout: 240_000 }, async () => {
    const { components } = await documentOf(api)
    const fieldsOf = (schema: Schema | undefined): string[] => {
      if (!schema) return []
      if (schema.$ref) return fieldsOf(components.schemas[schema.$ref.split('/').at(-1) ?? ''])
      const inner = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
      return [...Object.keys(schema.properties ?? {}), ...inner.flatMap(fieldsOf)]
    }
    const wrong: string[] = []
    let calls = 0
    for (const route of (await signedIn()).filter((each) => each.operation.requestBody && !isApart(each))) {
      const schema = route.operation.requestBody?.content['application/json']?.schema
      const url = await urlOf(route.path)
      for (const field of new Set(fieldsOf(schema))) {
        for (const value of HOSTILE) {
          const answer = await send(route, url, { [field]: value })
          wrong.push(
            ...complaintAbout(`${route.method} ${route.path} ${field}=${JSON.stringify(value).slice(0, 40)}`, answer),
          )
          calls += 1
        }
      }
    }

    expect(wrong).toEqual([])
    expect(calls).toBeGreaterThan(800)
  })

  it('answers every wrong value in a query with a problem, or takes it', async () => {
    const wrong: string[] = []
    for (const route of (await signedIn()).filter((each) => !isApart(each))) {
      const url = await urlOf(route.path)
      for (const { name } of (route.operation.parameters ?? []).filter(({ in: place }) => place === 'query')) {
        for (const value of ['', '-1', 'abc', '1e9', '%00', '%ff', "' or 1=1", '[]', 'x'.repeat(600), '9'.repeat(40)]) {
          const query = `${name}=${/^%/.test(value) ? value : encodeURIComponent(value)}`
          wrong.push(
            ...complaintAbout(
              `${route.method} ${route.path}?${query.slice(0, 60)}`,
              await send(route, `${url}?${query}`),
            ),
          )
        }
      }
    }

    expect(wrong).toEqual([])
  })

  it('names the cursor, and nothing of what is in it, where it is not one of ours', async () => {
    const forged = [
      'nonsense',
      Buffer.from('null').toString('base64url'),
      Buffer.from('{"at": "yesterday", "created_at": "yesterday", "id": "x"}').toString('base64url'),
    ]
    for (const route of (await signedIn()).filter((each) => !isApart(each))) {
      if (!route.operation.parameters?.some(({ name }) => name === 'cursor')) continue
      for (const cursor of forged) {
        const { status, body } = await send(route, `${await urlOf(route.path)}?query=ab&cursor=${cursor}`)

        expect({ path: route.path, status, issues: body.issues }).toEqual({
          path: route.path,
          status: 422,
          issues: [{ path: 'cursor', message: expect.any(String) }],
        })
      }
    }
  })

  it('answers what is no id with the 404 of an id that nobody knows', async () => {
    const wrong: string[] = []
    for (const route of (await signedIn()).filter(({ path }) => path.includes('{id}'))) {
      const body = route.method === 'GET' || route.method === 'DELETE' ? undefined : '{}'
      for (const id of [
        '0',
        'null',
        '..%2f..%2fme',
        '%00',
        '%F0%9F%92%A9',
        '%ff',
        'x'.repeat(2_000),
        "1'--",
        '00000000-0000-0000-0000-00000000000g',
      ]) {
        const url = route.path.replace('{id}', id).replaceAll(/\{\w+\}/g, crypto.randomUUID())
        const answer = await send(route, url, body)
        wrong.push(...complaintAbout(`${route.method} ${url.slice(0, 80)}`, answer))
        if (answer.status !== 404) wrong.push(`${route.method} ${url.slice(0, 80)}: ${answer.status}`)
      }
    }

    expect(wrong).toEqual([])
  })

  it('answers another method with 405 and the methods that there are', async () => {
    const paths = Map.groupBy(await signedIn(), ({ path }) => path)
    for (const [path, routes] of paths) {
      const methods = new Set(routes.map(({ method }) => method))
      const [other] = ['PUT', 'DELETE', 'PATCH', 'POST'].filter((method) => !methods.has(method))
      if (path === '/api/messages/search' || !other) continue // a word where other methods have an id
      const answer = await api.as(path.startsWith('/api/admin') ? ALEX : DANA).call(other, await urlOf(path), {})

      expect({ path, status: answer.status }).toEqual({ path, status: 405 })
      expect(complaintAbout(path, answer)).toEqual([])
      const expected = [...methods, ...(methods.has('GET') ? ['HEAD'] : [])].sort()
      expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(expected)
    }
  })
})

describe('calls in a wrong order', () => {
  const open = async () => String((await api.as(DANA).post('/api/conversations', {})).body.id)

  it.each<[string, () => Promise<{ status: number; body: Json; headers: Headers }>, number]>([
    ['stopping where nobody speaks', async () => api.as(DANA).post(`/api/chat/${await open()}/stop`), 200],
    ['asking again where nobody has asked', async () => api.as(DANA).post(`/api/chat/${await open()}/retry`), 409],
    [
      'answering a message that is in no room',
      async () =>
        api.as(DANA).post(`/api/conversations/${await open()}/messages`, {
          content: 'x',
          parent_message_id: crypto.randomUUID(),
        }),
      422,
    ],
    [
      'sending again what has arrived',
      async () => {
        const { body } = await api.as(DANA).post(`/api/conversations/${await open()}/messages`, { content: 'x' })
        return api.as(DANA).post(`/api/messages/${body.id}/retry`)
      },
      409,
    ],
    [
      'editing what was deleted',
      async () => {
        const { body } = await api.as(DANA).post(`/api/conversations/${await open()}/messages`, { content: 'x' })
        await api.as(DANA).delete(`/api/messages/${body.id}`)
        return api.as(DANA).patch(`/api/messages/${body.id}`, { content: 'y' })
      },
      409,
    ],
    [
      'deleting twice',
      async () => {
        const { body } = await api.as(DANA).post(`/api/conversations/${await open()}/messages`, { content: 'x' })
        await api.as(DANA).delete(`/api/messages/${body.id}`)
        return api.as(DANA).delete(`/api/messages/${body.id}`)
      },
      200,
    ],
    [
      'reacting to what was deleted',
      async () => {
        const { body } = await api.as(DANA).post(`/api/conversations/${await open()}/messages`, { content: 'x' })
        await api.as(DANA).delete(`/api/messages/${body.id}`)
        return api.as(DANA).put(`/api/messages/${body.id}/reactions/${encodeURIComponent('👍')}`)
      },
      409,
    ],
    [
      'saying nothing',
      async () => api.as(DANA).post(`/api/conversations/${await open()}/messages`, { content: ' ' }),
      422,
    ],
    [
      'speaking as the system',
      async () =>
        api
          .as(DANA)
          .post(`/api/conversations/${await open()}/messages`, { content: 'x', content_type: 'system_notification' }),
      422,
    ],
  ])('%s has an answer', async (_what, act, status) => {
    const answer = await act()

    expect(answer.status).toBe(status)
    expect(complaintAbout('it', answer)).toEqual([])
  })
})
