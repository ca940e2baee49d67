import { z } from 'zod'

const Settings = z.object({
  databaseUrl: z.string(),
  redisUrl: z.string().nullable(),
  supabaseUrl: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  jwtSecret: z.string(),
  storageFolder: z.string(),
  sandboxUrl: z.string(),
  webhook: z.object({ username: z.string(), password: z.string() }),
  issuer: z.string(),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }),
  log_level: z.string(),
})
/** What every process of a drill needs to know of the others. Secrets are made anew for each drill. */
export type Settings = z.output<typeof Settings>

const NAME = 'JETVISION_DRILL'

export const asEnvironment = (settings: Settings, port: number) => ({
  [NAME]: JSON.stringify(settings),
  PORT: String(port),
})

/** Read by the processes of a drill, from what the driver gave them. */
export function readSettings(environment: NodeJS.ProcessEnv) {
  const settings = Settings.parse(JSON.parse(environment[NAME] ?? '{}'))
  return { ...settings, port: z.coerce.number().parse(environment.PORT) }
}

/** Tells the driver that this process is up, and ends with it, however it ends. */
export function isReady() {
  process.on('disconnect', () => process.exit(0))
  process.send?.('ready')
}
