import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { serveApi } from '../serve.ts'
import { ALEX, DANA, type Json, LENA, readEvents, type ServerEvent, startTestApi, type TestApi } from '../testing.ts'
import { claimTurn, END, passage } from '../testing-turns.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

const room = async (who: { sub: string } = DANA) => String((await api.as(who).post('/api/conversations', {})).body.id)
const say = (conversation_id: string, content: string, at: TestApi = api) =>
  at.as(DANA).post(`/api/conversations/${conversation_id}/messages`, { content })
const open = async (who: { sub: string }, path = '/api/events', last?: string, at: TestApi = api) =>
  readEvents(await at.as(who).send('GET', path, undefined, last === undefined ? {} : { 'last-event-id': last }))
const lastId = (events: ServerEvent[]) => events.findLast(({ id }) => id !== undefined)?.id
const words = (events: ServerEvent[]) =>
  events.filter(({ event }) => event === 'message.created').map(({ data }) => data.content)
const turnsOf = async (conversation_id: string) =>
  (await api.sql.query('select id from private.assistant_turns where conversation_id = $1', [conversation_id])).rows

describe('a reader who moves from one instance to another', () => {
  it('gets every event once and in order, through restarts of both', async () => {
    const here = await room()
    const written: string[] = []
    const write = async (at: TestApi, count: number) => {
      for (let n = 0; n < count; n += 1) {
        written.push(`word ${written.length}`)
        await say(here, String(written.at(-1)), at)
      }
    }
    const seen: ServerEvent[] = []
    let last: string | undefined
    for (let round = 0; round < 4; round += 1) {
      const instance = await startTestApi({}, api)
      const feed = await open(DANA, '/api/events', last, instance)
      await write(api, 3) // by another instance
      await write(instance, 3) // by the one that is read
      seen.push(...(await feed.until(({ data }) => data.content === written.at(-1))))
      last = lastId(seen)
      await instance.close() // a restart: the stream ends
      await write(api, 3) // while the reader is away
    }
    const feed = await open(DANA, '/api/events', last)
    seen.push(...(await feed.until(({ data }) => data.content === written.at(-1))))
    await feed.close()

    expect(words(seen)).toEqual(written)
    const ids = seen.flatMap(({ id }) => (id ? [Number(id)] : []))
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
  })

  it('gets what it missed although more was said than an instance keeps in memory', async () => {
    const here = await room()
    const before = await open(DANA, `/api/conversations/${here}/events`)
    await say(here, 'the last that was seen')
    const last = lastId(await before.until(({ data }) => data.content === 'the last that was seen'))
    await before.close()
    const keeping = await open(DANA) // keeps this instance's feed in memory meanwhile
    await api.sql.query(
      `insert into messages (conversation_id, sender_type, content, status)
       select $1, 'ai_assistant', 'line ' || n, 'sent' from generate_series(1, 1200) n`,
      [here],
    )
    await say(here, 'and one more')

    const feed = await open(DANA, `/api/conversations/${here}/events`, last)
    const missed = await feed.until(({ data }) => data.content === 'and one more')
    await Promise.all([feed.close(), keeping.close()])

    expect(words(missed)).toEqual([...Array.from({ length: 1200 }, (_, n) => `line ${n + 1}`), 'and one more'])
  })

  it('knows its place before anything happened', async () => {
    const here = await room()
    const response = await api.as(DANA).send('GET', '/api/events')
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    while (!/^id: \d+$/m.test(text)) text += (await reader?.read())?.value
    await reader?.cancel()
    await say(here, 'said in between')

    const feed = await open(DANA, '/api/events', /^id: (\d+)$/m.exec(text)?.[1])
    const missed = await feed.until(({ data }) => data.content === 'said in between')
    await feed.close()

    expect(words(missed)).toEqual(['said in between'])
  })

  it('is told to read everything anew when what it missed is gone, or never was', async () => {
    const here = await room(LENA)
    for (const content of ['one', 'two', 'three']) {
      await api.as(LENA).post(`/api/conversations/${here}/messages`, { content })
    }
    await api.sql.query(
      `delete from private.feed_events where iso_agent_id = $1 and position < (
         select max(position) from private.feed_events where iso_agent_id = $1)`,
      [LENA.id],
    )

    for (const last of ['0', '999999999']) {
      const feed = await open(LENA, '/api/events', last)
      const first = await feed.next()
      await feed.close()
      expect(first, last).toMatchObject({ event: 'reset', id: expect.stringMatching(/^\d+$/) })
    }
  })
})

