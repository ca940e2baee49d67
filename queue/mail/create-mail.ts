import type { Mail } from '../../tools/mail.ts'
import { createResendMail } from './resend-mail.ts'
import { createSmtpMail } from './smtp-mail.ts'

export type MailOptions = { from: string } & ({ smtpUrl: string } | { resendApiKey: string })

/** The mail port over whichever provider is configured. */
export const createMail = (options: MailOptions): Mail =>
  'smtpUrl' in options
    ? createSmtpMail({ url: options.smtpUrl, from: options.from })
    : createResendMail({ apiKey: options.resendApiKey, from: options.from })
