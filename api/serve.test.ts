import { connect } from 'node:net'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ApiEnv } from './api-env.ts'
import { serveApi } from './serve.ts'
import { DANA, readEvents, startTestApi, type TestApi } from './testing.ts'

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api.close())

const serve = () =>
  serveApi({ app: api.app, port: 0, host: '127.0.0.1', log: api.log, onClosing: () => {}, grace_ms: 2_000 })
const authorization = async () => `Bearer ${await api.signer.sign({ sub: DANA.sub })}`

/** Sends raw bytes and answers with what came back until the connection closed. */
function raw(port: number, bytes: string) {
  return new Promise<string>((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
  })
}

describe('over real HTTP', () => {
  it('a stream reaches its reader event by event', async () => {
    const server = await serve()
    try {
      const response = await fetch(`${server.url}/api/events`, { headers: { authorization: await authorization() } })
      const events = readEvents(response)
      const { body: room } = await api.as(DANA).post('/api/conversations', {})
      await api.as(DANA).post(`/api/conversations/${room.id}/messages`, { content: 'over the wire' })
      const told = await events.until(({ data }) => data.content === 'over the wire')
      await events.close()

      expect(response.headers.get('content-type')).toContain('text/event-stream')
      expect(told.at(-1)?.event).toBe('message.created')
    } finally {
      await server.close()
    }
  })

  it('a body above the limit is refused, also when it comes in chunks', async () => {
    const server = await serve()
    try {
      const token = await authorization()
      const head = `POST /api/clients HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\nContent-Type: application/json\r\nConnection: close\r\n`
      const text = JSON.stringify({ company_name: 'x'.repeat(1024 * 1024) })
      const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`

      expect(await raw(server.port, chunked)).toMatch(/^HTTP\/1.1 413 /)
      expect(await raw(server.port, `${head}Content-Length: 99999999\r\n\r\n{}`)).toMatch(/^HTTP\/1.1 413 /)
    } finally {
      await server.close()
    }
  })

  it('who sends far too much still hears why', async () => {
    const server = await serve()
    try {
      const headers = { authorization: await authorization(), 'content-type': 'application/json' }
      const body = Buffer.alloc(12 * 1024 * 1024, 'x')
      const answer = await fetch(`${server.url}/api/clients`, { method: 'POST', headers, body })

      expect(answer.status).toBe(413)
      expect(await answer.json()).toMatchObject({ code: 'payload_too_large' })
    } finally {
      await server.close()
    }
  })

  it('headers without end are refused', async () => {
    const server = await serve()
    try {
      expect(
        await raw(server.port, `GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`),
      ).toMatch(/^HTTP\/1.1 431 /)
    } finally {
      await server.close()
    }
  })

  it('closing lets an answer come to its end, and takes nothing new', async () => {
    const [begun, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const app = new Hono<ApiEnv>().get('/slow', async (c) => {
      begun.resolve()
      await released.promise
      return c.text('done')
    })
    const server = await serveApi({ app, port: 0, host: '127.0.0.1', log: api.log, onClosing: released.resolve })

    const inFlight = fetch(`${server.url}/slow`)
    await begun.promise
    await server.close()

    expect(await (await inFlight).text()).toBe('done')
    await expect(fetch(`${server.url}/slow`)).rejects.toThrow()
  })

  it('closing does not wait for ever', async () => {
    const begun = Promise.withResolvers<void>()
    const app = new Hono<ApiEnv>().get('/endless', async () => {
      begun.resolve()
      return new Promise<never>(() => {})
    })
    const server = await serveApi({
      app,
      port: 0,
      host: '127.0.0.1',
      log: api.log,
      onClosing: () => {},
      grace_ms: 50,
    })

    const inFlight = fetch(`${server.url}/endless`)
    const failed = expect(inFlight).rejects.toThrow()
    await begun.promise
    await server.close()

    await failed
  })
})
