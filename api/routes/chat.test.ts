import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DANA, type Json, LENA, OMAR, readEvents, startTestApi, type TestApi } from '../testing.ts'
import { claimTurn, END, passage } from '../testing-turns.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

const claim = (turn_id: string) => claimTurn(api, turn_id)
const text = (...deltas: string[]) => passage('m1', ...deltas)

describe('saying something to the assistant', () => {
  it('streams its answer as a UI message stream, part by part, to the end', async () => {
    const response = await api.as(DANA).send('POST', '/api/chat', { message: 'Teterboro to LA for Acme, 8 people' })
    const turn_id = response.headers.get('x-turn-id') ?? ''
    const events = readEvents(response)
    const worker = await claim(turn_id)

    await worker.says(...text('Hello'))
    const first = await events.until(({ data }) => data.delta === 'Hello')
    await worker.says({ type: 'text-delta', id: '0', delta: ', Dana' }, ...END)
    await worker.ends('completed', 'Hello, Dana')
    const rest = await events.until(({ data }) => data.type === 'finish')
    const done = await events.next()

    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(response.headers.get('x-vercel-ai-ui-message-stream')).toBe('v1')
    expect(first.map(({ data }) => data.type)).toEqual(['start', 'text-start', 'text-delta'])
    expect(rest.map(({ data }) => data.type)).toEqual(['text-delta', 'text-end', 'finish'])
    expect(done?.data).toEqual({})
    expect(await events.next()).toBeUndefined()
    expect(api.enqueued).toContainEqual({ kind: 'turn', id: turn_id, attempt: 0 })
  })

  it('names the conversation in a header, and finds its message and the answer there', async () => {
    const response = await api.as(DANA).send('POST', '/api/chat', { message: 'Can you get me a quote to Paris?' })
    const conversation_id = response.headers.get('x-conversation-id') ?? ''
    const worker = await claim(response.headers.get('x-turn-id') ?? '')
    await worker.says(...text('From where?'), ...END)
    await worker.ends('completed', 'From where?')
    await response.text()

    const { body } = await api.as(DANA).get(`/api/conversations/${conversation_id}/messages`)
    const room = await api.as(DANA).get(`/api/conversations/${conversation_id}`)

    expect((body.data as Json[]).map(({ content }) => content)).toEqual([
      'From where?',
      'Can you get me a quote to Paris?',
    ])
    expect(room.body).toMatchObject({ subject: 'Can you get me a quote to Paris?', type: 'general_inquiry' })
  })

  it('is answered once, however often the same message is sent', async () => {
    const said = { message: 'hello', id: crypto.randomUUID() }

    const answers = await Promise.all([1, 2, 3].map(() => api.as(DANA).send('POST', '/api/chat', said)))
    await Promise.all(answers.map((answer) => answer.body?.cancel()))

    expect(new Set(answers.map(({ headers }) => headers.get('x-turn-id'))).size).toBe(1)
    expect(new Set(answers.map(({ headers }) => headers.get('x-conversation-id'))).size).toBe(1)
  })

  it('is not said twice with the same idempotency key', async () => {
    const key = { 'idempotency-key': 'click-1' }

    const answers = await Promise.all(
      [1, 2].map(() => api.as(DANA).send('POST', '/api/chat', { message: 'hello' }, key)),
    )
    const others = await api.as(LENA).send('POST', '/api/chat', { message: 'hello' }, key)
    await Promise.all([...answers, others].map((answer) => answer.body?.cancel()))

    expect(new Set(answers.map(({ headers }) => headers.get('x-turn-id'))).size).toBe(1)
    expect(others.headers.get('x-turn-id')).not.toBe(answers[0]?.headers.get('x-turn-id'))
  })

  it('takes what useChat of the AI SDK posts', async () => {
    const id = crypto.randomUUID()
    const messages = [
      { id: 'old', role: 'user', parts: [{ type: 'text', text: 'an older one' }] },
      { id: 'answer', role: 'assistant', parts: [{ type: 'text', text: 'yes?' }] },
      { id: 'new', role: 'user', parts: [{ type: 'text', text: 'make it 10 pax' }] },
    ]

    const response = await api.as(DANA).send('POST', '/api/chat', { id, messages, trigger: 'submit-message' })
    await response.body?.cancel()
    const { body } = await api.as(DANA).get(`/api/conversations/${id}/messages`)

    expect(response.headers.get('x-conversation-id')).toBe(id)
    expect(body.data).toMatchObject([{ content: 'make it 10 pax', sender_type: 'iso_agent' }])
  })

  it.each([
    ['nothing', { message: '   ' }, 'message: Say something'],
    ['no message', {}, 'message: This is missing'],
    ['an unknown field', { message: 'hello', model: 'gpt' }, 'model: This field does not exist'],
    ['a conversation that is no id', { message: 'hello', conversation_id: 'mine' }, 'conversation_id: This is no id'],
  ])('is refused with %s, in plain words', async (_name, body, detail) => {
    expect(await api.as(DANA).post('/api/chat', body)).toMatchObject({
      status: 422,
      body: { code: 'invalid_input', detail },
    })
  })
})

