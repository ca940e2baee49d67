import { createServer, type Socket } from 'node:net'
import { simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import { InvalidInputError } from '../../tools/errors.ts'
import type { MailMessage } from '../../tools/mail.ts'
import { createSmtpMail } from './smtp-mail.ts'

const message: MailMessage = {
  message_id: 'a1b2c3@jetvision.test',
  to: { name: 'Ann Acme', email: 'ann@acme.example' },
  reply_to: { name: 'Dana Broker', email: 'dana@broker.example' },
  subject: 'Your flight to Van Nuys',
  text: 'Hello Ann,\n\nHere is our offer.\n',
  attachments: [{ filename: 'offer.pdf', content_type: 'application/pdf', content: new TextEncoder().encode('%PDF-') }],
}
const from = 'JetVision <offers@jetvision.test>'
const signal = AbortSignal.timeout(20_000)

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

type Received = { recipients: string[]; raw: string }

async function startMailServer(options: SMTPServerOptions = {}) {
  const received: Received[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const recipients = session.envelope.rcptTo.map(({ address }) => address)
        received.push({ recipients, raw: Buffer.concat(chunks).toString() })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {}) // a client that hangs up is part of the tests
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  closers.push(() => new Promise((resolve) => server.close(() => resolve())))
  const address = server.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { received, url: `smtp://127.0.0.1:${address.port}` }
}

/** A server that speaks just enough SMTP to hang up at one chosen command. */
async function startRudeServer(hangUpAt: 'RCPT' | 'end of data') {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let inData = false
    socket.on('error', () => {})
    socket.write('220 rude\r\n')
    socket.on('data', (chunk) => {
      const text = chunk.toString()
      if (inData) {
        if (text.endsWith('\r\n.\r\n')) socket.destroy()
      } else if (text.startsWith(hangUpAt)) socket.destroy()
      else if (text.startsWith('DATA')) {
        inData = true
        socket.write('354 go on\r\n')
      } else socket.write('250 ok\r\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  closers.push(async () => {
    for (const socket of sockets) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `smtp://127.0.0.1:${address.port}`
}

describe('sending over SMTP', () => {
  it('delivers the message as it is, to the one recipient, under its own id', async () => {
    const { received, url } = await startMailServer()

    await createSmtpMail({ url, from }).send(message, signal)

    expect(received).toHaveLength(1)
    expect(received[0]?.recipients).toEqual(['ann@acme.example'])
    const mail = await simpleParser(received[0]?.raw ?? '')
    expect(mail.messageId).toBe('<a1b2c3@jetvision.test>')
    expect(mail.subject).toBe('Your flight to Van Nuys')
    expect(mail.from?.text).toBe('"JetVision" <offers@jetvision.test>')
    expect(mail.replyTo?.text).toBe('"Dana Broker" <dana@broker.example>')
    expect(mail.text).toBe('Hello Ann,\n\nHere is our offer.\n')
    expect(mail.bcc).toBeUndefined()
    expect(mail.attachments.map(({ filename, contentType, size }) => ({ filename, contentType, size }))).toEqual([
      { filename: 'offer.pdf', contentType: 'application/pdf', size: 5 },
    ])
  })

  it('keeps the message id on a second try', async () => {
    const { received, url } = await startMailServer()
    const mail = createSmtpMail({ url, from })

    await mail.send(message, signal)
    await mail.send(message, signal)

    const ids = await Promise.all(received.map(async ({ raw }) => (await simpleParser(raw)).messageId))
    expect(ids).toEqual(['<a1b2c3@jetvision.test>', '<a1b2c3@jetvision.test>'])
  })

  it('a line break in a subject, name or file name begins no header', async () => {
    const { received, url } = await startMailServer()

    await createSmtpMail({ url, from }).send(
      {
        ...message,
        subject: 'Offer\r\nBcc: evil@example.com',
        to: { name: 'Ann\r\nBcc: evil@example.com', email: 'ann@acme.example' },
        attachments: [
          { filename: 'a\r\nBcc: evil@example.com', content_type: 'text/plain', content: new Uint8Array([65]) },
        ],
      },
      signal,
    )

    expect(received[0]?.recipients).toEqual(['ann@acme.example'])
    const mail = await simpleParser(received[0]?.raw ?? '')
    expect(mail.bcc).toBeUndefined()
    expect(mail.subject).toBe('Offer Bcc: evil@example.com')
  })

  it.each(['ann@acme.example, evil@example.com', 'ann@acme.example\r\nBcc: evil@example.com', 'Ann', ''])(
    'refuses %j as an address before it connects',
    async (email) => {
      const { received, url } = await startMailServer()

      const sending = createSmtpMail({ url, from }).send({ ...message, to: { name: 'Ann', email } }, signal)

      await expect(sending).rejects.toThrow(InvalidInputError)
      expect(received).toEqual([])
    },
  )
})

describe('when the mail server fails', () => {
  it('a closed port is an outage, and nothing was sent', async () => {
    const sending = createSmtpMail({ url: 'smtp://127.0.0.1:1', from }).send(message, signal)

    await expect(sending).rejects.toMatchObject({ upstream: 'mail', details: { outcome: 'not_sent' } })
  })

  it('a connection lost before the message began is an outage, and nothing was sent', async () => {
    const sending = createSmtpMail({ url: await startRudeServer('RCPT'), from }).send(message, signal)

    await expect(sending).rejects.toMatchObject({ upstream: 'mail', details: { outcome: 'not_sent' } })
  })

  it('a connection lost after the message left leaves the outcome unknown', async () => {
    const sending = createSmtpMail({ url: await startRudeServer('end of data'), from }).send(message, signal)

    await expect(sending).rejects.toMatchObject({ upstream: 'mail', details: { outcome: 'unknown' } })
  })

  it('4xx asks to come again, so it is an outage', async () => {
    const busy = Object.assign(new Error('try later'), { responseCode: 451 })
    const { url } = await startMailServer({ onRcptTo: (_address, _session, done) => done(busy) })

    const sending = createSmtpMail({ url, from }).send(message, signal)

    await expect(sending).rejects.toMatchObject({ upstream: 'mail', details: { outcome: 'not_sent' } })
  })

  it('5xx is final, and what the server said is not repeated', async () => {
    const unknown = Object.assign(new Error('no such user, secret detail'), { responseCode: 550 })
    const { url } = await startMailServer({ onRcptTo: (_address, _session, done) => done(unknown) })

    const error = await createSmtpMail({ url, from })
      .send(message, signal)
      .catch((thrown: unknown) => thrown)

    expect(error).toBeInstanceOf(InvalidInputError)
    expect(error).toHaveProperty('message', 'The mail server refused the message (550)')
  })

  it('an account that is not accepted is an outage: the message is not at fault', async () => {
    const { url } = await startMailServer({
      authOptional: false,
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(new Error('Invalid username or password')),
    })

    const sending = createSmtpMail({ url: url.replace('//', '//user:wrong@'), from }).send(message, signal)

    await expect(sending).rejects.toMatchObject({ upstream: 'mail', details: { outcome: 'not_sent' } })
  })
})
