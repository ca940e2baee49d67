import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DANA, type Json, LENA, OMAR, readEvents, startTestApi, type TestApi } from '../testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

const dataOf = ({ body }: { body: Json }) => body.data as Json[]
const one = async (text: string, values: unknown[] = []) => (await api.sql.query(text, values)).rows[0] as Json

/** A room of Dana's with Lena in it, and how each of them speaks and reads there. */
async function together(role: 'iso_agent' | 'observer' = 'iso_agent') {
  const { body } = await api.as(DANA).post('/api/conversations', { subject: 'Together' })
  const path = `/api/conversations/${body.id}`
  const { body: lena } = await api.as(DANA).post(`${path}/participants`, { email: LENA.email, role })
  return {
    id: String(body.id),
    path,
    seat: lena,
    says: async (who: { sub: string }, content: string, more: Json = {}) =>
      (await api.as(who).post(`${path}/messages`, { content, ...more })).body,
    of: async (who: { sub: string }) => (await api.as(who).get(path)).body,
    listed: async (who: { sub: string }) =>
      dataOf(await api.as(who).get('/api/conversations?limit=100')).find(({ id }) => id === body.id),
    messages: async (who: { sub: string } = DANA, query = '') =>
      dataOf(await api.as(who).get(`${path}/messages${query}`)),
  }
}

let rooms = 0
/** The room of an RFQ: Dana, the assistant, and an operator who reads along in Avinode. */
async function withOperator() {
  rooms += 1
  const request = await one(
    `insert into requests (iso_agent_id, departure_airport, arrival_airport, departure_date, passengers)
     values ($1, 'KTEB', 'KVNY', '2099-05-01', 4) returning id`,
    [DANA.id],
  )
  const operator = await one(
    `insert into operator_profiles (avinode_operator_id, company_name) values ($1, $2) returning id`,
    [`acompany-rooms-${rooms}`, `Northgate ${rooms}`],
  )
  const room = await one(
    `insert into conversations (request_id, type, subject, avinode_thread_id, metadata)
     values ($1, 'quote_discussion', 'Northgate', $2, '{"rfq": {"canceled": false}}') returning id`,
    [request.id, `arfq-rooms-${rooms}`],
  )
  await api.sql.query(
    `insert into conversation_participants (conversation_id, iso_agent_id, operator_profile_id, role, can_invite)
     values ($1, $2, null, 'iso_agent', true), ($1, null, null, 'ai_assistant', false), ($1, null, $3, 'operator', false)`,
    [room.id, DANA.id, operator.id],
  )
  const { service } = api.supabase
  const lease = async (id: unknown) => {
    const { data } = await service.rpc('claim_outbox', { p_id: String(id) })
    return { p_id: String(id), p_claim_token: String((data as Json | null)?.claim_token) }
  }
  return {
    path: `/api/conversations/${room.id}`,
    id: String(room.id),
    write: (content: string, more: Json = {}) =>
      api.as(DANA).post(`/api/conversations/${room.id}/messages`, { content, ...more }),
    state: async (id: unknown) => (await api.as(DANA).get(`/api/messages/${id}`)).body,
    /** Avinode takes the message. */
    async takes(id: unknown, avinode_message_id: string) {
      await service.rpc('complete_outbox', { ...(await lease(id)), p_result: { avinode_message_id } }).throwOnError()
    },
    /** Avinode refuses it, for good. */
    async refuses(id: unknown) {
      const failed = { p_error: 'Refused', p_uses_attempt: true, p_retry_at: null, p_final: true }
      await service.rpc('fail_outbox', { ...(await lease(id)), ...failed }).throwOnError()
    },
    /** Avinode's notification shows the message. */
    async shows(message_id: unknown) {
      const event = await one(
        `insert into avinode_webhook_events (event_type, avinode_event_id, raw_payload) values ('message_received', $1, '{}') returning id`,
        [crypto.randomUUID()],
      )
      await api.sql.query('select claim_webhook_event($1)', [event.id])
      await api.sql.query('select complete_webhook_event($1, p_message_id => $2)', [event.id, message_id])
    },
    answers: (content: string) =>
      api.sql.query(
        `insert into messages (conversation_id, sender_type, sender_operator_id, content, status) values ($1, 'operator', $2, $3, 'delivered')`,
        [room.id, operator.id, content],
      ),
  }
}

