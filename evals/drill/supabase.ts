import { setTimeout as delay } from 'node:timers/promises'
import { serve } from '@hono/node-server'
import { startLite } from '../../supabase/embedded/lite.ts'
import { isReady, readSettings } from './settings.ts'

const CHECK_EVERY_MS = 2_000
const HEALTHY_WITHIN_MS = 3_000

/** Supabase's API in front of the drill's Postgres, as a process that may be lost. */
const { databaseUrl, storageFolder, publishableKey, secretKey, jwtSecret, port } = readSettings(process.env)
const lite = await startLite({ databaseUrl, storageFolder, publishableKey, secretKey, jwtSecret })
// Its driver does not always survive the loss of a connection: then it is started anew, as a service with a health check is.
const isHealthy = async () => {
  const look = new Request(`http://127.0.0.1:${port}/rest/v1/iso_agents?select=id&limit=1`, {
    headers: { apikey: secretKey, authorization: `Bearer ${secretKey}` },
  })
  const answer = await Promise.race([lite.fetch(look), delay(HEALTHY_WITHIN_MS)])
  return answer?.ok ?? false
}
const check = async () => {
  if (!(await isHealthy())) process.exit(1)
}
await check()
setInterval(check, CHECK_EVERY_MS)
serve({ fetch: lite.fetch, port, hostname: '127.0.0.1' }, isReady)
process.on('SIGTERM', () => process.exit(0))
