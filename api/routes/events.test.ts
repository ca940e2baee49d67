import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DANA, type Json, LENA, readEvents, startTestApi, type TestApi } from '../testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

const room = async (who: { sub: string }) => String((await api.as(who).post('/api/conversations', {})).body.id)
const say = (who: { sub: string }, conversation_id: string, content: string) =>
  api.as(who).post(`/api/conversations/${conversation_id}/messages`, { content })
const open = async (who: { sub: string }, path: string, headers: Record<string, string> = {}) =>
  readEvents(await api.as(who).send('GET', path, undefined, headers))

describe('the feed', () => {
  it('tells of a message with the row and a position', async () => {
    const conversation_id = await room(DANA)
    const feed = await open(DANA, '/api/events')

    await say(DANA, conversation_id, 'Good morning')
    const told = (await feed.until(({ event }) => event === 'message.created')).at(-1)
    await feed.close()

    expect(told).toMatchObject({
      id: expect.stringMatching(/^\d+$/),
      data: { conversation_id, content: 'Good morning' },
    })
  })

  it('goes on after the last event that was seen, and neither skips nor repeats', async () => {
    const conversation_id = await room(DANA)
    const before = await open(DANA, '/api/events')
    await say(DANA, conversation_id, 'one')
    const seen = (await before.until(({ data }) => data.content === 'one')).at(-1)
    await before.close()
    for (const word of ['two', 'three']) await say(DANA, conversation_id, word)

    const after = await open(DANA, '/api/events', { 'last-event-id': seen?.id ?? '' })
    await say(DANA, conversation_id, 'four')
    const missed = await after.until(({ data }) => data.content === 'four')
    await after.close()

    const words = missed.filter(({ event }) => event === 'message.created').map(({ data }) => data.content)
    expect(words).toEqual(['two', 'three', 'four'])
    const positions = missed.flatMap(({ id }) => (id ? [Number(id)] : []))
    expect(positions).toEqual([...positions].sort((a, b) => a - b))
  })

  it('of one room leaves the others out', async () => {
    const [here, elsewhere] = [await room(DANA), await room(DANA)]
    const feed = await open(DANA, `/api/conversations/${here}/events`)

    await say(DANA, elsewhere, 'not here')
    await say(DANA, here, 'here')
    const told = await feed.until(({ data }) => data.content === 'here')
    await feed.close()

    expect(told.every(({ data }) => data.conversation_id === here)).toBe(true)
  })

  it('never tells of what is somebody else’s', async () => {
    const feed = await open(LENA, '/api/events')
    await say(DANA, await room(DANA), 'private')
    const mine = await room(LENA)
    await say(LENA, mine, 'mine')

    const told = await feed.until(({ data }) => data.content === 'mine')
    await feed.close()

    expect(told.filter(({ data }) => data.content === 'private')).toEqual([])
  })

  it('carries the assistant’s words as they come', async () => {
    const conversation_id = await room(DANA)
    const feed = await open(DANA, '/api/events')
    await say(DANA, conversation_id, 'hello')
    const turn_id = api.enqueued.filter(({ kind }) => kind === 'turn').at(-1)?.id ?? ''
    const { data } = await api.supabase.service.rpc('claim_turn', { p_turn_id: turn_id })
    const chunks = [
      { type: 'start', messageId: 'the-answer' },
      { type: 'text-start', id: '0' },
      { type: 'text-delta', id: '0', delta: 'Good day' },
    ]
    const { claim_token } = data as { claim_token: string }
    await api.supabase.service
      .rpc('append_turn_chunks', { p_turn_id: turn_id, p_claim_token: claim_token, p_first_seq: 0, p_chunks: chunks })
      .throwOnError()

    const told = (await feed.until(({ event }) => event === 'message.delta')).at(-1)
    await feed.close()

    expect(told).toEqual({
      event: 'message.delta',
      data: { conversation_id, turn_id, message_id: 'the-answer', offset: 0, delta: 'Good day' },
    })
  })

  it('shows who is typing, to those in the room', async () => {
    const conversation_id = await room(DANA)
    await api
      .as(DANA)
      .post(`/api/conversations/${conversation_id}/participants`, { email: LENA.email, role: 'iso_agent' })
    const feed = await open(LENA, '/api/events')

    const { status } = await api.as(DANA).post(`/api/conversations/${conversation_id}/typing`, { is_typing: true })
    const told = (await feed.until(({ event }) => event === 'typing')).at(-1)
    await feed.close()

    expect(status).toBe(204)
    expect(told?.data).toEqual({ conversation_id, iso_agent_id: DANA.id, name: expect.any(String), is_typing: true })
  })

  it('tells when somebody has read', async () => {
    const conversation_id = await room(DANA)
    await say(DANA, conversation_id, 'hello')
    const feed = await open(DANA, '/api/events')

    await api.as(DANA).post(`/api/conversations/${conversation_id}/read`, {})
    const told = (await feed.until(({ event }) => event === 'read')).at(-1)
    await feed.close()

    expect(told?.data).toMatchObject({ conversation_id, iso_agent_id: DANA.id })
  })

  it('shows of a deleted message only that it was there', async () => {
    const conversation_id = await room(DANA)
    const { body } = await say(DANA, conversation_id, 'a secret')
    const feed = await open(DANA, '/api/events')

    await api.as(DANA).delete(`/api/messages/${body.id}`)
    const told = (await feed.until(({ event, data }) => event === 'message.updated' && data.deleted_at !== null)).at(-1)
    await feed.close()

    expect(told?.data.content).toBeNull()
    expect(JSON.stringify(told)).not.toContain('a secret')
  })

  it('opens no stream for who asks for its head alone', async () => {
    const openStreams = async () =>
      /^http_event_streams (\d+)/m.exec(await (await api.app.request('/metrics')).text())?.[1]
    const before = await openStreams()
    const answer = await api.as(DANA).send('HEAD', '/api/events')

    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    await expect.poll(openStreams).toBe(before)
  })

  it('refuses a position that is none', async () => {
    expect((await api.as(DANA).get('/api/events', { 'last-event-id': 'yesterday' })).status).toBe(422)
  })
})

describe('a service that closes', () => {
  it('is no longer ready and ends its streams, which tell readers to come back', async () => {
    const closing = new AbortController()
    const other = await startTestApi({ closing: closing.signal })
    try {
      const response = await other.as(DANA).send('GET', '/api/events')
      closing.abort()

      expect(await response.text()).toContain('retry: 1000')
      expect(await other.anonymous.get('/readyz')).toMatchObject({
        status: 503,
        body: { status: 'closing' } satisfies Json,
      })
      expect((await other.anonymous.get('/healthz')).status).toBe(200)
    } finally {
      await other.close()
    }
  })
})
