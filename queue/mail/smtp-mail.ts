import { createTransport } from 'nodemailer'
import type { Mail, MailMessage } from '../../tools/mail.ts'
import { MailUnavailableError, type Outcome, refused } from './failures.ts'
import { oneLine, plainAddress, plainMessageId } from './headers.ts'

type Options = {
  /** `smtp://` or `smtps://`, with user and password where the server wants them. */
  url: string
  /** The sender, e.g. `JetVision <offers@example.com>`. */
  from: string
  /** For connecting and for every answer of the server. */
  timeout_ms?: number
}

/** Sends over SMTP, one connection per message. SMTP cannot tell a repeated message, so a lost answer leaves the outcome unknown. */
export function createSmtpMail({ url, from, timeout_ms = 10_000 }: Options): Mail {
  return {
    deduplicates: false,
    async send(message, signal) {
      const progress = { dataBegun: false }
      const transport = createTransport({
        url,
        connectionTimeout: timeout_ms,
        greetingTimeout: timeout_ms,
        socketTimeout: timeout_ms,
        dnsTimeout: timeout_ms,
        transactionLog: true,
        logger: watchForData(progress),
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      const mail = compose(message, from)
      try {
        await transport.sendMail({ ...mail, signal })
      } catch (error) {
        throw translate(error, progress.dataBegun ? 'unknown' : 'not_sent')
      } finally {
        transport.close()
      }
    },
  }
}

function compose({ message_id, to, reply_to, subject, text, attachments }: MailMessage, from: string) {
  return {
    from: oneLine(from),
    to: [plainAddress(to)], // the one recipient: nothing here can add another
    replyTo: [plainAddress(reply_to)],
    messageId: `<${plainMessageId(message_id)}>`,
    subject: oneLine(subject),
    text,
    attachments: attachments.map(({ filename, content_type, content }) => ({
      filename: oneLine(filename),
      contentType: oneLine(content_type),
      content: Buffer.from(content),
    })),
  }
}

/** Notices the DATA command: until then the server has nothing of the message. What is logged goes nowhere. */
function watchForData(progress: { dataBegun: boolean }) {
  const ignore = () => {}
  const debug = (entry: unknown, text?: unknown) => {
    const fromUs = entry !== null && typeof entry === 'object' && 'tnx' in entry && entry.tnx === 'client'
    if (fromUs && text === 'DATA') progress.dataBegun = true
  }
  return { level: ignore, trace: ignore, debug, info: ignore, warn: ignore, error: ignore, fatal: ignore }
}

function translate(error: unknown, outcome: Outcome) {
  if (!(error instanceof Error)) return error
  const code = 'code' in error ? error.code : undefined
  const reply = 'responseCode' in error && typeof error.responseCode === 'number' ? error.responseCode : undefined
  const cause = error
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') {
    return new MailUnavailableError('The mail server does not accept our account', 'not_sent', { cause })
  }
  // An answer in words is definite: the message was not taken. 4xx asks to come again, 5xx does not.
  if (reply !== undefined && reply >= 400) {
    return reply < 500
      ? new MailUnavailableError('The mail server is busy', 'not_sent', { cause })
      : refused(reply, cause)
  }
  if (code === 'EENVELOPE' || code === 'EMESSAGE') return refused(String(code), cause)
  return new MailUnavailableError('The mail server does not answer', outcome, { cause })
}