describe('who only observes', () => {
  it('reads everything and changes nothing', async () => {
    const room = await together('observer')
    const message = await room.says(DANA, 'Look')
    const lena = api.as(LENA)
    const emoji = encodeURIComponent('👍')
    const form = new FormData()
    form.set('file', new File(['hello'], 'hello.txt'))

    const refused = await Promise.all([
      lena.post(`${room.path}/messages`, { content: 'hi' }),
      lena.post(`${room.path}/typing`, {}),
      lena.put(`/api/messages/${message.id}/reactions/${emoji}`),
      lena.patch(room.path, { subject: 'Mine now' }),
      lena.post(`${room.path}/participants`, { email: OMAR.email }),
      lena.post(`${room.path}/attachments`, form),
      lena.patch(`/api/messages/${message.id}`, { content: 'changed' }),
      lena.delete(`/api/messages/${message.id}`),
      lena.post('/api/chat', { message: 'hi', conversation_id: room.id }),
      lena.post(`/api/chat/${room.id}/retry`),
    ])

    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403))
    expect(await room.messages(LENA)).toMatchObject([{ content: 'Look' }])
    expect((await lena.post(`${room.path}/read`, {})).status).toBe(204)
    expect(await room.of(DANA)).toMatchObject({ subject: 'Together' })
  })
})

describe('a seat', () => {
  it('shows by name who takes part, and what each may do', async () => {
    const room = await together()

    const seats = dataOf(await api.as(LENA).get(`${room.path}/participants`))

    expect(seats).toMatchObject([
      { name: expect.stringMatching(/^Dana/), role: 'iso_agent', can_reply: true, can_invite: true },
      { name: 'JetVision', role: 'ai_assistant', online_status: null },
      { name: expect.stringMatching(/^Lena/), role: 'iso_agent', can_reply: true, can_invite: false },
    ])
  })

  it('is changed by who may invite, down to observing and back', async () => {
    const room = await together()
    const path = `${room.path}/participants/${room.seat.id}`

    expect((await api.as(LENA).patch(path, { can_invite: true })).status).toBe(403)
    expect((await api.as(DANA).patch(path, { role: 'observer' })).body).toMatchObject({
      role: 'observer',
      can_reply: false,
    })
    expect((await api.as(LENA).post(`${room.path}/messages`, { content: 'hi' })).status).toBe(403)
    expect((await api.as(DANA).patch(path, { can_reply: true })).status).toBe(422)
    expect((await api.as(DANA).patch(path, { role: 'iso_agent', can_invite: true })).body).toMatchObject({
      can_reply: true,
      can_invite: true,
    })
    expect((await api.as(LENA).post(`${room.path}/participants`, { email: OMAR.email })).status).toBe(201)
    expect((await api.as(DANA).patch(`${room.path}/participants/${crypto.randomUUID()}`, {})).status).toBe(404)
  })

  it('is left, or taken away, and then the room is gone for whoever sat there', async () => {
    const [left, taken] = [await together(), await together()]

    expect((await api.as(LENA).delete(`${left.path}/participants/${left.seat.id}`)).status).toBe(204)
    expect((await api.as(DANA).delete(`${taken.path}/participants/${taken.seat.id}`)).status).toBe(204)

    for (const { path } of [left, taken]) {
      expect((await api.as(LENA).get(path)).status).toBe(404)
      expect(dataOf(await api.as(DANA).get(`${path}/participants`))).toHaveLength(2)
    }
    expect((await api.as(DANA).post(`${left.path}/participants`, { email: LENA.email })).status).toBe(201)
  })

  it('of the assistant, the operator and the request’s own broker stays', async () => {
    const room = await withOperator()
    const seats = dataOf(await api.as(DANA).get(`${room.path}/participants`))

    for (const { id } of seats) {
      expect((await api.as(DANA).delete(`${room.path}/participants/${id}`)).status).toBe(409)
    }
  })
})