describe('readers on one instance', () => {
  it('cost the database one reading for an event, however many they are, of however many brokers', async () => {
    const here = await room()
    await api.as(DANA).post(`/api/conversations/${here}/participants`, { email: LENA.email })
    const feeds = await Promise.all(Array.from({ length: 30 }, (_, n) => open(n % 2 ? DANA : LENA)))
    const calls = countingCalls('read_feeds')

    await say(here, 'to all of them')
    await Promise.all(feeds.map((feed) => feed.until(({ data }) => data.content === 'to all of them')))
    await Promise.all(feeds.map((feed) => feed.close()))

    expect(calls.stop()).toBeLessThanOrEqual(4) // two notifications, and what came with the message
  })
})

/** Counts calls of a SQL function that the service makes. */
function countingCalls(name: string) {
  const db = api.supabase.service
  const rpc = db.rpc.bind(db)
  let count = 0
  db.rpc = ((called: string, ...rest: unknown[]) => {
    if (called === name) count += 1
    return Reflect.apply(rpc, db, [called, ...rest])
  }) as typeof db.rpc
  return {
    stop() {
      db.rpc = rpc
      return count
    },
  }
}

describe('the assistant at work', () => {
  const background = async (conversation_id: string) => {
    const turn_id = crypto.randomUUID()
    await api.supabase.service
      .rpc('start_background_turn', {
        p_conversation_id: conversation_id,
        p_turn_id: turn_id,
        p_trigger: { kind: 'notice', text: 'Two quotes are in.' },
      })
      .throwOnError()
    return turn_id
  }

  it('is heard word by word also where nobody had asked', async () => {
    const here = await room()
    const feed = await open(DANA)
    const turn_id = await background(here)
    const worker = await claimTurn(api, turn_id)

    await worker.says(...passage('the-message', 'Two quotes'))
    const first = await feed.until(({ event }) => event === 'message.delta')
    await worker.says({ type: 'text-delta', id: '0', delta: ' are in' })
    const second = await feed.until(({ event }) => event === 'message.delta')
    await worker.says({ type: 'text-end', id: '0' }, { type: 'text-start', id: '1' })
    await worker.says({ type: 'text-delta', id: '1', delta: 'Elite Jets is best.' })
    const third = await feed.until(({ event }) => event === 'message.delta')
    await worker.ends('completed', 'Two quotes are in\n\nElite Jets is best.')
    const done = await feed.until(({ event, data }) => event === 'turn.updated' && data.status === 'completed')
    await feed.close()

    const about = { conversation_id: here, turn_id, message_id: 'the-message' }
    expect(first.at(-1)?.data).toEqual({ ...about, offset: 0, delta: 'Two quotes' })
    expect(second.at(-1)?.data).toEqual({ ...about, offset: 10, delta: ' are in' })
    expect(third.at(-1)?.data).toEqual({ ...about, offset: 17, delta: '\n\nElite Jets is best.' })
    expect(first.filter(({ data }) => data.turn_id === turn_id && data.status).map(({ data }) => data.status)).toEqual([
      'queued',
      'running',
    ])
    expect(done.length).toBeGreaterThan(0)
  })

  it('is heard from the beginning by a page that joins in the middle, and again when its worker died', async () => {
    const here = await room()
    const turn_id = await background(here)
    const worker = await claimTurn(api, turn_id)
    await worker.says(...passage('m1', 'Half an ans'))

    const feed = await open(DANA, `/api/conversations/${here}/events`)
    const joined = await feed.until(({ event }) => event === 'message.delta')
    await worker.dies()
    const another = await claimTurn(api, turn_id)
    await another.says(...passage('m1', 'A whole answer'))
    const anew = await feed.until(({ event }) => event === 'message.delta')
    await another.ends('stopped')
    await feed.close()

    expect(joined[0]).toMatchObject({ event: 'turn.updated', data: { turn_id, status: 'running' } })
    expect(joined.at(-1)?.data).toMatchObject({ offset: 0, delta: 'Half an ans' })
    expect(anew.at(-1)?.data).toMatchObject({ offset: 0, delta: 'A whole answer' })
  })

  it('is heard from another instance, and in no other room', async () => {
    const [here, elsewhere] = [await room(), await room()]
    const instance = await startTestApi({}, api)
    try {
      const [feed, other] = [
        await open(DANA, '/api/events', undefined, instance),
        await open(DANA, `/api/conversations/${elsewhere}/events`, undefined, instance),
      ]
      await say(here, 'hello')
      const [turn] = await turnsOf(here)
      const worker = await claimTurn(api, String(turn?.id))
      await worker.says(...passage('m2', 'Good day'), ...END)
      const told = await feed.until(({ event }) => event === 'message.delta')
      await say(elsewhere, 'hello there')
      const there = await other.until(({ data }) => data.content === 'hello there')
      await Promise.all([feed.close(), other.close(), worker.ends('completed', 'Good day')])

      expect(told.at(-1)?.data).toMatchObject({ delta: 'Good day' })
      expect(there.map(({ event }) => event)).not.toContain('message.delta')
    } finally {
      await instance.close()
    }
  })
})

