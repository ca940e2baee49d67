import pg from 'pg'
import { createDirectFunctions } from '../supabase/direct-functions.ts'
import { createAvinodeClient } from '../tools/avinode/rest-client.ts'
import { processWebhook, type WebhookDeps } from './avinode-webhooks.ts'
import { createBackoff } from './backoff.ts'
import { createEnqueue } from './enqueue.ts'
import { createQueues, type QueueConnection } from './queues.ts'
import { sweep } from './sweeper.ts'
import { createSystem } from './system.ts'
import { recordingLog } from './testing.ts'

/** A notification whose address is not Avinode's: it passes through all hands without anybody being asked for anything. */
export const addressedElsewhere = (id: string) => ({
  id,
  type: 'tripmsgs',
  href: `https://elsewhere.example/api/tripmsgs/${id}`,
})

/** What one process has of the queue of notifications: it asks for work, sweeps, and works off so many at once; 0 for none. */
export async function startConsumer(databaseUrl: string, connection: QueueConnection, atOnce: number) {
  const log = recordingLog()
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 5 })
  pool.on('error', () => {}) // the database goes before it
  const system = createSystem(createDirectFunctions(pool))
  const queues = createQueues({ connection, log })
  const enqueue = createEnqueue(queues, log)
  const avinode = createAvinodeClient({
    baseUrl: 'https://avinode.example/api',
    apiToken: 'none',
    authToken: 'none',
    product: 'JetVision-test',
    fetch: () => Promise.reject(new Error('Nobody is to be asked')),
    log,
  })
  const applied: string[] = []
  const deps: WebhookDeps = {
    system: {
      ...system,
      async applyChange(lease, change) {
        const outcome = await system.applyChange(lease, change)
        if (outcome.applied && lease) applied.push(lease.event_id)
        return outcome
      },
    },
    avinodeOf: () => avinode,
    enqueue,
    backoff: createBackoff({ first_ms: 5_000, longest_ms: 60_000 }),
    log,
  }
  const work = async (payload: unknown) => {
    const { event_id, event_ids = [] } = payload as { event_id?: string; event_ids?: string[] } // as `enqueue` made it
    if (event_id) return processWebhook({ event_id }, deps)
    await Promise.all(event_ids.map((id) => enqueue.webhook(id, 0)))
  }
  const worker = atOnce > 0 ? await queues.work('avinode-webhooks', atOnce, work) : undefined
  const backoff = createBackoff({ first_ms: 60_000, longest_ms: 60_000 })
  return {
    enqueue,
    queues,
    /** The notifications that it brought to their end, in order. */
    applied,
    sweep: () => sweep({ system, queues, enqueue, trips: backoff, monitors: backoff, log }),
    async [Symbol.asyncDispose]() {
      await worker?.close()
      await queues.close()
      await pool.end()
    },
  }
}
