/** How long a service is left alone once so many calls in a row have failed; each time it fails again twice as long. */
export type CircuitLimits = { failures: number; pause_ms: number; longest_ms: number }

/**
 * Spares a service that is down, and those who would wait for it: after the pause one call may try, and while its end is not known
 * the others keep away. `monotonic` counts milliseconds and never goes back.
 */
export function createCircuit(
  { failures, pause_ms, longest_ms }: CircuitLimits,
  monotonic: () => number = () => performance.now(),
) {
  let failed = 0
  let pause = pause_ms
  let open_until = 0
  let is_trying = false
  return {
    /** Seconds until a call may be tried; 0 lets it through. */
    take(): number {
      if (failed < failures) return 0
      const wait_ms = open_until - monotonic()
      if (wait_ms > 0) return Math.ceil(wait_ms / 1_000)
      open_until = monotonic() + pause
      is_trying = true
      return 0
    },
    /** The service gave an answer, whatever it was. */
    answered() {
      failed = 0
      pause = pause_ms
      is_trying = false
    },
    failed() {
      failed += 1
      if (failed < failures) return
      if (failed > failures && !is_trying) return // it began before the pause did
      if (is_trying) pause = Math.min(pause * 2, longest_ms)
      is_trying = false
      open_until = monotonic() + pause
    },
  }
}
