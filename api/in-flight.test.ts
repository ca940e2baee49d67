import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DANA, startTestApi, type TestApi, WEBHOOK } from './testing.ts'

const MOST = 3

/** Holds whoever comes until it is opened, and tells how many are there. */
function createGate() {
  let gate = Promise.withResolvers<void>()
  gate.resolve()
  let waiting = 0
  return {
    close: () => {
      gate = Promise.withResolvers()
    },
    open: () => gate.resolve(),
    waiting: () => waiting,
    async pass() {
      waiting += 1
      await gate.promise
      waiting -= 1
    },
  }
}

const sign_in = createGate()
let api: TestApi
beforeAll(async () => {
  api = await startTestApi({
    inFlight: MOST,
    verifyToken: async () => {
      await sign_in.pass()
      return { sub: DANA.sub }
    },
  })
})
afterAll(() => api.close())

/** Acts while as many calls are being answered as there may be; then these come to their end. */
async function whileFull<Seen>(act: () => Promise<Seen>): Promise<Seen> {
  sign_in.close()
  const held = Array.from({ length: MOST }, () => api.as(DANA).get('/api/me'))
  try {
    await expect.poll(sign_in.waiting).toBe(MOST)
    return await act()
  } finally {
    sign_in.open()
    expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(MOST).fill(200))
  }
}

describe('more calls at once than are answered', () => {
  it('are refused at once and say when to come back, until there is room again', async () => {
    const refused = await whileFull(() =>
      Promise.all(Array.from({ length: 20 }, () => api.as(DANA).get('/api/requests'))),
    )

    for (const { status, headers, body } of refused) {
      expect([status, headers.get('content-type'), headers.get('retry-after')]).toEqual([
        503,
        'application/problem+json',
        '1',
      ])
      expect(body).toMatchObject({ code: 'overloaded', requestId: expect.any(String), instance: '/api/requests' })
    }
    expect((await api.as(DANA).get('/api/requests')).status).toBe(200)
  })

  it('keep out neither probes nor notifications, nor readers who come back', async () => {
    const authorization = `Basic ${btoa(`${WEBHOOK.username}:${WEBHOOK.password}`)}`
    const notification = { id: 'asellermsg-full', type: 'tripmsgs', href: 'https://sandbox.avinode.com/api/tripmsgs/1' }

    const seen = await whileFull(async () => {
      const probes = await Promise.all(['/healthz', '/readyz', '/metrics'].map((path) => api.anonymous.get(path)))
      const told = await api.anonymous.post('/api/webhooks/avinode', notification, { authorization })
      const unsigned = await api.anonymous.post('/api/webhooks/clerk', {})
      const reader = api.as(DANA).send('GET', '/api/events')
      await expect.poll(sign_in.waiting).toBe(MOST + 1)
      return { answered: [...probes, told, unsigned].map(({ status }) => status), reader: () => reader }
    })
    const stream = await seen.reader()
    await stream.body?.cancel()

    expect(seen.answered).toEqual([200, 200, 200, 200, 401])
    expect(stream.status).toBe(200)
  })

  it('are not the streams that are open', async () => {
    const streams = []
    for (let n = 0; n < MOST * 2; n += 1) streams.push(await api.as(DANA).send('GET', '/api/events'))

    const between = await api.as(DANA).get('/api/me')
    for (const { body } of streams) await body?.cancel()

    expect(streams.map(({ status }) => status)).toEqual(Array(MOST * 2).fill(200))
    expect(between.status).toBe(200)
  })

  it('leave no trace when they fail', async () => {
    for (let n = 0; n < MOST * 2; n += 1) expect((await api.as(DANA).get('/api/clients/nobody')).status).toBe(404)

    expect((await api.as(DANA).get('/api/me')).status).toBe(200)
  })
})