describe('a thread', () => {
  it('counts its replies, and is read alone', async () => {
    const room = await together()
    const root = await room.says(DANA, 'Which aircraft?')
    const reply = await room.says(LENA, 'The G650', { parent_message_id: root.id })
    await room.says(DANA, 'Why?', { parent_message_id: reply.id })
    await room.says(DANA, 'Something else')

    const thread = await room.messages(LENA, `?thread_root_id=${root.id}`)
    const first = (await api.as(DANA).get(`${room.path}/messages?thread_root_id=${root.id}&limit=1`)).body

    expect(thread.map(({ content }) => content)).toEqual(['Why?', 'The G650'])
    expect(thread).toMatchObject([{ thread_root_id: root.id, parent_message_id: reply.id }, { reply_count: 1 }])
    expect((await room.messages()).find(({ id }) => id === root.id)).toMatchObject({ reply_count: 2 })
    expect(first).toMatchObject({ data: [{ content: 'Why?' }], next_cursor: expect.any(String) })
    for (const id of [crypto.randomUUID(), (await (await together()).says(DANA, 'elsewhere')).id]) {
      expect((await api.as(DANA).get(`${room.path}/messages?thread_root_id=${id}`)).status).toBe(404)
    }
    expect((await api.as(DANA).get(`${room.path}/messages?thread_root_id=x`)).status).toBe(422)
  })
})

describe('a message', () => {
  it('keeps its first words for its sender alone', async () => {
    const room = await together()
    const { id } = await room.says(DANA, 'helo')
    await api.as(DANA).patch(`/api/messages/${id}`, { content: 'hallo' })
    await api.as(DANA).patch(`/api/messages/${id}`, { content: 'hello' })

    expect((await api.as(DANA).get(`/api/messages/${id}`)).body).toMatchObject({
      content: 'hello',
      is_edited: true,
      original_content: 'helo',
    })
    expect((await api.as(LENA).get(`/api/messages/${id}`)).body).not.toHaveProperty('original_content')
    expect((await api.as(OMAR).get(`/api/messages/${id}`)).status).toBe(404)
  })

  it('takes one emoji of a person, and nothing that is none', async () => {
    const room = await together()
    const { id } = await room.says(DANA, 'hello')
    const react = (who: { sub: string }, emoji: string) =>
      api.as(who).put(`/api/messages/${id}/reactions/${encodeURIComponent(emoji)}`)

    await Promise.all([react(DANA, '👍🏽'), react(LENA, '👍🏽'), react(LENA, '🇺🇸')])

    expect((await api.as(DANA).get(`/api/messages/${id}`)).body.reactions).toEqual({
      '👍🏽': expect.toSatisfy((who: string[]) => who.length === 2),
      '🇺🇸': [LENA.id],
    })
    for (const emoji of ['ok', '👍👍', '<b>', 'x'.repeat(60)]) {
      expect(await react(DANA, emoji), emoji).toMatchObject({ status: 422, body: { issues: [{ path: 'emoji' }] } })
    }
  })

  it('under an id of the caller is stored once, and never stands for other words', async () => {
    const room = await together()
    const id = crypto.randomUUID()
    const send = (content: string) => api.as(DANA).post(`${room.path}/messages`, { id, content })

    const answers = await Promise.all([send('once'), send('once'), send('once')])
    const other = await send('twice')

    expect(answers.map(({ status, body }) => [status, body.id])).toEqual([
      [201, id],
      [201, id],
      [201, id],
    ])
    expect(other).toMatchObject({ status: 409, body: { code: 'conflict' } })
    expect(await room.messages()).toHaveLength(1)
    expect((await api.as(LENA).post(`${room.path}/messages`, { id, content: 'once' })).status).toBe(409)
  })

  it('takes its files with it when it is deleted, and is then unread to nobody', async () => {
    const room = await together()
    const form = new FormData()
    form.set('file', new File(['passport list'], 'list.txt'))
    const { body: file } = await api.as(DANA).post(`${room.path}/attachments`, form)
    await room.says(DANA, 'See', { id: file.message_id, attachments: [file] })
    const path = `${room.path}/attachments/${file.message_id}/list.txt`
    const before = await api.as(LENA).get(path)
    const unread = (await room.listed(LENA))?.unread_count

    await api.as(DANA).delete(`/api/messages/${file.message_id}`)

    expect([before.status, before.body.text, unread]).toEqual([200, 'passport list', 1])
    expect((await api.as(LENA).get(path)).status).toBe(404)
    expect((await room.listed(LENA))?.unread_count).toBe(0)
    expect(
      await one('select count(*)::int as n from storage.objects where name like $1', [`%${file.message_id}%`]),
    ).toEqual({
      n: 0,
    })
  })
})

