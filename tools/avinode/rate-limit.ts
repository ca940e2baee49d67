export type RateLimit = {
  /** Calls per second on average. Avinode allows 3,600 in a rolling hour. */
  per_second: number
  /** Calls that may be made at once after a quiet time. */
  burst: number
}

export type Turn = { granted: true; wait_ms: number } | { granted: false; retry_after_seconds: number }

/**
 * A token bucket: callers take turns in the order of their calls and are told how long to wait for theirs. Whoever would wait
 * longer than `max_wait_ms` gets no turn. `monotonic` counts milliseconds and never goes back.
 */
export function createRateLimit(
  { per_second, burst }: RateLimit,
  { max_wait_ms, monotonic = () => performance.now() }: { max_wait_ms: number; monotonic?: () => number },
) {
  let tokens = burst
  let counted_at = monotonic()
  let paused_until = 0

  return {
    take(): Turn {
      const now = monotonic()
      tokens = Math.min(burst, tokens + ((now - counted_at) / 1000) * per_second)
      counted_at = now
      const until_token = tokens >= 1 ? 0 : ((1 - tokens) / per_second) * 1000
      const wait_ms = Math.ceil(Math.max(until_token, paused_until - now))
      if (wait_ms > max_wait_ms) return { granted: false, retry_after_seconds: Math.ceil(wait_ms / 1000) }
      tokens -= 1
      return { granted: true, wait_ms }
    },
    /** Nobody gets a turn for this long: the other side said so. */
    pause(seconds: number) {
      paused_until = Math.max(paused_until, monotonic() + seconds * 1000)
    },
  }
}
