import { z } from 'zod'
import { ModelConfig } from '../agents/models.ts'
import { cannotSign, canSign, optional, parseSettings, secret, sharedSettings } from '../tools/settings.ts'
import type { MailOptions } from './mail/create-mail.ts'

const Environment = z
  .object({
    ...sharedSettings,
    MAIL_FROM: z.string().min(3),
    SMTP_URL: optional(z.url({ protocol: /^smtps?$/ })),
    RESEND_API_KEY: optional(secret(16)),
    ...ModelConfig.shape,
    OPENAI_API_KEY: optional(secret(16)),
  })
  .refine(canSign, cannotSign)
  .refine(({ SMTP_URL, RESEND_API_KEY }) => Boolean(SMTP_URL) !== Boolean(RESEND_API_KEY), {
    path: ['SMTP_URL'],
    message: 'Exactly one of SMTP_URL and RESEND_API_KEY says how e-mail leaves',
  })

export type WorkerConfig = z.output<typeof Environment>

/** Called once, by `main.ts`: nothing else in `queue/` reads the environment. */
export const parseConfig = (environment: NodeJS.ProcessEnv): WorkerConfig => parseSettings(Environment, environment)

export function mailOptions({ SMTP_URL, RESEND_API_KEY, MAIL_FROM: from }: WorkerConfig): MailOptions {
  if (SMTP_URL) return { from, smtpUrl: SMTP_URL }
  if (RESEND_API_KEY) return { from, resendApiKey: RESEND_API_KEY }
  throw new Error('The configuration was not checked')
}