describe('a file', () => {
  const upload = (path: string, name: string, content = 'hello') => {
    const form = new FormData()
    form.set('file', new File([content], name))
    return api.as(DANA).post(`${path}/attachments`, form)
  }

  it('gets a name that is safe everywhere, and comes back under a type that is', async () => {
    const room = await together()

    for (const name of [
      '../../etc/passwd.txt',
      'a/b\\c.txt',
      '.hidden.txt',
      '  .txt',

      'x\r\nSet-Cookie: a.txt',
      `${'…'.repeat(300)}.txt`,
    ]) {
      const { status, body } = await upload(room.path, name)
      const got = await api
        .as(DANA)
        .get(`${room.path}/attachments/${body.message_id}/${encodeURIComponent(String(body.file_name))}`)

      expect({ name, status }).toEqual({ name, status: 201 })
      expect(body.file_name).toMatch(/^[\w() -][\w.() -]{0,99}$/)
      expect(body.file_path).toBe(`conversations/${room.id}/${body.message_id}/${body.file_name}`)
      expect(got.headers.get('content-type')).toBe('text/plain')
      expect(got.headers.get('content-disposition')).toMatch(
        /^attachment; filename="[^"\r\n]*"; filename\*=UTF-8''\S+$/,
      )
      expect(got.headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('is no program and no page under the name of a document', async () => {
    const room = await together()

    for (const [name, content] of [
      ['offer.pdf', '<html><script>alert(1)</script></html>'],
      ['plane.png', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
      ['list.txt', '#!/bin/sh\nrm -rf /'],
      ['offer.docx', 'MZ\u0090'],
      ['page.html', 'hello'],
      ['noextension', 'hello'],
    ] as const) {
      expect(await upload(room.path, name, content), name).toMatchObject({
        status: 422,
        body: { issues: [{ path: 'file' }] },
      })
    }
    expect((await api.as(DANA).post(`${room.path}/attachments`, new FormData())).status).toBe(422)
    expect(await api.as(DANA).post(`${room.path}/attachments`, { file: 'hello' })).toMatchObject({
      status: 415,
      body: { detail: 'Send the file as multipart/form-data' },
    })
  })

  it('is attached as it lies in the bucket, whatever the message says of it', async () => {
    const room = await together()
    const { body: file } = await upload(room.path, 'list.csv', 'a,b')
    const lie = { ...file, mime_type: 'text/html', size_bytes: 1_000_000, file_name: 'evil.html' }

    const { body } = await api.as(DANA).post(`${room.path}/messages`, { id: file.message_id, attachments: [lie] })
    const missing = { ...file, file_path: `conversations/${room.id}/${crypto.randomUUID()}/list.csv` }

    expect(body.attachments).toEqual([
      { file_name: 'list.csv', file_path: file.file_path, mime_type: 'text/csv', size_bytes: 3 },
    ])
    expect(await api.as(DANA).post(`${room.path}/messages`, { content: 'x', attachments: [missing] })).toMatchObject({
      status: 422,
      body: { issues: [{ path: 'attachments.0.file_path' }] },
    })
  })
})

describe('reading', () => {
  it('is told to colleagues, message by message, and counted on each side', async () => {
    const room = await together()
    const first = await room.says(DANA, 'one')
    const second = await room.says(DANA, 'two')
    const feed = readEvents(await api.as(DANA).send('GET', '/api/events'))

    expect((await room.listed(LENA))?.unread_count).toBe(2)
    await api.as(LENA).post(`${room.path}/read`, { message_id: first.id })
    const told = await feed.until(({ event, data }) => event === 'message.updated' && data.id === first.id)
    await feed.close()

    expect((await room.listed(LENA))?.unread_count).toBe(1)
    expect(told.at(-1)?.data).toMatchObject({ status: 'read', read_by: [{ iso_agent_id: LENA.id }] })
    const [newest, oldest] = await room.messages()
    expect(newest).toMatchObject({ id: second.id, status: 'sent', read_by: [] })
    expect(oldest).toMatchObject({ id: first.id, status: 'read', read_by: [{ read_at: expect.any(String) }] })
    expect((await api.as(LENA).post(`${room.path}/read`, { message_id: crypto.randomUUID() })).status).toBe(404)
  })
})

describe('words to an operator', () => {
  it('are sending, sent, delivered, and read once the operator has answered', async () => {
    const room = await withOperator()
    const { body: message } = await room.write('Is Wi-Fi on board?')
    const states = [(await room.state(message.id)).status]
    await room.takes(message.id, `abuyermsg-${crypto.randomUUID()}`)
    states.push((await room.state(message.id)).status)
    const waiting = await api.as(DANA).get(room.path)
    await room.shows(message.id)
    states.push((await room.state(message.id)).status)
    await room.answers('Yes, it is.')
    states.push((await room.state(message.id)).status)

    expect(states).toEqual(['sending', 'sent', 'delivered', 'read'])
    expect(waiting.body).toMatchObject({ status: 'awaiting_response', unread_count_operator: 1 })
    expect((await api.as(DANA).get(room.path)).body).toMatchObject({ status: 'active', unread_count_operator: 0 })
    expect((await room.state(message.id)).read_by).toMatchObject([{ operator_profile_id: expect.any(String) }])
  })

  it('that failed are sent again under the same id, as often as it takes, and never twice at once', async () => {
    const room = await withOperator()
    const { body: message } = await room.write('Hello?')
    await room.refuses(message.id)
    const failed = await room.state(message.id)
    const retry = (who = DANA) => api.as(who).post(`/api/messages/${message.id}/retry`)

    const answers = await Promise.all([retry(), retry(), retry()])
    const asked = api.enqueued.filter(({ kind, id }) => kind === 'outbox' && id === message.id)
    await room.takes(message.id, `abuyermsg-${crypto.randomUUID()}`)

    expect(failed.status).toBe('failed')
    expect(answers.map(({ status, body }) => [status, body.status])).toEqual(answers.map(() => [202, 'sending']))
    expect(asked.map(({ attempt }) => attempt)).toEqual([0, 1]) // once when it was written, once for the three
    expect((await room.state(message.id)).status).toBe('sent')
    expect((await retry()).status).toBe(409)
    expect((await retry(OMAR)).status).toBe(404)
  })

  it('are words, and no cards', async () => {
    const room = await withOperator()
    const card = { content_type: 'payment_requested', rich_content: { amount: '10.00', currency: 'USD' } }

    expect(await room.write('Pay', card)).toMatchObject({ status: 422, body: { issues: [{ path: 'content_type' }] } })
  })

  it('are refused once the RFQ was cancelled', async () => {
    const room = await withOperator()
    await api.sql.query(
      `update conversations set status = 'archived', metadata = '{"rfq": {"canceled": true}}' where id = $1`,
      [room.id],
    )

    expect(await room.write('Hello?')).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/cancelled/) },
    })
  })
})

