const WINDOW_MS = 10 * 60_000
const MOST_MISSES = 40
const MOST_ADDRESSES = 10_000

export type GuessGuard = {
  missed(address: string): void
  /** Seconds until this address may try again; 0 when it may. */
  wait(address: string): number
}

/** Counts links that led nowhere, by address. Memory is bounded: the address that was quiet longest is forgotten first. */
export function createGuessGuard(now: () => number = Date.now): GuessGuard {
  const misses = new Map<string, { count: number; until: number }>()
  const current = (address: string) => {
    const entry = misses.get(address)
    return entry && entry.until > now() ? entry : undefined
  }
  return {
    missed(address) {
      const { count, until } = current(address) ?? { count: 0, until: now() + WINDOW_MS }
      misses.delete(address)
      misses.set(address, { count: count + 1, until })
      const [oldest] = misses.keys()
      if (misses.size > MOST_ADDRESSES && oldest !== undefined) misses.delete(oldest)
    },
    wait(address) {
      const entry = current(address)
      return entry && entry.count >= MOST_MISSES ? Math.ceil((entry.until - now()) / 1000) : 0
    },
  }
}
