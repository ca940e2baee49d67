import { z } from 'zod'

/** Values that everybody knows: of examples, of the Supabase CLI, of the sandbox. None of them protects anything. */
const KNOWN =
  /^(change-?me.*|secret.*|password.*|default.*|example.*|placeholder.*|test.*|todo.*|your[-_].*|x+|0+|1234.*|super-secret-jwt-token.*|sandbox-connection-token|00000000-0000-4000-8000-.*)$/i

const secret = (shortest: number) =>
  z
    .string()
    .min(shortest, `At least ${shortest} characters`)
    .refine((value) => !KNOWN.test(value), 'This is a value from an example: make one of your own')

const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const list = z
  .string()
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
  .pipe(z.array(z.string()).min(1))

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
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    HOST: z.string().default('0.0.0.0'),
    PUBLIC_URL: z
      .url({ protocol: /^https$/, error: 'Clients open links below it, so it must be https' })
      .transform((url) => url.replace(/\/+$/, '')),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
    TRUST_PROXY: z.stringbool().default(false),
    WEB_DIR: optional(z.string()),

    SUPABASE_URL: z.url(),
    SUPABASE_PUBLISHABLE_KEY: secret(20),
    SUPABASE_SECRET_KEY: secret(20),
    SUPABASE_JWT_SECRET: optional(secret(32)),
    SUPABASE_SIGNING_KEY: optional(Jwk),
    DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
    REDIS_URL: optional(z.url({ protocol: /^rediss?$/ })),

    AVINODE_BASE_URL: z.url({ protocol: /^https$/ }),
    AVINODE_API_TOKEN: secret(16),
    AVINODE_AUTH_TOKEN: secret(16),
    AVINODE_ACT_AS_ACCOUNT: optional(z.string()),
    AVINODE_WEBHOOK_USERNAME: z.string().min(1),
    AVINODE_WEBHOOK_PASSWORD: secret(16),
    /** Taken as well while Avinode still sends the old pair. */
    AVINODE_WEBHOOK_PREVIOUS_USERNAME: optional(z.string()),
    AVINODE_WEBHOOK_PREVIOUS_PASSWORD: optional(secret(16)),

    CLERK_ISSUER: z.url({ protocol: /^https$/ }),
    CLERK_JWKS_URL: optional(z.url({ protocol: /^https$/ })),
    CLERK_AUTHORIZED_PARTIES: optional(list),
    CLERK_WEBHOOK_SECRET: secret(16),
  })
  .refine(({ SUPABASE_JWT_SECRET, SUPABASE_SIGNING_KEY }) => SUPABASE_JWT_SECRET || SUPABASE_SIGNING_KEY, {
    path: ['SUPABASE_JWT_SECRET'],
    message: 'Either SUPABASE_JWT_SECRET or SUPABASE_SIGNING_KEY is needed to act as a broker',
  })

export type ApiConfig = z.output<typeof Environment>

/** Called once, by `main.ts`: nothing else in `api/` reads the environment. Throws with every missing or well-known value named. */
export function parseConfig(environment: NodeJS.ProcessEnv): ApiConfig {
  const parsed = Environment.safeParse(environment)
  if (!parsed.success) throw new Error(`Invalid configuration\n${z.prettifyError(parsed.error)}`)
  return Object.freeze(parsed.data)
}

/** How the database's tokens for brokers are signed. */
export function signing({ SUPABASE_JWT_SECRET, SUPABASE_SIGNING_KEY }: ApiConfig) {
  if (SUPABASE_SIGNING_KEY) return { signingKey: SUPABASE_SIGNING_KEY }
  if (SUPABASE_JWT_SECRET) return { jwtSecret: SUPABASE_JWT_SECRET }
  throw new Error('The configuration was not checked')
}

/** The pairs that Avinode's notifications may come with. */
export function webhookCredentials(config: ApiConfig) {
  const { AVINODE_WEBHOOK_PREVIOUS_USERNAME: username, AVINODE_WEBHOOK_PREVIOUS_PASSWORD: password } = config
  const current = { username: config.AVINODE_WEBHOOK_USERNAME, password: config.AVINODE_WEBHOOK_PASSWORD }
  return username && password ? [current, { username, password }] : [current]
}
