import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPresence } from './presence.ts'
import { DANA, LENA, OMAR, readEvents, startTestApi, type TestApi } from './testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

const service = () => createPresence({ service: api.supabase.service, log: api.log, closing: api.closing.signal })
const statusOf = async ({ id }: { id: string }) =>
  (await api.sql.query('select online_status, last_seen_at from iso_agents where id = $1', [id])).rows[0]
/** Time passes for a broker: since a page was known to be open, or since anything was done. */
const passed = ({ id }: { id: string }, column: 'seen_at' | 'active_at', time: string) =>
  api.sql.query(`update private.presence set ${column} = ${column} - $2::interval where iso_agent_id = $1`, [id, time])

describe('a broker', () => {
  it('is online while a page is open, and offline some time after it is gone', async () => {
    const presence = service()
    const leave = presence.enter(DANA.id)
    await presence.tell()
    const open = await statusOf(DANA)
    leave()
    await presence.tell()
    const just = await statusOf(DANA)
    await passed(DANA, 'seen_at', '2 minutes')
    await presence.tell()

    expect(open).toMatchObject({ online_status: 'online', last_seen_at: expect.any(Date) })
    expect(just.online_status).toBe('online')
    expect((await statusOf(DANA)).online_status).toBe('offline')
  })

  it('with pages on two instances stays online when one of them ends', async () => {
    const [one, other] = [service(), service()]
    const leave = one.enter(DANA.id)
    const stay = other.enter(DANA.id)
    await Promise.all([one.tell(), other.tell()])
    leave()
    await passed(DANA, 'seen_at', '70 seconds')
    await other.tell()
    await one.tell()

    expect((await statusOf(DANA)).online_status).toBe('online')
    stay()
  })

  it('is away after ten idle minutes, and back with the first thing that is done', async () => {
    const presence = service()
    const leave = presence.enter(LENA.id)
    await presence.tell()
    await passed(LENA, 'active_at', '11 minutes')
    await presence.tell()
    const idle = (await statusOf(LENA)).online_status
    presence.act(LENA.id)
    await presence.tell()

    expect([idle, (await statusOf(LENA)).online_status]).toEqual(['away', 'online'])
    leave()
  })

  it('is what they chose while a page is open, and not longer', async () => {
    const presence = service()
    const leave = presence.enter(OMAR.id)
    const chosen = []
    for (const online_status of ['busy', 'away', 'offline', 'online']) {
      const { body } = await api.as(OMAR).patch('/api/me', { online_status })
      await presence.tell()
      chosen.push([body.online_status, (await statusOf(OMAR)).online_status])
    }
    await api.as(OMAR).patch('/api/me', { online_status: 'busy' })
    leave()
    await passed(OMAR, 'seen_at', '2 minutes')
    await presence.tell()

    expect(chosen).toEqual(['busy', 'away', 'offline', 'online'].map((status) => [status, status]))
    expect((await statusOf(OMAR)).online_status).toBe('offline')
    expect((await api.as(OMAR).patch('/api/me', { online_status: 'sleeping' })).status).toBe(422)
  })
})

describe('the others', () => {
  it('see it in the room, and are told when it changes; strangers are not', async () => {
    const { body: room } = await api.as(DANA).post('/api/conversations', {})
    await api.as(DANA).post(`/api/conversations/${room.id}/participants`, { email: LENA.email, role: 'iso_agent' })
    const [feed, stranger] = [
      readEvents(await api.as(LENA).send('GET', '/api/events')),
      readEvents(await api.as(OMAR).send('GET', '/api/events')),
    ]

    await api.as(DANA).patch('/api/me', { online_status: 'busy' })
    const told = (await feed.until(({ event, data }) => event === 'presence' && data.iso_agent_id === DANA.id)).at(-1)
    await api
      .as(OMAR)
      .post('/api/conversations', {})
      .then(({ body }) => api.as(OMAR).post(`/api/conversations/${body.id}/messages`, { content: 'end' }))
    const heard = await stranger.until(({ data }) => data.content === 'end')
    await Promise.all([feed.close(), stranger.close()])
    const { body } = await api.as(LENA).get(`/api/conversations/${room.id}/participants`)

    expect(told?.data).toMatchObject({ online_status: 'busy', name: expect.stringMatching(/^Dana/) })
    expect(heard.filter(({ data }) => data.iso_agent_id === DANA.id)).toEqual([])
    expect(body.data).toContainEqual(expect.objectContaining({ iso_agent_id: DANA.id, online_status: 'busy' }))
  })

  it('see who types, and no longer than ten seconds after the last word of it', async () => {
    const { body: room } = await api.as(DANA).post('/api/conversations', {})
    const path = `/api/conversations/${room.id}`
    const typing = async () =>
      ((await api.as(DANA).get(`${path}/participants`)).body.data as { is_typing: boolean }[]).some(
        (seat) => seat.is_typing,
      )

    await api.as(DANA).post(`${path}/typing`, {})
    const now = await typing()
    await api.sql.query(
      `update conversation_participants set typing_started_at = now() - interval '11 seconds' where is_typing`,
    )

    expect([now, await typing()]).toEqual([true, false])
  })
})

describe('an open stream', () => {
  it('makes its broker online, at once', async () => {
    await api.sql.query(`update private.presence set chosen = null, seen_at = '-infinity'`)
    await api.sql.query(`update iso_agents set online_status = 'offline' where id = $1`, [LENA.id])
    const { body: room } = await api.as(DANA).post('/api/conversations', {})
    await api.as(DANA).post(`/api/conversations/${room.id}/participants`, { email: LENA.email })
    const feed = readEvents(await api.as(DANA).send('GET', '/api/events'))

    const lena = await api.as(LENA).send('GET', '/api/events')
    const told = await feed.until(({ event, data }) => event === 'presence' && data.iso_agent_id === LENA.id)
    await Promise.all([lena.body?.cancel(), feed.close()])

    expect(told.at(-1)?.data.online_status).toBe('online')
  })
})
