import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLimiter } from './rate-limit.ts'
import { serveApi } from './serve.ts'
import { ALEX, DANA, LENA, OMAR, startTestApi, type TestApi } from './testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi({
    limits: { broker: 20, chat: 3, mcp: 4, address: 30 },
    trustProxy: true,
    mcp: async () => new Response('ok'),
  })
})
afterAll(() => api.close())

describe('a limit', () => {
  it('lets a minute’s worth through at once, then one by one as time goes', () => {
    let time = 0
    const limiter = createLimiter(60, () => time)

    const burst = Array.from({ length: 60 }, () => limiter.take('dana'))
    const refused = limiter.take('dana')
    time += 1_000
    const later = [limiter.take('dana'), limiter.take('dana')]

    expect(new Set(burst)).toEqual(new Set([0]))
    expect(refused).toBe(1)
    expect(later).toEqual([0, 1])
    expect(limiter.take('omar')).toBe(0)
  })

  it('says how long to wait when it is far away, and asking meanwhile does not make it longer', () => {
    let time = 0
    const limiter = createLimiter(2, () => time)
    limiter.take('a')
    limiter.take('a')

    expect([limiter.take('a'), limiter.take('a')]).toEqual([30, 30])
    time += 29_999
    expect(limiter.take('a')).toBe(1)
    time += 1
    expect(limiter.take('a')).toBe(0)
  })

  it('keeps no more than so many names in memory', () => {
    const limiter = createLimiter(1, () => 0)
    limiter.take('first')

    for (let n = 0; n < 20_000; n += 1) limiter.take(String(n))

    expect(limiter.take('first')).toBe(0) // forgotten, not refused
    expect(limiter.take('19999')).toBeGreaterThan(0)
  })
})

const countOf = async (calls: (() => Promise<{ status: number }>)[]) => {
  const statuses: number[] = []
  for (const call of calls) statuses.push((await call()).status)
  return statuses.filter((status) => status === 429).length
}

describe('the API', () => {
  it('refuses a broker who calls without end, with the time to wait, and no other broker', async () => {
    const calls = Array.from({ length: 25 }, () => () => api.as(DANA).get('/api/me'))

    const refused = await countOf(calls)
    const answer = await api.as(DANA).get('/api/me')

    expect(refused).toBeGreaterThanOrEqual(4) // one or two may have come back while it was asked
    expect(answer).toMatchObject({
      status: 429,
      body: { code: 'limit_exceeded', detail: expect.stringMatching(/Try again/) },
    })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect((await api.as(LENA).get('/api/me')).status).toBe(200)
  })

  it('answers fewer questions to the assistant, and fewer calls through MCP', async () => {
    const ask = async () => {
      const response = await api.as(OMAR).send('POST', '/api/chat', { message: 'hello' })
      await response.body?.cancel()
      return response
    }
    const mcp = () => api.as(ALEX).send('POST', '/mcp', {})

    expect(await countOf([ask, ask, ask, ask])).toBe(1)
    expect(await countOf([mcp, mcp, mcp, mcp, mcp])).toBe(1)
    expect((await api.as(OMAR).get('/api/me')).status).toBe(200)
  })

  const from = (address: string) => ({ 'x-forwarded-for': `203.0.113.${Math.floor(Math.random() * 255)}, ${address}` })

  it('counts addresses before it knows who calls, by what our own proxy says and nothing before it', async () => {
    const calls = Array.from({ length: 40 }, () => () => api.anonymous.get('/api/me', from('198.51.100.7')))

    expect(await countOf(calls)).toBeGreaterThanOrEqual(8)
    expect((await api.anonymous.get('/api/me', from('198.51.100.8'))).status).toBe(401)
  })

  it('always answers probes and Avinode', async () => {
    const probe = () => api.anonymous.get('/healthz', from('198.51.100.7'))
    const notification = () => api.anonymous.post('/api/webhooks/avinode', {}, from('198.51.100.7'))

    expect((await probe()).status).toBe(200)
    expect((await notification()).status).toBe(401)
  })

  it('believes no address that a caller wrote, where no proxy of ours stands in front', async () => {
    const open = await startTestApi({ limits: { address: 5 } }, api)
    const server = await serveApi({ app: open.app, port: 0, host: '127.0.0.1', log: open.log, onClosing: () => {} })
    try {
      const spoofed = Array.from({ length: 12 }, (_, n) => () => {
        const headers = {
          'x-forwarded-for': `192.0.2.${n}`,
          forwarded: `for=192.0.2.${n}`,
          'x-real-ip': `192.0.2.${n}`,
        }
        return fetch(`${server.url}/api/me`, { headers })
      })

      expect(await countOf(spoofed)).toBeGreaterThanOrEqual(6)
    } finally {
      await server.close()
      await open.close()
    }
  })
})
