import { z } from 'zod'
import type { Mail, MailMessage } from '../../tools/mail.ts'
import { MailUnavailableError, refused } from './failures.ts'
import { oneLine, plainAddress, plainMessageId } from './headers.ts'

type Options = { apiKey: string; from: string; baseUrl?: string; timeout_ms?: number }

const Refusal = z.object({ name: z.string() }).catch({ name: '' })

/** Sends through Resend's API, which knows a repeated message by its idempotency key for 24 hours. */
export function createResendMail(options: Options): Mail {
  const { apiKey, from, baseUrl = 'https://api.resend.com', timeout_ms = 20_000 } = options
  return {
    deduplicates: true,
    async send(message, signal) {
      const body = compose(message, from)
      const response = await post(`${baseUrl}/emails`, {
        method: 'POST',
        redirect: 'error',
        headers: {
          Authorization: `Bearer ${apiKey}`,
          'Content-Type': 'application/json',
          'Idempotency-Key': plainMessageId(message.message_id),
        },
        body: JSON.stringify(body),
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeout_ms)]),
      })
      if (!response.ok) throw await refusalOf(response)
      await response.body?.cancel() // the id in it says nothing that our own does not
    },
  }
}

function compose({ message_id, to, reply_to, subject, text, attachments }: MailMessage, from: string) {
  return {
    from: oneLine(from),
    to: [formatted(plainAddress(to))],
    reply_to: [formatted(plainAddress(reply_to))],
    subject: oneLine(subject),
    text,
    headers: { 'Message-ID': `<${plainMessageId(message_id)}>` },
    attachments: attachments.map(({ filename, content_type, content }) => ({
      filename: oneLine(filename),
      content_type: oneLine(content_type),
      content: Buffer.from(content).toString('base64'),
    })),
  }
}

const formatted = ({ name, address }: { name: string; address: string }) =>
  name === '' ? address : `"${name.replaceAll(/["\\<>]/g, '')}" <${address}>`

async function post(url: string, init: RequestInit) {
  try {
    return await fetch(url, init)
  } catch (error) {
    throw new MailUnavailableError('The mail provider does not answer', 'unknown', { cause: error })
  }
}

async function refusalOf(response: Response) {
  const { status } = response
  const answer = await response.text().catch(() => '')
  const cause = new Error(`HTTP ${status}: ${answer.slice(0, 500)}`)
  const { name } = Refusal.parse(parsed(answer))
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN)
  const wait = Number.isFinite(seconds) ? { retry_after_seconds: seconds } : {}
  if (status === 429 || status >= 500) {
    return new MailUnavailableError('The mail provider is busy', status === 429 ? 'not_sent' : 'unknown', {
      cause,
      ...wait,
    })
  }
  if (status === 401 || status === 403) {
    return new MailUnavailableError('The mail provider does not accept our account', 'not_sent', { cause })
  }
  if (name === 'concurrent_idempotent_requests') {
    return new MailUnavailableError('The mail provider is still at it', 'unknown', { cause })
  }
  return refused(status, cause)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {} // an error page: the status says what there is to say
  }
}
