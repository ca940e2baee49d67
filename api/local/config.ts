import { z } from 'zod'

const port = (standard: number) => z.coerce.number().int().min(0).max(65_535).default(standard)
const optional = z
  .string()
  .trim()
  .optional()
  .transform((value) => value || undefined)

/** What `npm start` reads from the environment. Every production switch works here as well, one at a time. */
const LocalEnvironment = z.object({
  PORT: port(3000),
  SANDBOX_PORT: port(3001),
  SUPABASE_PORT: port(54321),
  POSTGRES_PORT: port(54322),
  MAIL_PORT: port(54324),
  JETVISION_DATA_DIR: z.string().default('.jetvision'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
})

const Switches = z.object({
  REDIS_URL: optional,
  OPENAI_API_KEY: optional,
  OPENAI_BASE_URL: optional,
  OPENAI_MODEL: optional,
  SMTP_URL: optional,
  MAIL_FROM: z.string().default('JetVision <proposals@jetvision.example>'),
})

export type Switches = z.output<typeof Switches>
export type LogLevel = z.output<typeof LocalEnvironment>['LOG_LEVEL']

export function parseLocalEnvironment(environment: NodeJS.ProcessEnv) {
  return parse(LocalEnvironment, environment)
}

export function parseSwitches(environment: NodeJS.ProcessEnv): Switches {
  return parse(Switches, environment)
}

function parse<Schema extends z.ZodType>(schema: Schema, environment: NodeJS.ProcessEnv): z.output<Schema> {
  const parsed = schema.safeParse(environment)
  if (!parsed.success) throw new Error(`Invalid configuration\n${z.prettifyError(parsed.error)}`)
  return parsed.data
}