describe('a reader who leaves', () => {
  it('does not stop the answer, and reads it from its start when coming back', async () => {
    const response = await api.as(DANA).send('POST', '/api/chat', { message: 'hello' })
    const conversation_id = response.headers.get('x-conversation-id') ?? ''
    const worker = await claim(response.headers.get('x-turn-id') ?? '')
    await worker.says(...text('One', ' two'))
    await response.body?.cancel()

    const again = readEvents(await api.as(DANA).send('GET', `/api/chat/${conversation_id}/stream`))
    await again.until(({ data }) => data.delta === ' two')
    await worker.says({ type: 'text-delta', id: '0', delta: ' three' }, ...END)
    await worker.ends('completed', 'One two three')
    const rest = await again.until(({ data }) => data.type === 'finish')

    expect(rest.flatMap(({ data }) => data.delta ?? [])).toEqual([' three'])
  })

  it('finds nothing to read when the assistant is idle', async () => {
    const { body } = await api.as(DANA).post('/api/conversations', { subject: 'Quiet' })

    expect((await api.as(DANA).get(`/api/chat/${body.id}/stream`)).status).toBe(204)
    expect(await api.as(DANA).post(`/api/chat/${body.id}/stop`)).toMatchObject({
      status: 200,
      body: { stopped: false },
    })
  })
})

describe('a turn that does not end well', () => {
  it('ends the stream with an abort after Stop', async () => {
    const response = await api.as(DANA).send('POST', '/api/chat', { message: 'hello' })

    const stopped = await api.as(DANA).post(`/api/chat/${response.headers.get('x-conversation-id')}/stop`)

    expect(stopped.body).toEqual({ stopped: true })
    expect(await response.text()).toContain('{"type":"abort"}')
  })

  it('ends the stream with an error that says what to do', async () => {
    const response = await api.as(DANA).send('POST', '/api/chat', { message: 'hello' })
    const worker = await claim(response.headers.get('x-turn-id') ?? '')

    await worker.ends('failed')

    expect(await response.text()).toMatch(/"type":"error".*Please ask again.*\[DONE\]/s)
  })

  it('ends the stream in words when something is down, and keeps the message', async () => {
    const response = await api.as(DANA).send('POST', '/api/chat', { message: 'hello' })
    const { turn } = await claim(response.headers.get('x-turn-id') ?? '')

    const later = new Date(Date.now() + 60_000).toISOString()
    await api.sql.query('select defer_turn($1, $2, $3, $4)', [turn.turn_id, turn.claim_token, later, 'model down'])

    expect(await response.text()).toMatch(/Your message is kept.*"finish".*\[DONE\]/s)
  })
})

describe('another broker', () => {
  it('can neither read nor stop nor join the conversation', async () => {
    const response = await api.as(DANA).send('POST', '/api/chat', { message: 'hello' })
    const conversation_id = response.headers.get('x-conversation-id') ?? ''
    await response.body?.cancel()

    const answers = await Promise.all([
      api.as(OMAR).get(`/api/chat/${conversation_id}/stream`),
      api.as(OMAR).post(`/api/chat/${conversation_id}/stop`),
      api.as(OMAR).post('/api/chat', { message: 'hello', conversation_id }),
      api.as(OMAR).post('/api/chat', {
        id: conversation_id,
        messages: [{ role: 'user', parts: [{ type: 'text', text: 'hello' }] }],
      }),
      api.as(OMAR).get(`/api/conversations/${conversation_id}/events`),
    ])

    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 404, 404])
  })
})
