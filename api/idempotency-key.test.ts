import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, DANA, OMAR, startTestApi, type TestApi } from './testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({
    mcp: async (_request, { newId }) => Response.json({ ids: [newId('message'), newId('message')] }),
  })
})
afterAll(() => api.close())

const FLIGHT = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: '2099-05-01', passengers: 4 }
const REUSED = { status: 422, body: { code: 'idempotency_key_reused' } }

const fresh = () => ({ 'idempotency-key': randomUUID() })
const post = (path: string, body: unknown, key: Record<string, string>) => api.as(DANA).post(path, body, key)
const openRoom = async () => String((await api.as(DANA).post('/api/conversations', {})).body.id)

/** What a call to the assistant began, without waiting for an answer that nobody gives here. */
async function ask(body: unknown, key: Record<string, string>): Promise<Answer> {
  const response = await api.as(DANA).send('POST', '/api/chat', body, key)
  const turn = response.headers.get('x-turn-id')
  if (turn === null)
    return { status: response.status, body: (await response.json()) as Answer['body'], headers: response.headers }
  await response.body?.cancel()
  return { status: response.status, body: { id: turn }, headers: response.headers }
}

/** How many rows a broker has. */
const count = async (table: 'client_profiles' | 'requests' | 'conversations' | 'messages') => {
  const { data } = await api.supabase.forBroker(DANA.sub).from(table).select('id').limit(10_000)
  return data?.length ?? 0
}

