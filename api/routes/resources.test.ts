import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DANA, type Json, LENA, OMAR, startTestApi, type TestApi } from '../testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

const FLIGHT = { departure_airport: 'TEB', arrival_airport: 'VNY', departure_date: '2099-05-01', passengers: 4 }
const dataOf = ({ body }: { body: Json }) => body.data as (Json & { id: string })[]

describe('me', () => {
  it('shows and changes the margin as an exact decimal, presence and preferences', async () => {
    const before = await api.as(LENA).get('/api/me')
    const changed = await api.as(LENA).patch('/api/me', {
      margin_type: 'fixed',
      margin_value: '7500',
      online_status: 'busy',
      notification_preferences: { email: false },
    })

    expect(before.body).toMatchObject({ id: LENA.id, margin_type: 'percentage', margin_value: '12.50' })
    expect(changed).toMatchObject({
      status: 200,
      body: {
        margin_type: 'fixed',
        margin_value: '7500.00',
        online_status: 'busy',
        notification_preferences: { email: false },
      },
    })
  })

  it.each([
    { role: 'admin' },
    { is_active: false },
    { margin_value: '-1' },
    { margin_value: 'a lot' },
    { margin_type: 'percentage', margin_value: '1000' },
    { online_status: 'asleep' },
  ])('refuses %j', async (changes) => {
    expect((await api.as(DANA).patch('/api/me', changes)).status).toBe(422)
  })
})

