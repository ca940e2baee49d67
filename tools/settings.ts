import { z } from 'zod'
import { issuesOf, sentence } from './issues.ts'

/** Values that everybody knows: of examples, of the Supabase CLI, of the sandbox. None of them protects anything. */
const KNOWN =
  /^(change-?me.*|secret.*|password.*|default.*|example.*|placeholder.*|test.*|todo.*|your[-_].*|x+|0+|1234.*|super-secret-jwt-token.*|sandbox-connection-token|00000000-0000-4000-8000-.*)$/i

/** A setting that protects something: long enough, and not from an example. */
export const secret = (shortest: number) =>
  z
    .string()
    .min(shortest, `At least ${shortest} characters`)
    .refine((value) => !KNOWN.test(value), 'This is a value from an example: make one of your own')

/** An empty line in an env file means the same as none. */
export const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional())

const fromJson = (complaint: string) =>
  z.string().transform((text, context) => {
    try {
      return JSON.parse(text) as unknown
    } catch {
      context.addIssue(complaint)
      return z.NEVER
    }
  })

const SigningKey = fromJson('Write the key as a JWK in JSON').pipe(
  z.looseObject({ kty: z.string(), d: z.string('This is no private key') }),
)

const AvinodeConnection = z.strictObject({
  name: z.string().regex(/^(?!default$)[a-z0-9][a-z0-9-]{0,62}$/, 'Small letters, digits and hyphens, and not default'),
  api_token: secret(16),
  auth_token: secret(16),
  act_as_account: z.string().optional(),
  /** Two while the password is being changed; Avinode is told the first. */
  webhook: z
    .array(z.strictObject({ username: z.string().min(1), password: secret(16) }))
    .min(1)
    .max(2),
})
/** One more company whose trips are worked on here, with its own credentials in both directions. */
export type AvinodeConnection = z.output<typeof AvinodeConnection>

const AvinodeConnections = fromJson('Write the connections as a list in JSON')
  .pipe(z.array(AvinodeConnection))
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'Each connection needs a name of its own')

/** What every process of production needs to reach database, queue and Avinode. */
export const sharedSettings = {
  PUBLIC_URL: z
    .url({ protocol: /^https$/, error: 'Clients open links below it, so it must be https' })
    .transform((url) => url.replace(/\/+$/, '')),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),

  SUPABASE_URL: z.url(),
  SUPABASE_PUBLISHABLE_KEY: secret(20),
  SUPABASE_SECRET_KEY: secret(20),
  SUPABASE_JWT_SECRET: optional(secret(32)),
  SUPABASE_SIGNING_KEY: optional(SigningKey),
  /** A connection of its own or in session mode: notifications do not pass a pooler in transaction mode. */
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: optional(z.url({ protocol: /^rediss?$/ })),

  AVINODE_BASE_URL: z.url({ protocol: /^https$/ }),
  AVINODE_API_TOKEN: secret(16),
  AVINODE_AUTH_TOKEN: secret(16),
  AVINODE_ACT_AS_ACCOUNT: optional(z.string()),
  AVINODE_WEBHOOK_USERNAME: z.string().min(1),
  AVINODE_WEBHOOK_PASSWORD: secret(16),
  AVINODE_CONNECTIONS: optional(AvinodeConnections),
}

type Signing = {
  SUPABASE_JWT_SECRET?: string | undefined
  SUPABASE_SIGNING_KEY?: z.output<typeof SigningKey> | undefined
}

export const canSign = ({ SUPABASE_JWT_SECRET, SUPABASE_SIGNING_KEY }: Signing) =>
  Boolean(SUPABASE_JWT_SECRET || SUPABASE_SIGNING_KEY)

/** The complaint that goes with `canSign`. */
export const cannotSign = {
  path: ['SUPABASE_JWT_SECRET'],
  message: 'Either SUPABASE_JWT_SECRET or SUPABASE_SIGNING_KEY is needed to act as a broker',
}

/** How the database's tokens for brokers are signed. */
export function signing({ SUPABASE_JWT_SECRET, SUPABASE_SIGNING_KEY }: Signing) {
  if (SUPABASE_SIGNING_KEY) return { signingKey: SUPABASE_SIGNING_KEY }
  if (SUPABASE_JWT_SECRET) return { jwtSecret: SUPABASE_JWT_SECRET }
  throw new Error('The configuration was not checked')
}

/** What keeps a process from starting and its user can change: one sentence for each wrong setting, and never a value. */
export class SettingsError extends Error {
  constructor(sentences: string[]) {
    super(sentences.join('\n'))
  }
}

/** Reads settings against their schema; an empty line in an env file means the same as none. Names every missing or well-known value. */
export function parseSettings<Schema extends z.ZodType>(
  schema: Schema,
  environment: NodeJS.ProcessEnv,
): z.output<Schema> {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value?.trim()))
  const parsed = schema.safeParse(given)
  if (!parsed.success) throw new SettingsError(issuesOf(parsed.error).map((issue) => `${sentence([issue])}.`))
  return parsed.data
}

/** For a process's start: wrong settings are told as sentences, without a stack, and end it with code 1. */
export async function startOrExplain<Started>(start: () => Started | Promise<Started>): Promise<Started> {
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error
    process.stderr.write(`${error.message}\n`)
    process.exit(1)
  }
}
