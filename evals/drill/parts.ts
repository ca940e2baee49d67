import pino from 'pino'
import { sandboxCredentials } from '../../mcp-servers/avinode/sandbox/start-sandbox.ts'
import { createQueues } from '../../queue/queues.ts'
import { createSupabase } from '../../supabase/clients.ts'
import { createDirectFunctions, createDirectPool } from '../../supabase/direct-functions.ts'
import { createAvinodeClient } from '../../tools/avinode/rest-client.ts'
import type { readSettings } from './settings.ts'

/** What API and worker are made of, as in production; only the addresses are on loopback. */
export function createParts(settings: ReturnType<typeof readSettings>, connections: number) {
  const { databaseUrl, redisUrl, supabaseUrl, publishableKey, secretKey, jwtSecret, sandboxUrl, log_level } = settings
  const log = pino({ level: log_level })
  const pool = createDirectPool({
    databaseUrl,
    max: connections,
    timeout_ms: 2_000,
    onError: (error) => log.warn({ err: error }, 'a connection to the database was lost'),
  })
  return {
    log,
    pool,
    systemFunctions: createDirectFunctions(pool),
    supabase: createSupabase({ url: supabaseUrl, publishableKey, secretKey, jwtSecret }),
    queues: createQueues({ connection: redisUrl ? { redisUrl } : { databaseUrl }, log }),
    avinode: createAvinodeClient({
      baseUrl: `${sandboxUrl}/api`,
      ...sandboxCredentials,
      product: 'JetVision-drill',
      rateLimit: { per_second: 10_000, burst: 10_000 },
      log,
    }),
  }
}