describe('clients', () => {
  it('are created, read, changed, listed and taken out again', async () => {
    const created = await api
      .as(DANA)
      .post('/api/clients', { company_name: 'Brightwater Capital', email: 'kim@brightwater.example.com' })
    const path = `/api/clients/${created.body.id}`
    const changed = await api
      .as(DANA)
      .patch(path, { contact_name: 'Kim Lee', preferences: { preferred_aircraft: 'Light jet' } })
    const emptied = await api.as(DANA).patch(path, { email: null })
    const found = await api.as(DANA).get('/api/clients?query=bright')
    const removed = await api.as(DANA).delete(path)
    const gone = await api.as(DANA).get('/api/clients?query=bright')

    expect(created).toMatchObject({ status: 201, body: { company_name: 'Brightwater Capital' } })
    expect(changed.body).toMatchObject({ contact_name: 'Kim Lee', preferences: { preferred_aircraft: ['Light jet'] } })
    expect(emptied.body).toMatchObject({ contact_name: 'Kim Lee', email: null })
    expect(dataOf(found)).toHaveLength(1)
    expect(removed.status).toBe(204)
    expect(dataOf(gone)).toEqual([])
  })

  it('are not made a second time under a name that is there already: the answer says which one it is', async () => {
    const company_name = `Known Ltd ${randomUUID()}`
    const { body: first } = await api.as(DANA).post('/api/clients', { company_name, phone: '+1 201 555 0100' })

    const second = await api.as(DANA).post('/api/clients', { company_name: company_name.toUpperCase(), notes: 'new' })

    expect(second).toMatchObject({ status: 409, body: { code: 'conflict', client_id: first.id } })
    expect((await api.as(DANA).get(`/api/clients/${first.id}`)).body).toEqual(first)
    expect((await api.as(OMAR).post('/api/clients', { company_name })).status).toBe(201)
  })

  it('are not renamed to another, and get nothing new once they were taken out', async () => {
    const [one, two] = [`Rename One ${randomUUID()}`, `Rename Two ${randomUUID()}`]
    const { body: first } = await api.as(DANA).post('/api/clients', { company_name: one })
    const { body: second } = await api.as(DANA).post('/api/clients', { company_name: two })
    const path = `/api/clients/${second.id}`

    const renamed = await api.as(DANA).patch(path, { company_name: `${one}, Inc.` })
    const same = await api.as(DANA).patch(path, { company_name: `${two}, Inc.` })
    const { body: request } = await api.as(DANA).post('/api/requests', FLIGHT)
    await api.as(DANA).delete(path)
    const refused = await Promise.all([
      api.as(DANA).patch(path, { notes: 'x' }),
      api.as(DANA).post('/api/requests', { ...FLIGHT, client_profile_id: second.id }),
      api.as(DANA).patch(`/api/requests/${request.id}`, { client_profile_id: second.id }),
    ])

    expect(renamed).toMatchObject({ status: 409, body: { client_id: first.id } })
    expect(same).toMatchObject({ status: 200, body: { company_name: `${two}, Inc.` } })
    expect(refused.map(({ status }) => status)).toEqual([409, 409, 409])
  })

  it.each([
    ['a negative amount', { min: '-1', max: '100000' }, 'min'],
    ['a highest below the lowest', { min: '120000', max: '80000.00' }, 'max'],
    ['no amount of money', { max: 'a lot' }, 'max'],
    ['parts of a cent', { min: 0.001 }, 'min'],
    ['more than any trip costs', { max: 1e300 }, 'max'],
  ])('have no usual budget with %s', async (_what, budget_range, field) => {
    const refused = { status: 422, body: { issues: [{ path: `preferences.budget_range.${field}` }] } }
    const body = { preferences: { budget_range } }
    const { body: client } = await api.as(DANA).post('/api/clients', { company_name: `Budget ${randomUUID()}` })

    expect(await api.as(DANA).post('/api/clients', { company_name: randomUUID(), ...body })).toMatchObject(refused)
    expect(await api.as(DANA).patch(`/api/clients/${client.id}`, body)).toMatchObject(refused)
  })

  it('have their usual budget kept as exact decimals', async () => {
    const preferences = { budget_range: { min: 80000.5, max: '$120,000' } }

    const { body } = await api.as(DANA).post('/api/clients', { company_name: `Exact ${randomUUID()}`, preferences })

    expect(body.preferences).toEqual({ budget_range: { min: '80000.50', max: '120000.00' } })
  })

  it('come in pages', async () => {
    for (const company_name of ['Page One', 'Page Two', 'Page Three'])
      await api.as(LENA).post('/api/clients', { company_name })

    const first = await api.as(LENA).get('/api/clients?limit=2')
    const second = await api.as(LENA).get(`/api/clients?limit=2&cursor=${first.body.next_cursor}`)

    expect([...dataOf(first), ...dataOf(second)].map(({ company_name }) => company_name)).toEqual([
      'Page Three',
      'Page Two',
      'Page One',
    ])
    expect(second.body.next_cursor).toBeNull()
    expect((await api.as(LENA).get('/api/clients?cursor=nonsense')).status).toBe(422)
    expect((await api.as(LENA).get('/api/clients?limit=0')).status).toBe(422)
  })
})

