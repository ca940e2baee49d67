import { z } from 'zod'
import { ModelConfig } from '../../agents/models.ts'
import { parseSettings } from '../../tools/settings.ts'

const port = (standard: number) => z.coerce.number().int().min(0).max(65_535).default(standard)

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
  ...ModelConfig.shape,
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).optional(),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  MAIL_FROM: z.string().default('JetVision <proposals@jetvision.example>'),
})

export type Switches = z.output<typeof Switches>
export type LogLevel = z.output<typeof LocalEnvironment>['LOG_LEVEL']

export function parseLocalEnvironment(environment: NodeJS.ProcessEnv) {
  return parseSettings(LocalEnvironment, environment)
}

export function parseSwitches(environment: NodeJS.ProcessEnv): Switches {
  return parseSettings(Switches, environment)
}
