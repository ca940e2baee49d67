import { createServer, type IncomingMessage } from 'node:http'
import { afterEach, expect, it } from 'vitest'
import { InvalidInputError } from '../../tools/errors.ts'
import type { MailMessage } from '../../tools/mail.ts'
import { createResendMail } from './resend-mail.ts'

const message: MailMessage = {
  message_id: 'a1b2c3@jetvision.test',
  to: { name: 'Ann "A" Acme', email: 'ann@acme.example' },
  reply_to: { name: 'Dana Broker', email: 'dana@broker.example' },
  subject: 'Your flight\r\nBcc: evil@example.com',
  text: 'Hello Ann',
  attachments: [{ filename: 'offer.pdf', content_type: 'application/pdf', content: new TextEncoder().encode('%PDF-') }],
}
const signal = AbortSignal.timeout(20_000)

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

type Answer = { status: number; body?: object; headers?: Record<string, string> }

async function startProvider(answer: Answer) {
  const calls: { headers: IncomingMessage['headers']; url: string | undefined; body: unknown }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    calls.push({ headers: request.headers, url: request.url, body: JSON.parse(Buffer.concat(chunks).toString()) })
    response.writeHead(answer.status, { 'Content-Type': 'application/json', ...answer.headers })
    response.end(JSON.stringify(answer.body ?? {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  closers.push(() => new Promise((resolve) => server.close(() => resolve())))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const mail = createResendMail({
    apiKey: 're_secret',
    from: 'JetVision <offers@jetvision.test>',
    baseUrl: `http://127.0.0.1:${address.port}`,
  })
  return { calls, mail }
}

it('sends one message, known to the provider by its id', async () => {
  const { calls, mail } = await startProvider({ status: 200, body: { id: '49a3999c' } })

  await mail.send(message, signal)

  expect(mail.deduplicates).toBe(true)
  expect(calls).toHaveLength(1)
  expect(calls[0]?.url).toBe('/emails')
  expect(calls[0]?.headers).toMatchObject({
    authorization: 'Bearer re_secret',
    'idempotency-key': 'a1b2c3@jetvision.test',
  })
  expect(calls[0]?.body).toEqual({
    from: 'JetVision <offers@jetvision.test>',
    to: ['"Ann A Acme" <ann@acme.example>'],
    reply_to: ['"Dana Broker" <dana@broker.example>'],
    subject: 'Your flight Bcc: evil@example.com',
    text: 'Hello Ann',
    headers: { 'Message-ID': '<a1b2c3@jetvision.test>' },
    attachments: [{ filename: 'offer.pdf', content_type: 'application/pdf', content: 'JVBERi0=' }],
  })
})

it.each([
  [429, {}],
  [500, {}],
  [503, {}],
  [401, { name: 'invalid_api_key' }],
  [409, { name: 'concurrent_idempotent_requests' }],
])('%i %j may pass by itself', async (status, body) => {
  const { mail } = await startProvider({ status, body })

  await expect(mail.send(message, signal)).rejects.toMatchObject({ upstream: 'mail' })
})

it('tells how long the provider wants to be left alone', async () => {
  const { mail } = await startProvider({ status: 429, headers: { 'Retry-After': '7' } })

  await expect(mail.send(message, signal)).rejects.toMatchObject({ retry_after_seconds: 7 })
})

it('422 is final, and the key is in no message', async () => {
  const { mail } = await startProvider({ status: 422, body: { name: 'validation_error', message: 'bad' } })

  const error = await mail.send(message, signal).catch((thrown: unknown) => thrown)

  expect(error).toBeInstanceOf(InvalidInputError)
  expect(error).toHaveProperty('message', 'The mail server refused the message (422)')
})

it('a closed port is an outage', async () => {
  const mail = createResendMail({ apiKey: 're_secret', from: 'a@b.example', baseUrl: 'http://127.0.0.1:1' })

  await expect(mail.send(message, signal)).rejects.toMatchObject({ upstream: 'mail', retryable: true })
})