describe('requests', () => {
  it('are created in the flat form, with ICAO codes and their segments', async () => {
    const { status, body } = await api
      .as(DANA)
      .post('/api/requests', { ...FLIGHT, return_date: '2099-05-03', budget: 120000 })

    expect(status).toBe(201)
    expect(body).toMatchObject({
      departure_airport: 'KTEB',
      arrival_airport: 'KVNY',
      return_date: '2099-05-03',
      budget: '120000.00',
      status: 'pending',
      segments: [{ departure_airport: 'KTEB' }, { departure_airport: 'KVNY', arrival_airport: 'KTEB' }],
    })
  })

  it('are created from segments, and keep all of them', async () => {
    const leg = (departure_airport: string, arrival_airport: string, departure_date: string) => ({
      departure_airport,
      arrival_airport,
      departure_date,
      passengers: 6,
    })
    const segments = [
      leg('TEB', 'OPF', '2099-12-01'),
      leg('OPF', 'MYNN', '2099-12-03'),
      leg('MYNN', 'TEB', '2099-12-07'),
    ]

    const { status, body } = await api.as(DANA).post('/api/requests', { segments })

    expect(status).toBe(201)
    expect(body.segments).toHaveLength(3)
    expect((body.metadata as Json).segments).toHaveLength(3)
  })

  it('are made once for one idempotency key', async () => {
    const key = { 'idempotency-key': 'create-1' }

    const [one, two] = [
      await api.as(DANA).post('/api/requests', FLIGHT, key),
      await api.as(DANA).post('/api/requests', FLIGHT, key),
    ]

    expect(one.body.id).toBe(two.body.id)
    const turns = await api.sql.query(`select id from private.assistant_turns where trigger ->> 'request_id' = $1`, [
      one.body.id,
    ])
    expect(turns.rows).toHaveLength(1)
    expect(api.enqueued).toContainEqual({ kind: 'turn', id: turns.rows[0].id, attempt: 0 })
  })

  it.each([
    ['return before departure', { ...FLIGHT, return_date: '2099-04-30' }],
    ['a day in the past', { ...FLIGHT, departure_date: '2020-01-01' }],
    ['a day that does not exist', { ...FLIGHT, departure_date: '2099-02-30' }],
    ['a local time that summer time skips', { ...FLIGHT, departure_date: '2099-03-08', departure_time: '02:30' }],
    ['nobody on board', { ...FLIGHT, passengers: 0 }],
    ['500 passengers', { ...FLIGHT, passengers: 500 }],
    ['an unknown airport', { ...FLIGHT, departure_airport: 'XYZQ' }],
    ['no route', { passengers: 3 }],
    ['an unknown field', { ...FLIGHT, price: '1.00' }],
    ['an invented state', { ...FLIGHT, status: 'completed' }],
  ])('are refused with %s', async (_name, body) => {
    const answer = await api.as(DANA).post('/api/requests', body)

    expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_input', issues: expect.any(Array) } })
  })

  it('have fields emptied by null, and are one way without the way back', async () => {
    const { body } = await api.as(DANA).post('/api/requests', { ...FLIGHT, return_date: '2099-12-01', budget: '90000' })
    const path = `/api/requests/${body.id}`

    const emptied = await api.as(DANA).patch(path, { return_date: null, budget: null })

    expect(body.segments).toHaveLength(2)
    expect(emptied.body).toMatchObject({
      return_date: null,
      budget: null,
      segments: [{ passengers: FLIGHT.passengers }],
    })
    expect(emptied.body.segments).toHaveLength(1)
    expect((await api.as(DANA).patch(path, { departure_date: null })).status).toBe(422)
  })

  it('are changed, and tell their history in order', async () => {
    const { body } = await api.as(DANA).post('/api/requests', FLIGHT)

    const changed = await api.as(DANA).patch(`/api/requests/${body.id}`, { passengers: 6 })
    const timeline = await api.as(DANA).get(`/api/requests/${body.id}/timeline`)

    expect(changed.body).toMatchObject({ passengers: 6, warnings: [] })
    expect(dataOf(timeline).map(({ current_state }) => current_state)).toEqual(['draft', 'pending'])
    for (const part of ['quotes', 'executions', 'proposals']) {
      expect(await api.as(DANA).get(`/api/requests/${body.id}/${part}`)).toMatchObject({
        status: 200,
        body: { data: [], next_cursor: null },
      })
    }
  })

  it('show the runs of the agents as a tree', async () => {
    const { body } = await api.as(DANA).post('/api/requests', { ...FLIGHT, departure_date: '2099-07-07' })
    const run = (agent_type: string, second: number, parent: string | null = null) =>
      api.sql
        .query(
          `insert into agent_executions (request_id, agent_type, status, metadata, started_at)
           values ($1, $2, 'completed', jsonb_build_object('parent_execution_id', $3::text), now() + make_interval(secs => $4)) returning id`,
          [body.id, agent_type, parent, second],
        )
        .then(({ rows }) => String(rows[0].id))
    const first = await run('orchestrator', 1)
    const second = await run('orchestrator', 3)
    await run('communication', 4, second)
    await run('client_data', 2, first)
    await run('flight_search', 5, first)

    const runs = dataOf(await api.as(DANA).get(`/api/requests/${body.id}/executions`))

    expect(runs.map(({ agent_type, depth }) => `${depth} ${agent_type}`)).toEqual([
      '0 orchestrator',
      '1 client_data',
      '1 flight_search',
      '0 orchestrator',
      '1 communication',
    ])
    expect(runs[1]?.parent_execution_id).toBe(first)
  })

  it('are listed by state', async () => {
    const { body } = await api.as(OMAR).get('/api/requests?status=analyzing_proposals')

    expect((body.data as Json[]).map(({ status }) => status)).toEqual(['analyzing_proposals'])
    expect((await api.as(OMAR).get('/api/requests?status=lost')).status).toBe(422)
  })
})

