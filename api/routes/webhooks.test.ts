import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSupabase } from '../../supabase/clients.ts'
import { startTestApi, type TestApi, WEBHOOK } from '../testing.ts'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

const basic = ({ username, password }: { username: string; password: string }) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
})
const notification = (id: string) => ({
  id,
  type: 'tripmsgs',
  href: `https://sandbox.avinode.com/api/tripmsgs/${id}`,
  tripId: 'atrip-1',
  added_one_day: { by: 'Avinode' },
})
const deliver = (body: unknown, headers: Record<string, string> = basic(WEBHOOK), source = '/seller-response') =>
  api.anonymous.post(`/api/webhooks/avinode${source}`, body, headers)
const stored = async (id: string) =>
  (await api.sql.query('select * from avinode_webhook_events where avinode_event_id like $1', [`%${id}%`])).rows

describe('a notification of Avinode', () => {
  it('is answered with an empty 200 once it is a row, and then enqueued', async () => {
    const answer = await deliver(notification('asellermsg-1'))
    const [row] = await stored('asellermsg-1')

    expect(answer).toMatchObject({ status: 200, body: { text: '' } })
    expect(row).toMatchObject({
      processing_status: 'pending',
      signature_verified: true,
      raw_payload: notification('asellermsg-1'),
    })
    expect(JSON.stringify(row.headers)).not.toMatch(/authorization/i)
    expect(api.enqueued).toContainEqual({ kind: 'webhook', id: row.id, attempt: 0 })
  })

  it.each(['', '/seller-response', '/seller-chat', '/trip-mine', '/chat-mine', '/empty-legs'])(
    'is taken at …/avinode%s',
    async (source) => {
      expect(
        (await deliver(notification(`asellermsg-at${source.replace('/', '-')}`), basic(WEBHOOK), source)).status,
      ).toBe(200)
    },
  )

  it('that comes again is one row', async () => {
    await Promise.all(Array.from({ length: 20 }, () => deliver(notification('asellermsg-again'))))

    expect(await stored('asellermsg-again')).toHaveLength(1)
  })

  it('is still taken with the password from before the change', async () => {
    const before = { username: 'avinode-before', password: 'the one from last month' }

    expect((await deliver(notification('asellermsg-rotated'), basic(before))).status).toBe(200)
  })

  it.each([
    ['no credentials', {}],
    ['empty credentials', { authorization: '' }],
    ['another scheme', { authorization: 'Bearer abc' }],
    ['what is not base64', { authorization: 'Basic ???' }],
    ['no colon', { authorization: `Basic ${Buffer.from('avinode').toString('base64')}` }],
    ['a wrong password', basic({ ...WEBHOOK, password: 'wrong' })],
    ["the old user with the new user's password", basic({ username: 'avinode-before', password: WEBHOOK.password })],
  ])('with %s is refused and leaves no row', async (_name, headers) => {
    const answer = await deliver(notification('asellermsg-forged'), headers)

    expect(answer).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /)
    expect(await stored('asellermsg-forged')).toEqual([])
  })

  it.each([
    ['is malformed', '{"id": ', 400],
    ['is empty', '', 400],
    ['is no object', '[]', 422],
    ['has no type', { id: 'arfq-1', href: 'https://x' }, 422],
    ['has an id of another kind', { id: 7, href: 'https://x', type: 'rfqs' }, 422],
    ['holds a NUL character', '{"id":"a\\u0000","href":"h","type":"rfqs"}', 422],
    [
      'is nested without end',
      `{"id":"a","href":"h","type":"rfqs","x":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      422,
    ],
    ['is too large', { ...notification('arfq-large'), padding: 'x'.repeat(64 * 1024) }, 413],
  ])('that %s is refused', async (_name, body, status) => {
    expect((await deliver(body)).status).toBe(status)
  })

  it('just below the limit is taken', async () => {
    const body = JSON.stringify({ ...notification('asellermsg-edge'), padding: '' })
    const padding = 'x'.repeat(64 * 1024 - body.length)

    expect((await deliver({ ...notification('asellermsg-edge'), padding })).status).toBe(200)
  })

  it('is answered with 503, never 200, while the database is down', async () => {
    const down = createSupabase({
      url: 'http://127.0.0.1:9',
      publishableKey: 'publishable',
      secretKey: 'secret',
      jwtSecret: 'x'.repeat(32),
      fetch: () => Promise.reject(new TypeError('fetch failed')),
    })
    const other = await startTestApi({ supabase: down })
    try {
      const answer = await other.anonymous.post(
        '/api/webhooks/avinode/seller-chat',
        notification('asellermsg-down'),
        basic(WEBHOOK),
      )

      expect(answer).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
      expect(answer.headers.get('retry-after')).toBe('5')
    } finally {
      await other.close()
    }
  })

  it('cannot be read back', async () => {
    expect((await api.anonymous.get('/api/webhooks/avinode/trip-mine', basic(WEBHOOK))).status).toBe(405)
  })
})

const signed = (event: object, { secret = SECRET, at = new Date() } = {}) => {
  const body = JSON.stringify(event)
  const headers = {
    'svix-id': 'msg_1',
    'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
    'svix-signature': new Webhook(secret).sign('msg_1', at, body),
  }
  return [body, headers] as const
}
const user = (changes: object = {}) => ({
  type: 'user.created',
  data: {
    id: 'user_new',
    first_name: 'Nora',
    last_name: 'Lind',
    primary_email_address_id: 'two',
    email_addresses: [
      { id: 'one', email_address: 'old@example.com' },
      { id: 'two', email_address: 'Nora@example.com' },
    ],
    public_metadata: {},
    updated_at: 1000,
    ...changes,
  },
})
const agent = async () => (await api.sql.query("select * from iso_agents where clerk_user_id = 'user_new'")).rows[0]
const tell = (event: object) => api.anonymous.post('/api/webhooks/clerk', ...signed(event))

describe('a user of Clerk', () => {
  it('becomes an agent, changes with it, and is let in no more when deleted', async () => {
    expect((await tell(user())).status).toBe(200)
    expect(await agent()).toMatchObject({
      email: 'nora@example.com',
      full_name: 'Nora Lind',
      role: 'iso_agent',
      is_active: true,
    })

    await tell({
      ...user({ last_name: 'Berg', updated_at: 2000, public_metadata: { role: 'admin' } }),
      type: 'user.updated',
    })
    await tell({ ...user({ last_name: 'Late', updated_at: 1500 }), type: 'user.updated' })
    expect(await agent()).toMatchObject({ full_name: 'Nora Berg', role: 'admin' })

    await tell({ type: 'user.deleted', data: { id: 'user_new', deleted: true } })
    expect(await agent()).toMatchObject({ is_active: false })
  })

  it('who was deleted stays so, also where its creation is heard of afterwards', async () => {
    await tell({ type: 'user.deleted', data: { id: 'user_gone', deleted: true }, timestamp: 2000 })
    expect((await tell(user({ id: 'user_gone', updated_at: 1000 }))).status).toBe(200)

    expect((await api.sql.query("select from iso_agents where clerk_user_id = 'user_gone'")).rowCount).toBe(0)
  })

  it('whose address another active agent has is refused for now, so that Clerk tells again', async () => {
    await tell(user({ id: 'user_first', email_addresses: [{ id: 'a', email_address: 'same@example.com' }] }))
    const answer = await tell(
      user({ id: 'user_second', email_addresses: [{ id: 'b', email_address: 'Same@example.com' }] }),
    )

    expect(answer.status).toBe(409)
  })

  it('of an event that we do not keep is answered and forgotten', async () => {
    expect((await tell({ type: 'session.created', data: { id: 'sess_1' } })).status).toBe(200)
  })

  it('is believed only with a fresh signature of Clerk', async () => {
    const [body, headers] = signed(user())
    const old = signed(user(), { at: new Date(Date.now() - 301_000) })
    const forged = signed(user(), { secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' })

    const answers = await Promise.all([
      api.anonymous.post('/api/webhooks/clerk', body),
      api.anonymous.post('/api/webhooks/clerk', body.replace('Nora', 'Eve'), headers),
      api.anonymous.post('/api/webhooks/clerk', ...old),
      api.anonymous.post('/api/webhooks/clerk', ...forged),
    ])

    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401])
  })
})