describe('a room', () => {
  it('is made urgent, resolved, archived, and taken up again by whoever writes in it', async () => {
    const room = await together()
    const change = (changes: Json) => api.as(DANA).patch(room.path, changes)

    expect((await change({ is_priority: true, status: 'resolved' })).body).toMatchObject({
      is_priority: true,
      status: 'resolved',
      archived_at: null,
    })
    expect((await change({ status: 'archived' })).body).toMatchObject({ archived_at: expect.any(String) })
    expect(dataOf(await api.as(DANA).get('/api/conversations?status=archived')).map(({ id }) => id)).toContain(room.id)
    await room.says(LENA, 'One more thing')
    expect(await room.of(DANA)).toMatchObject({ status: 'active', archived_at: null })
    expect((await change({ status: 'closed' })).status).toBe(422)
    expect((await change({})).status).toBe(200)
  })

  it('is found by its subject, its operator, its client, an airport, or what was said', async () => {
    const [mine, room] = [await together(), await withOperator()]
    await mine.says(LENA, 'The catering is halal, 100% of it')
    const find = async (query: string, who = DANA) =>
      dataOf(await api.as(who).get(`/api/conversations?query=${encodeURIComponent(query)}&limit=100`)).map(
        ({ id }) => id,
      )

    expect(await find('together')).toContain(mine.id)
    expect(await find('HALAL')).toContain(mine.id)
    expect(await find('100% of')).toEqual([mine.id])
    expect(await find('northgate')).toContain(room.id)
    expect(await find('kvny')).toContain(room.id)
    expect(await find('halal', OMAR)).toEqual([])
    const { request_id } = (await api.as(DANA).get(room.path)).body
    expect(dataOf(await api.as(DANA).get(`/api/conversations?request_id=${request_id}`))).toMatchObject([
      { id: room.id, operator: { company_name: expect.stringMatching(/Northgate/) } },
    ])
    expect(dataOf(await api.as(DANA).get('/api/conversations?is_priority=true')).map(({ id }) => id)).not.toContain(
      room.id,
    )
  })

  it('is listed once, also where many have the same moment', async () => {
    await api.sql.query(
      `with room as (insert into conversations (subject, created_at) select 'Same ' || n, '2020-01-01' from generate_series(1, 7) n returning id)
       insert into conversation_participants (conversation_id, iso_agent_id, role) select id, $1, 'iso_agent' from room`,
      [OMAR.id],
    )
    const seen: unknown[] = []
    for (let cursor: unknown = ''; cursor !== null; ) {
      const { body } = await api
        .as(OMAR)
        .get(`/api/conversations?limit=2&query=same${cursor ? `&cursor=${cursor}` : ''}`)
      seen.push(...dataOf({ body }).map(({ subject }) => subject))
      cursor = body.next_cursor
    }

    expect(seen.toSorted()).toEqual(Array.from({ length: 7 }, (_, n) => `Same ${n + 1}`))
  })
})

