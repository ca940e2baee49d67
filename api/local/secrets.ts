import { randomBytes } from 'node:crypto'
import { z } from 'zod'

/** What protects the local service from other programs on the machine: generated once per data folder. */
export const Secrets = z.object({
  AVINODE_API_TOKEN: z.string(),
  AVINODE_AUTH_TOKEN: z.string(),
  AVINODE_WEBHOOK_USERNAME: z.string(),
  AVINODE_WEBHOOK_PASSWORD: z.string(),
})
export type Secrets = z.output<typeof Secrets>

export const createSecrets = (): Secrets => ({
  AVINODE_API_TOKEN: crypto.randomUUID(),
  AVINODE_AUTH_TOKEN: randomBytes(24).toString('base64url'),
  AVINODE_WEBHOOK_USERNAME: 'avinode',
  AVINODE_WEBHOOK_PASSWORD: randomBytes(24).toString('base64url'),
})
