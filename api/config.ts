import { z } from 'zod'
import {
  type AvinodeConnection,
  cannotSign,
  canSign,
  optional,
  parseSettings,
  secret,
  sharedSettings,
} from '../tools/settings.ts'
import { PublishableKey } from './clerk-frontend.ts'
import type { WebhookCredential } from './webhook-credentials.ts'

const list = z
  .string()
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []))
  .pipe(z.array(z.string()).min(1))

/** Calls per minute of one broker, or from one address. */
const perMinute = (usual: number) => z.coerce.number().int().min(1).max(1_000_000).default(usual)

type WebhookSettings = {
  AVINODE_WEBHOOK_USERNAME: string
  AVINODE_WEBHOOK_PASSWORD: string
  AVINODE_WEBHOOK_PREVIOUS_USERNAME?: string | undefined
  AVINODE_WEBHOOK_PREVIOUS_PASSWORD?: string | undefined
  AVINODE_CONNECTIONS?: AvinodeConnection[] | undefined
}

/** The pairs that Avinode's notifications may come with, of every connection. */
export function webhookCredentials(config: WebhookSettings): WebhookCredential[] {
  const { AVINODE_WEBHOOK_PREVIOUS_USERNAME: username, AVINODE_WEBHOOK_PREVIOUS_PASSWORD: password } = config
  const current = { username: config.AVINODE_WEBHOOK_USERNAME, password: config.AVINODE_WEBHOOK_PASSWORD }
  return [
    current,
    ...(username && password ? [{ username, password }] : []),
    ...(config.AVINODE_CONNECTIONS ?? []).flatMap(({ name: connection, webhook }) =>
      webhook.map((pair) => ({ ...pair, connection })),
    ),
  ]
}

/** Two connections that showed the same pair could not be told apart. */
const differ = (credentials: WebhookCredential[]) =>
  new Set(credentials.map(({ username, password }) => JSON.stringify([username, password]))).size === credentials.length

const Environment = z
  .object({
    ...sharedSettings,
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    HOST: z.string().default('0.0.0.0'),
    TRUST_PROXY: z.stringbool().default(false),
    WEB_DIR: optional(z.string()),

    RATE_LIMIT_BROKER: perMinute(600),
    RATE_LIMIT_CHAT: perMinute(30),
    RATE_LIMIT_MCP: perMinute(120),
    RATE_LIMIT_ADDRESS: perMinute(3_000),

    /** Taken as well while Avinode still sends the old pair. */
    AVINODE_WEBHOOK_PREVIOUS_USERNAME: optional(z.string()),
    AVINODE_WEBHOOK_PREVIOUS_PASSWORD: optional(secret(16)),

    CLERK_ISSUER: z.url({ protocol: /^https$/ }),
    /** Without it the page offers no sign-in; the API works all the same. */
    CLERK_PUBLISHABLE_KEY: optional(PublishableKey),
    CLERK_JWKS_URL: optional(z.url({ protocol: /^https$/ })),
    CLERK_AUTHORIZED_PARTIES: optional(list),
    CLERK_WEBHOOK_SECRET: secret(16),
  })
  .refine(canSign, cannotSign)
  .refine((config) => differ(webhookCredentials(config)), {
    path: ['AVINODE_CONNECTIONS'],
    message: 'Every pair of username and password must be another one',
  })

export type ApiConfig = z.output<typeof Environment>

/** Called once, by `main.ts`: nothing else in `api/` reads the environment. */
export const parseConfig = (environment: NodeJS.ProcessEnv): ApiConfig => parseSettings(Environment, environment)

/** How many calls a minute are answered. An office shares one address, so that addresses get more than brokers. */
export const rateLimits = (config: ApiConfig) => ({
  broker: config.RATE_LIMIT_BROKER,
  chat: config.RATE_LIMIT_CHAT,
  mcp: config.RATE_LIMIT_MCP,
  address: config.RATE_LIMIT_ADDRESS,
})