describe('the search in messages', () => {
  it('finds a piece of a word in the rooms of the caller, newest first, in pages', async () => {
    const room = await together()
    for (const words of ['Zanzibar in May', 'or Zanzibar in June', 'Nassau']) await room.says(DANA, words)
    const search = (query: string, who = LENA) => api.as(who).get(`/api/messages/search?query=${query}`)

    const found = await search('anziba')
    const page = await search('anziba&limit=1')
    const next = await search(`anziba&limit=1&cursor=${page.body.next_cursor}`)

    expect(dataOf(found)).toMatchObject([
      { content: 'or Zanzibar in June', conversation: { id: room.id, subject: 'Together' } },
      { content: 'Zanzibar in May' },
    ])
    expect([...dataOf(page), ...dataOf(next)].map(({ id }) => id)).toEqual(dataOf(found).map(({ id }) => id))
    expect(dataOf(await search('anziba', OMAR))).toEqual([])
    expect(dataOf(await search(`anziba&conversation_id=${room.id}`))).toHaveLength(2)
    expect((await search(`anziba&conversation_id=${crypto.randomUUID()}`)).status).toBe(404)
    expect((await search('a')).status).toBe(422)
    expect((await search('anziba&cursor=nonsense')).status).toBe(422)
  })

  it('does not find what was deleted, nor what an edit took away', async () => {
    const room = await together()
    const [gone, changed] = [await room.says(DANA, 'xylophone one'), await room.says(DANA, 'xylophone two')]
    await api.as(DANA).delete(`/api/messages/${gone.id}`)
    await api.as(DANA).patch(`/api/messages/${changed.id}`, { content: 'a drum' })

    expect(dataOf(await api.as(DANA).get('/api/messages/search?query=xylophone'))).toEqual([])
  })
})