describe('rooms', () => {
  it('are opened, renamed, read, and listed newest first with what is unread', async () => {
    const { body: room } = await api.as(OMAR).post('/api/conversations', { subject: 'Winter' })
    await api.as(OMAR).post('/api/conversations', { subject: 'Spring' })
    await api.supabase.service.from('messages').insert({
      conversation_id: String(room.id),
      sender_type: 'ai_assistant',
      content_type: 'text',
      content: 'Anything new?',
      status: 'sent',
    })

    const renamed = await api
      .as(OMAR)
      .patch(`/api/conversations/${room.id}`, { subject: 'Winter 2099', is_priority: true })
    const before = await api.as(OMAR).get('/api/conversations')
    const read = await api.as(OMAR).post(`/api/conversations/${room.id}/read`, {})
    const after = await api.as(OMAR).get('/api/conversations')

    expect(renamed.body).toMatchObject({ subject: 'Winter 2099', is_priority: true, participants: [{}, {}] })
    expect(dataOf(before)[0]).toMatchObject({
      id: room.id,
      unread_count: 1,
      last_message: { content: 'Anything new?' },
    })
    expect(read.status).toBe(204)
    expect(dataOf(after)[0]).toMatchObject({ id: room.id, unread_count: 0 })
    const { participants, ...one } = (await api.as(OMAR).get(`/api/conversations/${room.id}`)).body
    expect(one).toEqual(dataOf(after)[0])
    expect(participants).toHaveLength(2)
  })

  it('come in pages', async () => {
    for (const subject of ['a', 'b', 'c']) await api.as(LENA).post('/api/conversations', { subject })

    const first = await api.as(LENA).get('/api/conversations?limit=2')
    const second = await api.as(LENA).get(`/api/conversations?limit=2&cursor=${first.body.next_cursor}`)

    expect([...dataOf(first), ...dataOf(second)].map(({ subject }) => subject)).toEqual(['c', 'b', 'a'])
  })

  it('cannot be given to a request, nor their counters be changed', async () => {
    const { body } = await api.as(DANA).post('/api/conversations', {})

    expect((await api.as(DANA).patch(`/api/conversations/${body.id}`, { message_count: 7 })).status).toBe(422)
  })

  it('take in a colleague, who then reads and writes there', async () => {
    const { body: room } = await api.as(DANA).post('/api/conversations', { subject: 'Together' })
    await api.as(DANA).post(`/api/conversations/${room.id}/messages`, { content: 'Look at this' })

    const invited = await api
      .as(DANA)
      .post(`/api/conversations/${room.id}/participants`, { email: OMAR.email, role: 'iso_agent' })
    const seen = await api.as(OMAR).get(`/api/conversations/${room.id}/messages`)

    expect(invited).toMatchObject({ status: 201, body: { iso_agent_id: OMAR.id } })
    expect(dataOf(seen)).toMatchObject([{ content: 'Look at this' }])
    expect((await api.as(DANA).post(`/api/conversations/${room.id}/participants`, {})).status).toBe(422)
    expect(
      (await api.as(DANA).post(`/api/conversations/${room.id}/participants`, { email: 'nobody@example.com' })).body,
    ).toMatchObject({ status: 404, detail: 'A colleague with this e-mail address was not found' })
  })
})

