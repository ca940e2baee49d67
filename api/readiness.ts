import type { Pool } from 'pg'
import { pendingMigrations } from '../supabase/embedded/migrate.ts'
import type { Check, Checks } from './deps.ts'

type Parts = {
  /** The database itself, past the API in front of it. */
  pool: Pool
  /** Resolves when the queue answers. */
  queueReady(): Promise<void>
  /** Resolves when the API in front of the database answers. */
  apiReady(): Promise<void>
  timeout_ms?: number
}

const TIMEOUT_MS = 3_000

/** Looks whether the service can work: database, the API in front of it, queue, and all migrations applied. */
export function createReadiness({ pool, queueReady, apiReady, timeout_ms = TIMEOUT_MS }: Parts) {
  const check = async (look: () => Promise<string | undefined>): Promise<Check> => {
    try {
      const complaint = await within(timeout_ms, look())
      return complaint === undefined ? { ok: true } : { ok: false, detail: complaint }
    } catch {
      return { ok: false, detail: 'does not answer' }
    }
  }
  return async (): Promise<Checks> => {
    const [database, api, queue, migrations] = await Promise.all([
      check(async () => void (await pool.query('select 1'))),
      check(async () => void (await apiReady())),
      check(async () => void (await queueReady())),
      check(async () => {
        const missing = await pendingMigrations((text) => pool.query(text))
        return missing.length === 0 ? undefined : `${missing.length} migrations are not applied`
      }),
    ])
    return { database, api, queue, migrations }
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