describe('with the same idempotency key', () => {
  const calls: [string, string, Record<string, unknown>, Record<string, unknown>, Parameters<typeof count>[0]][] = [
    ['a client', '/api/clients', { company_name: 'Once' }, { phone: '+1 201 555 0100' }, 'client_profiles'],
    ['a request', '/api/requests', { ...FLIGHT }, { passengers: 5 }, 'requests'],
    ['a request of another day', '/api/requests', { ...FLIGHT }, { departure_date: '2099-05-02' }, 'requests'],
    ['a room', '/api/conversations', { subject: 'Once' }, { subject: 'Twice' }, 'conversations'],
  ]

  it.each(calls)(
    '%s is made once, however often and however fast it is asked for',
    async (_what, path, body, _other, table) => {
      const [key, own] = [fresh(), 'company_name' in body ? { company_name: `Once ${randomUUID()}` } : {}]
      const before = await count(table)

      const answers = await Promise.all(Array.from({ length: 20 }, () => post(path, { ...body, ...own }, key)))

      expect(new Set(answers.map(({ status, body: { id } }) => `${status} ${id}`)).size).toBe(1)
      expect(answers[0]?.status).toBe(201)
      expect((await count(table)) - before).toBe(1)
    },
  )

  it.each(calls)('%s is refused with another body', async (_what, path, body, other, table) => {
    const [key, own] = [fresh(), 'company_name' in body ? { company_name: `Else ${randomUUID()}` } : {}]
    const first = await post(path, { ...body, ...own }, key)
    const before = await count(table)

    expect(await post(path, { ...body, ...own, ...other }, key)).toMatchObject(REUSED)
    expect((await post(path, { ...body, ...own }, key)).body.id).toBe(first.body.id)
    expect(await count(table)).toBe(before)
  })

  it('another name of a client is refused too', async () => {
    const key = fresh()
    await post('/api/clients', { company_name: `One ${randomUUID()}` }, key)

    expect(await post('/api/clients', { company_name: `Two ${randomUUID()}` }, key)).toMatchObject(REUSED)
  })

  it('of twenty different requests at once one is made', async () => {
    const [key, before] = [fresh(), await count('requests')]

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) => post('/api/requests', { ...FLIGHT, passengers: at + 1 }, key)),
    )

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(19).fill(422)])
    expect((await count('requests')) - before).toBe(1)
  })

  it('a message is posted once, and refused with other words, another file or in another room', async () => {
    const [key, room, other] = [fresh(), await openRoom(), await openRoom()]
    const path = `/api/conversations/${room}/messages`
    const root = await api.as(DANA).post(path, { content: 'root' })
    const before = await count('messages')

    const answers = await Promise.all(Array.from({ length: 20 }, () => post(path, { content: 'hello' }, key)))

    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
    expect((await count('messages')) - before).toBe(1)
    expect(await post(path, { content: 'bye' }, key)).toMatchObject(REUSED)
    expect(await post(path, { content: 'hello', parent_message_id: root.body.id }, key)).toMatchObject(REUSED)
    expect(await post(`/api/conversations/${other}/messages`, { content: 'hello' }, key)).toMatchObject(REUSED)
    expect((await count('messages')) - before).toBe(1)
  })

  it('a message that was edited since is still the answer to the same words, and to no others', async () => {
    const [key, path] = [fresh(), `/api/conversations/${await openRoom()}/messages`]
    const { body: message } = await post(path, { content: 'helo' }, key)
    await api.as(DANA).patch(`/api/messages/${message.id}`, { content: 'hello' })

    expect(await post(path, { content: 'helo' }, key)).toMatchObject({ status: 201, body: { id: message.id } })
    expect(await post(path, { content: 'other' }, key)).toMatchObject(REUSED)
  })

  it('the assistant is asked once, and never something else or elsewhere', async () => {
    const [key, room] = [fresh(), await openRoom()]
    const question = { message: 'hello', conversation_id: room }

    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(question, key)))
    const before = await count('conversations')

    expect(new Set(answers.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1)
    expect(await ask({ ...question, message: 'bye' }, key)).toMatchObject(REUSED)
    expect(await ask({ ...question, conversation_id: await openRoom() }, key)).toMatchObject(REUSED)
    expect(await ask({ message: 'hello' }, key)).toMatchObject(REUSED)
    expect((await count('conversations')) - before).toBe(1) // the one that was opened here
  })

  it('a file is uploaded once, and refused with other bytes or under another name', async () => {
    const [key, path] = [fresh(), `/api/conversations/${await openRoom()}/attachments`]
    const upload = (text: string, name: string) => {
      const form = new FormData()
      form.set('file', new File([text], name))
      return api.as(DANA).post(path, form, key)
    }

    const first = await upload('passports', 'guests.txt')

    expect(first.status).toBe(201)
    expect(await upload('passports', 'guests.txt')).toMatchObject({ status: 201, body: first.body })
    expect(await upload('other', 'guests.txt')).toMatchObject(REUSED)
    expect(await upload('passports', 'others.txt')).toMatchObject(REUSED)
  })

  it('another broker, or another kind of thing, is not concerned', async () => {
    const key = fresh()
    const one = await post('/api/requests', FLIGHT, key)
    const room = await post('/api/conversations', {}, key)
    const two = await api.as(OMAR).post('/api/requests', { ...FLIGHT, passengers: 9 }, key)

    expect([one.status, room.status, two.status]).toEqual([201, 201, 201])
    expect(two.body.id).not.toBe(one.body.id)
  })

  it('calls of an MCP client are not one: it sends the same headers with each', async () => {
    const key = fresh()
    const ids = [await post('/mcp', {}, key), await post('/mcp', {}, key)].flatMap(({ body }) => body.ids)

    expect(new Set(ids).size).toBe(4)
  })

  it('a key without characters, or with too many, is refused', async () => {
    for (const key of ['', 'x'.repeat(256)]) {
      expect(await post('/api/requests', FLIGHT, { 'idempotency-key': key })).toMatchObject({
        status: 422,
        body: { code: 'invalid_input', issues: [{ path: 'Idempotency-Key' }] },
      })
    }
  })
})

describe('an id chosen by the caller', () => {
  it('of a message stands for the first words: others are a conflict', async () => {
    const [id, path] = [randomUUID(), `/api/conversations/${await openRoom()}/messages`]
    const first = await api.as(DANA).post(path, { id, content: 'hello' })

    expect(await api.as(DANA).post(path, { id, content: 'hello' })).toMatchObject({ status: 201, body: first.body })
    expect(await api.as(DANA).post(path, { id, content: 'bye' })).toMatchObject({
      status: 409,
      body: { code: 'conflict' },
    })
    expect(await ask({ id, message: 'hello' }, {})).toMatchObject({ status: 409, body: { code: 'conflict' } })
  })

  it('of a room stands for that room', async () => {
    const id = randomUUID()
    const first = await api.as(DANA).post('/api/conversations', { id, subject: 'one' })

    expect(await api.as(DANA).post('/api/conversations', { id, subject: 'one' })).toMatchObject({ body: first.body })
    expect(await api.as(DANA).post('/api/conversations', { id, subject: 'two' })).toMatchObject({ status: 409 })
  })
})
