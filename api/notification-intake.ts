import { z } from 'zod'
import type { Database, Json } from '../supabase/database.types.ts'
import type { DatabaseFunctions } from '../supabase/direct-functions.ts'
import { call } from '../tools/database.ts'
import { UpstreamError } from '../tools/errors.ts'

export type NotificationRow = Required<Database['public']['Functions']['store_webhook_event']['Args']>
export type StoredNotification = z.output<typeof Stored>

/** Resolves once the notification is committed. Throws `UpstreamError` where that is not known within 4.5 seconds. */
export type StoreNotification = (row: NotificationRow) => Promise<StoredNotification>

const Stored = z.object({ event_id: z.uuid(), is_new: z.boolean() })
const StoredTogether = z.array(Stored)

/** Avinode tries again for two days, so a slow database is better answered than waited for. */
const TIMEOUT_MS = 4_500
const MOST_AT_ONCE = 100
/** While one is being committed the next is being filled, and one that has got stuck holds up nobody. More would only compete. */
const MOST_TRANSACTIONS = 2
/** More than this many are not kept in memory: their senders come again. */
const MOST_WAITING = 2_000

type Waiting = {
  row: NotificationRow
  resolve(stored: StoredNotification): void
  reject(error: unknown): void
  given_up: boolean
}

/**
 * Stores notifications with few commits: what comes in while earlier ones are being committed waits for a moment and shares the
 * next transaction. What comes alone is stored at once. `onStored` is told of each transaction, after those who wait for it
 * were answered.
 */
export function createNotificationIntake(
  functions: DatabaseFunctions,
  onStored: (event_ids: string[]) => void,
): StoreNotification {
  const waiting: Waiting[] = []
  let running = 0

  const work = async () => {
    running += 1
    while (waiting.length > 0) {
      await storeTogether(waiting.splice(0, MOST_AT_ONCE).filter(({ given_up }) => !given_up))
    }
    running -= 1
  }
  const storeTogether = async (batch: Waiting[]) => {
    if (batch.length < 2) return storeEach(batch)
    try {
      const rows = batch.map(({ row }) => row) as Json // every argument of the function is JSON
      const stored = await call(StoredTogether, functions.rpc('store_webhook_events', { p_notifications: rows }))
      for (const [index, { resolve, reject }] of batch.entries()) {
        const one = stored[index]
        if (one) resolve(one)
        else reject(new Error('The database stored fewer notifications than it was given'))
      }
      tell(stored)
    } catch (error) {
      if (error instanceof UpstreamError) for (const { reject } of batch) reject(error)
      else await storeEach(batch) // one of them cannot be stored, which must not keep out the others
    }
  }
  const storeEach = async (batch: Waiting[]) => {
    for (const { row, resolve, reject } of batch) {
      await call(Stored, functions.rpc('store_webhook_event', row)).then((stored) => {
        resolve(stored)
        tell([stored])
      }, reject)
    }
  }
  const tell = (stored: StoredNotification[]) =>
    setImmediate(
      onStored,
      stored.map(({ event_id }) => event_id),
    )

  return async (row) => {
    if (waiting.length >= MOST_WAITING) throw new UpstreamError('database', 'Too many notifications wait to be stored')
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<StoredNotification>((resolve, reject) => {
        const asked: Waiting = { row, resolve, reject, given_up: false }
        timer = setTimeout(() => {
          asked.given_up = true
          reject(new UpstreamError('database', 'The database does not answer'))
        }, TIMEOUT_MS)
        waiting.push(asked)
        if (running < MOST_TRANSACTIONS) void work()
      })
    } finally {
      clearTimeout(timer)
    }
  }
}
