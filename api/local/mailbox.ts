import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { secureHeaders } from 'hono/secure-headers'
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

type Mailbox = {
  smtpUrl: string
  url: string
  /** Plays an outage: from now on nobody answers at `smtpUrl`. */
  pause(): Promise<void>
  resume(): Promise<void>
  close(): Promise<void>
}

const MESSAGE_LIMIT_BYTES = 25 * 1024 * 1024

/**
 * A mail server for local mode: it takes every message, keeps it as a file, delivers nothing anywhere, and shows its
 * mailbox as a page and, under `/messages`, as JSON, newest first. Port 0 takes a free one.
 */
export async function startMailbox({ folder, port }: { folder: string; port: number }): Promise<Mailbox> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let smtp: SMTPServer | undefined = await listen(folder, 0)
  const { port: smtpPort } = smtp.server.address() as AddressInfo // it listens on a port, not on a pipe
  const pause = async () => {
    const running = smtp
    smtp = undefined
    await new Promise<void>((resolve) => (running ? running.close(() => resolve()) : resolve()))
  }
  const pages = serve({ fetch: mailboxPages(folder).fetch, port, hostname: '127.0.0.1' })
  await new Promise<void>((resolve, reject) => pages.once('listening', resolve).once('error', reject))
  return {
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    url: `http://127.0.0.1:${(pages.address() as AddressInfo).port}`,
    pause,
    async resume() {
      smtp ??= await listen(folder, smtpPort)
    },
    async close() {
      await Promise.all([
        pause(),
        new Promise<void>((resolve) => {
          pages.close(() => resolve())
          if ('closeAllConnections' in pages) pages.closeAllConnections()
        }),
      ])
    },
  }
}

async function listen(folder: string, port: number): Promise<SMTPServer> {
  let arrived = 0
  const smtp = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    size: MESSAGE_LIMIT_BYTES,
    onData(stream, _session, accepted) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('error', (error) => accepted(error))
      stream.on('end', () => {
        arrived += 1
        const name = `${Date.now().toString().padStart(15, '0')}-${String(arrived).padStart(6, '0')}.eml`
        keep(join(folder, name), Buffer.concat(chunks)).then(() => accepted(), accepted)
      })
    },
  })
  await new Promise<void>((resolve, reject) => {
    smtp.once('error', reject)
    smtp.listen(port, '127.0.0.1', () => {
      smtp.off('error', reject)
      smtp.on('error', () => undefined) // a client that hangs up must not end the service
      resolve()
    })
  })
  return smtp
}

/** The sender hears "accepted" only when the whole message is on disk under its final name. */
async function keep(path: string, message: Buffer) {
  await writeFile(`${path}.part`, message, { mode: 0o600 })
  await rename(`${path}.part`, path)
}

async function messages(folder: string) {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.eml')).sort((a, b) => (a < b ? 1 : -1))
  return Promise.all(
    names
      .slice(0, 500)
      .map(async (name) => summary(name.slice(0, -4), await simpleParser(await readFile(join(folder, name))))),
  )
}

const summary = (id: string, mail: ParsedMail) => ({
  id,
  /** Without the brackets of the header, as everywhere else with us. */
  message_id: mail.messageId?.replace(/^<|>$/g, '') ?? null,
  date: mail.date?.toISOString() ?? null,
  from: mail.from?.text ?? '',
  to: addresses(mail.to),
  subject: mail.subject ?? '',
  text: mail.text ?? '',
  html: mail.html || null,
  attachments: mail.attachments.map(({ filename, contentType, size }) => ({
    filename: filename ?? 'attachment',
    content_type: contentType,
    size,
  })),
})

const addresses = (to: AddressObject | AddressObject[] | undefined) =>
  [to ?? []]
    .flat()
    .map(({ text }) => text)
    .join(', ')

function mailboxPages(folder: string) {
  const app = new Hono()
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        styleSrc: ["'unsafe-inline'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
      strictTransportSecurity: false,
    }),
  )
  app.get('/messages', async (c) => c.json(await messages(folder)))
  app.get('/messages/:id/attachments/:index', async (c) => {
    const { id, index } = c.req.param()
    if (!/^[\d-]+$/.test(id)) return c.notFound()
    const source = await readFile(join(folder, `${id}.eml`)).catch(() => undefined)
    const attachment = source && (await simpleParser(source)).attachments[Number(index)]
    if (!attachment) return c.notFound()
    const name = encodeURIComponent(attachment.filename ?? 'attachment')
    return c.body(new Uint8Array(attachment.content), 200, {
      'Content-Type': attachment.contentType === 'application/pdf' ? 'application/pdf' : 'application/octet-stream',
      'Content-Disposition': `inline; filename*=UTF-8''${name}`,
    })
  })
  app.get('/', async (c) => c.html(page(await messages(folder))))
  return app
}

const page = (mails: Awaited<ReturnType<typeof messages>>) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Local mailbox</title>
    <style>
      :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
      body { margin: 0 auto; max-width: 46rem; padding: 1.5rem 1rem; }
      .note { border-left: 3px solid #b7791f; padding-left: .75rem; }
      article { border: 1px solid #8884; border-radius: 8px; margin: 1rem 0; padding: 1rem; }
      h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
      dl { display: grid; grid-template-columns: max-content 1fr; gap: 0 .75rem; margin: 0; }
      dt { opacity: .7; } dd { margin: 0; overflow-wrap: anywhere; }
      pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 1rem 0 0; }
    </style>
  </head>
  <body>
    <h1>Local mailbox</h1>
    <p class="note">Simulated: mail that the service sends in local mode ends here and reaches nobody.</p>
    ${mails.length === 0 ? html`<p>No mail yet. Approve a proposal and it appears here; reload to look again.</p>` : ''}
    ${mails.map(
      (mail) => html`<article>
        <h2>${mail.subject}</h2>
        <dl>
          <dt>To</dt><dd>${mail.to}</dd>
          <dt>From</dt><dd>${mail.from}</dd>
          <dt>Date</dt><dd>${mail.date ?? ''}</dd>
          <dt>Message-ID</dt><dd>${mail.message_id ?? ''}</dd>
          ${mail.attachments.map(
            (attachment, index) => html`<dt>Attachment</dt><dd>
              <a href="/messages/${mail.id}/attachments/${index}">${attachment.filename}</a> (${attachment.size} bytes)
            </dd>`,
          )}
        </dl>
        <pre>${mail.text}</pre>
      </article>`,
    )}
  </body>
</html>`
