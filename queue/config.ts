import { z } from 'zod'
import { ModelConfig } from '../agents/models.ts'
import type { MailOptions } from './mail/create-mail.ts'

/** Values that everybody knows: of examples, of the Supabase CLI, of the sandbox. None of them protects anything. */
const known =
  /^(change-?me.*|secret.*|password.*|default.*|example.*|placeholder.*|test.*|todo.*|your[-_].*|x+|0+|1234.*|super-secret-jwt-token.*|sandbox-connection-token|00000000-0000-4000-8000-.*)$/i

const secret = (shortest: number) =>
  z
    .string()
    .min(shortest, `At least ${shortest} characters`)
    .refine((value) => !known.test(value), 'This is a value from an example: make one of your own')

/** An empty line in an env file means the same as none. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const Jwk = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue('Write the key as a JWK in JSON')
      return z.NEVER
    }
  })
  .pipe(z.looseObject({ kty: z.string(), d: z.string('This is no private key') }))

const Environment = z
  .object({
    PUBLIC_URL: z
      .url({ protocol: /^https$/, error: 'Clients open links below it, so it must be https' })
      .transform((url) => url.replace(/\/+$/, '')),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),

    SUPABASE_URL: z.url(),
    SUPABASE_PUBLISHABLE_KEY: secret(20),
    SUPABASE_SECRET_KEY: secret(20),
    SUPABASE_JWT_SECRET: optional(secret(32)),
    SUPABASE_SIGNING_KEY: optional(Jwk),
    /** A connection of its own or in session mode: notifications do not pass a pooler in transaction mode. */
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    REDIS_URL: optional(z.url({ protocol: /^rediss?$/ })),

    AVINODE_BASE_URL: z.url({ protocol: /^https$/ }),
    AVINODE_API_TOKEN: secret(16),
    AVINODE_AUTH_TOKEN: secret(16),
    AVINODE_ACT_AS_ACCOUNT: optional(z.string()),
    AVINODE_WEBHOOK_USERNAME: z.string().min(1),
    AVINODE_WEBHOOK_PASSWORD: secret(16),

    MAIL_FROM: z.string().min(3),
    SMTP_URL: optional(z.url({ protocol: /^smtps?$/ })),
    RESEND_API_KEY: optional(secret(16)),
    ...ModelConfig.shape,
    OPENAI_API_KEY: optional(secret(16)),
  })
  .refine(({ SUPABASE_JWT_SECRET, SUPABASE_SIGNING_KEY }) => SUPABASE_JWT_SECRET || SUPABASE_SIGNING_KEY, {
    path: ['SUPABASE_JWT_SECRET'],
    message: 'Either SUPABASE_JWT_SECRET or SUPABASE_SIGNING_KEY is needed to act as a broker',
  })
  .refine(({ SMTP_URL, RESEND_API_KEY }) => Boolean(SMTP_URL) !== Boolean(RESEND_API_KEY), {
    path: ['SMTP_URL'],
    message: 'Exactly one of SMTP_URL and RESEND_API_KEY says how e-mail leaves',
  })

export type WorkerConfig = z.output<typeof Environment>

/** Called once, by `main.ts`: nothing else in `queue/` reads the environment. Throws with every missing or well-known value named. */
export function parseConfig(environment: NodeJS.ProcessEnv): WorkerConfig {
  const parsed = Environment.safeParse(environment)
  if (!parsed.success) throw new Error(`Invalid configuration\n${z.prettifyError(parsed.error)}`)
  return Object.freeze(parsed.data)
}

/** How the database's tokens for brokers are signed. */
export function signing({ SUPABASE_JWT_SECRET, SUPABASE_SIGNING_KEY }: WorkerConfig) {
  if (SUPABASE_SIGNING_KEY) return { signingKey: SUPABASE_SIGNING_KEY }
  if (SUPABASE_JWT_SECRET) return { jwtSecret: SUPABASE_JWT_SECRET }
  throw new Error('The configuration was not checked')
}

export function mailOptions({ SMTP_URL, RESEND_API_KEY, MAIL_FROM: from }: WorkerConfig): MailOptions {
  if (SMTP_URL) return { from, smtpUrl: SMTP_URL }
  if (RESEND_API_KEY) return { from, resendApiKey: RESEND_API_KEY }
  throw new Error('The configuration was not checked')
}
