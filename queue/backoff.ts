import type { UpstreamError } from '../tools/errors.ts'

/** Growing pauses for what fails again and again, remembered for a bounded number of keys. Forgetting one only shortens a pause. */
export type Backoff = {
  /** Counts one more failure and returns when to try again. */
  next(key: string): Date
  /** Whether the pause after the last failure is still on. */
  pausing(key: string): boolean
  succeeded(key: string): void
}

const capacity = 1_000
const longestWish = 3_600

/** Doubles the pause from `first_ms` up to `longest_ms`. */
export function createBackoff({ first_ms, longest_ms }: { first_ms: number; longest_ms: number }): Backoff {
  const failures = new Map<string, { count: number; until: number }>()
  return {
    next(key) {
      const count = (failures.get(key)?.count ?? 0) + 1
      const until = Date.now() + Math.min(first_ms * 2 ** (count - 1), longest_ms)
      failures.delete(key) // set again at the end, so that the oldest is dropped first
      failures.set(key, { count, until })
      const [oldest] = failures.keys()
      if (failures.size > capacity && oldest !== undefined) failures.delete(oldest)
      return new Date(until)
    },
    pausing: (key) => (failures.get(key)?.until ?? 0) > Date.now(),
    succeeded: (key) => void failures.delete(key),
  }
}

/** When to ask a service again that is away: when it says itself how long to wait, it is believed, up to an hour. */
export function whenToAsk({ retry_after_seconds: wish }: UpstreamError, key: string, backoff: Backoff): Date {
  const next = backoff.next(key)
  if (wish === undefined) return next
  return new Date(Date.now() + Math.min(Math.max(wish, 1), longestWish) * 1_000)
}