describe('messages', () => {
  it('are answered by the assistant where no operator reads along', async () => {
    const { body: room } = await api.as(DANA).post('/api/conversations', {})

    const { status, body } = await api.as(DANA).post(`/api/conversations/${room.id}/messages`, { content: 'hello' })

    expect(status).toBe(201)
    expect(body).toMatchObject({
      content: 'hello',
      sender_type: 'iso_agent',
      sender_iso_agent_id: DANA.id,
      status: 'sent',
    })
    expect(api.enqueued.at(-1)).toMatchObject({ kind: 'turn', attempt: 0 })
  })

  it('are edited, reacted to, and deleted by their sender', async () => {
    const { body: room } = await api.as(DANA).post('/api/conversations', {})
    const { body: message } = await api.as(DANA).post(`/api/conversations/${room.id}/messages`, { content: 'helo' })
    const path = `/api/messages/${message.id}`
    const emoji = encodeURIComponent('👍')

    const edited = await api.as(DANA).patch(path, { content: 'hello' })
    const reacted = await api.as(DANA).put(`${path}/reactions/${emoji}`)
    const unreacted = await api.as(DANA).delete(`${path}/reactions/${emoji}`)
    const deleted = await api.as(DANA).delete(path)

    expect(edited.body).toMatchObject({ content: 'hello', is_edited: true })
    expect(reacted.body.reactions).toEqual({ '👍': [DANA.id] })
    expect(unreacted.body.reactions).toEqual({})
    expect(deleted.body).toMatchObject({ content: null, deleted_at: expect.any(String) })
    expect(dataOf(await api.as(DANA).get(`/api/conversations/${room.id}/messages`))).toMatchObject([{ content: null }])
  })

  it('carry files of their own room, which only those in the room get', async () => {
    const { body: room } = await api.as(DANA).post('/api/conversations', {})
    const form = new FormData()
    form.set('file', new File(['passport list'], 'Gäste "1"\r\n.pdf', { type: 'text/html' }))

    const uploaded = await api.as(DANA).post(`/api/conversations/${room.id}/attachments`, form)
    const { message_id, ...file } = uploaded.body as Json & { message_id: string; file_name: string; file_path: string }
    const posted = await api
      .as(DANA)
      .post(`/api/conversations/${room.id}/messages`, { id: message_id, content: 'List', attachments: [file] })
    const path = `/api/conversations/${room.id}/attachments/${message_id}/${encodeURIComponent(file.file_name)}`
    const got = await api.as(DANA).get(path)

    expect(uploaded).toMatchObject({ status: 201, body: { mime_type: 'application/pdf', size_bytes: 13 } })
    expect(file.file_path).toMatch(new RegExp(`^conversations/${room.id}/${message_id}/[\\w.() -]+\\.pdf$`))
    expect(posted.body.attachments).toEqual([file])
    expect(got.body.text).toBe('passport list')
    expect(got.headers.get('content-disposition')).toMatch(/^attachment; filename="[^"\r\n]+"/)
    expect((await api.as(OMAR).get(path)).status).toBe(404)
  })

  it('carry no files of another room, of other kinds, or above the limit', async () => {
    const { body: room } = await api.as(DANA).post('/api/conversations', {})
    const upload = (content: string | Uint8Array<ArrayBuffer>, name: string) => {
      const form = new FormData()
      form.set('file', new File([content], name))
      return api.as(DANA).post(`/api/conversations/${room.id}/attachments`, form)
    }
    const stray = { file_name: 'a.pdf', file_path: 'proposals/x/a.pdf', mime_type: 'application/pdf', size_bytes: 1 }

    expect((await upload('x', 'run.exe')).status).toBe(422)
    expect((await upload('', 'empty.pdf')).status).toBe(422)
    expect((await upload(new Uint8Array(11 * 1024 * 1024), 'large.pdf')).status).toBe(413)
    expect(
      (await api.as(DANA).post(`/api/conversations/${room.id}/messages`, { content: 'x', attachments: [stray] }))
        .status,
    ).toBe(422)
    expect(
      (
        await api
          .as(DANA)
          .post(`/api/conversations/${room.id}/messages`, { content: 'x', content_type: 'system_notification' })
      ).status,
    ).toBe(422)
  })
})