describe('a card', () => {
  it('shows what the rows say, whatever the caller wrote', async () => {
    const room = await together()
    const quote = await one(
      'select q.id, q.total_price::text as price, q.operator_name from quotes q join requests r on r.id = q.request_id where r.iso_agent_id = $1 limit 1',
      [DANA.id],
    )
    const share = (rich_content: Json, content_type = 'quote_shared') =>
      api.as(DANA).post(`${room.path}/messages`, { content_type, rich_content })

    const { status, body } = await share({ quote_id: quote.id, total_price: 1, operator_name: 'Cheap Jets' })
    const foreign = await one(
      'select q.id from quotes q join requests r on r.id = q.request_id where r.iso_agent_id = $1 limit 1',
      [OMAR.id],
    )

    expect(status).toBe(201)
    expect(body.rich_content).toMatchObject({
      card: 'quote',
      version: 1,
      quote_id: quote.id,
      total_price: quote.price,
      operator_name: quote.operator_name,
    })
    expect((await share({ quote_id: foreign.id })).status).toBe(404)
    expect(await share({ quote_id: 'none' })).toMatchObject({
      status: 422,
      body: { issues: [{ path: 'rich_content.quote_id' }] },
    })
    expect(
      (await share({ card: 'approval', approval_id: crypto.randomUUID(), action: 'x' }, 'workflow_update')).status,
    ).toBe(422)
    expect((await share({}, 'typing_indicator')).status).toBe(422)
  })
})

describe('the assistant and an operator’s room', () => {
  /** What the assistant does when it wants to write to an operator. */
  const drafts = async (room: { id: string }) => {
    const id = crypto.randomUUID()
    const { request_id } = (await api.as(DANA).get(`/api/conversations/${room.id}`)).body
    const payload = {
      conversation_id: room.id,
      operator_name: 'Northgate',
      rfq_id: 'arfq-1',
      text: 'Could you do 8 am?',
    }
    const filed = { p_id: id, p_action: 'reply_to_operator', p_payload: payload, p_sha256: 'a'.repeat(64) }
    await api.supabase
      .forBroker(DANA.sub)
      .rpc('file_approval', {
        ...filed,
        p_request_id: String(request_id),
        p_conversation_id: room.id,
        p_turn_id: null,
        p_tool_call_id: null,
        p_expires_at: null,
      })
      .throwOnError()
    return { id, request_id }
  }

  it('drafts are shown to the broker alone, never in the room itself', async () => {
    const room = await withOperator()
    await api.as(DANA).post(`${room.path}/participants`, { email: LENA.email, role: 'iso_agent' })
    const [mine, guest] = [
      readEvents(await api.as(DANA).send('GET', '/api/events')),
      readEvents(await api.as(LENA).send('GET', '/api/events')),
    ]

    const approval = await drafts(room)
    const told = await mine.until(({ data }) => (data.rich_content as Json | null)?.approval_id === approval.id)
    await room.answers('Good morning')
    const heard = await guest.until(({ data }) => data.content === 'Good morning')
    await Promise.all([mine.close(), guest.close()])

    const { primary_conversation_id } = (await api.as(DANA).get(`/api/requests/${approval.request_id}`)).body
    expect(told.map(({ event }) => event)).toContain('approval.requested')
    expect(told.at(-1)).toMatchObject({
      event: 'message.created',
      data: {
        conversation_id: primary_conversation_id,
        rich_content: { card: 'approval', action: 'reply_to_operator' },
      },
    })
    expect(JSON.stringify(heard)).not.toContain('8 am')
    expect(dataOf(await api.as(LENA).get('/api/approvals'))).toEqual([])
    expect((await api.as(LENA).get(`/api/approvals/${approval.id}`)).status).toBe(404)
    expect((await api.as(LENA).get(`/api/conversations/${primary_conversation_id}`)).status).toBe(404)
    expect(dataOf(await api.as(DANA).get(`${room.path}/messages`)).map(({ content }) => content)).toEqual([
      'Good morning',
    ])
  })

  it('is not asked there: the answer names the room where it speaks', async () => {
    const room = await withOperator()
    const { request_id } = await drafts(room)
    const { primary_conversation_id } = (await api.as(DANA).get(`/api/requests/${request_id}`)).body

    const answer = await api.as(DANA).post('/api/chat', { message: 'draft an answer', conversation_id: room.id })

    expect(answer).toMatchObject({
      status: 409,
      body: { code: 'conflict', conversation_id: primary_conversation_id, detail: expect.stringMatching(/own room/) },
    })
    expect(dataOf(await api.as(DANA).get(`${room.path}/messages`))).toEqual([])
  })
})