describe('a stream', () => {
  it('ends with the time of its token', async () => {
    const authorization = `Bearer ${await api.signer.sign({ sub: DANA.sub }, { expires: '-3s' })}`

    const response = await api.app.request('/api/events', { headers: { authorization } })

    expect(response.status).toBe(200) // the clocks may be five seconds apart
    expect(await response.text()).toMatch(/^retry: 1000\n\nid: \d+\n\n/)
  })

  it('ends for a broker who may no longer read', async () => {
    const sub = 'user_leaving'
    await api.sql.query(
      `insert into iso_agents (clerk_user_id, email, full_name) values ($1, 'leaving@example.com', 'Leaving')`,
      [sub],
    )
    const response = await api.as({ sub }).send('GET', '/api/events')
    const { body } = await api.as({ sub }).post('/api/conversations', {})

    await api.sql.query('update iso_agents set is_active = false where clerk_user_id = $1', [sub])
    await api.sql.query(
      `insert into messages (conversation_id, sender_type, content, status) values ($1, 'ai_assistant', 'secret', 'sent')`,
      [body.id],
    )

    expect(await response.text()).not.toContain('secret')
  })

  it('is refused above 200 for one broker, and the others are not', async () => {
    const open = await Promise.all(Array.from({ length: 200 }, () => api.as(ALEX).send('GET', '/api/events')))

    const refused = await api.as(ALEX).get('/api/events')
    const [first, ...rest] = open
    await first?.body?.cancel()
    const again = await api.as(ALEX).send('GET', '/api/events')
    const other = await api.as(DANA).send('GET', '/api/events')
    await Promise.all([...rest, again, other].map(({ body }) => body?.cancel()))

    expect(refused).toMatchObject({ status: 429, body: { code: 'limit_exceeded' } })
    expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
    expect([again.status, other.status]).toEqual([200, 200])
  })
})

describe('readers that take nothing', () => {
  it('are dropped, and cost no memory that grows with what happens', { timeout: 120_000 }, async () => {
    const server = await serveApi({ app: api.app, port: 0, host: '127.0.0.1', log: api.log, onClosing: () => {} })
    try {
      const here = await room()
      const authorization = `Bearer ${await api.signer.sign({ sub: DANA.sub })}`
      const stuck = await Promise.all(
        Array.from({ length: 100 }, () => fetch(`${server.url}/api/events`, { headers: { authorization } })),
      )
      const healthy = await open(DANA)
      global.gc?.()
      const before = process.memoryUsage().rss

      for (let n = 0; n < 100; n += 1) await say(here, `${n} ${'x'.repeat(19_000)}`)
      await healthy.until(({ data }) => String(data.content).startsWith('99 '))
      const grown = process.memoryUsage().rss - before
      await Promise.all([...stuck.map(({ body }) => body?.cancel()), healthy.close()])

      // 100 readers × 2 MB would be 200 MB if it were queued for each.
      expect(grown / 1024 / 1024).toBeLessThan(120)
    } finally {
      await server.close()
    }
  })
})

describe('what is told once', () => {
  it('a room that is renamed or archived, and a seat that changes', async () => {
    const here = await room()
    const feed = await open(DANA)

    await api.as(DANA).patch(`/api/conversations/${here}`, { subject: 'Aspen', status: 'archived', is_priority: true })
    const renamed = (await feed.until(({ event }) => event === 'conversation.updated')).at(-1)
    await api.as(DANA).post(`/api/conversations/${here}/participants`, { email: LENA.email })
    const seated = (await feed.until(({ event }) => event === 'participant.updated')).at(-1)
    await feed.close()

    expect(renamed?.data).toMatchObject({
      id: here,
      subject: 'Aspen',
      status: 'archived',
      is_priority: true,
    } satisfies Json)
    expect(seated?.data).toMatchObject({ conversation_id: here, iso_agent_id: LENA.id, role: 'observer' })
  })
})
