import type { Log } from '../tools/context.ts'

/** Tells Avinode where to send its notifications, again and again until it answers: it may be down when we start. */
export function registerWebhooks(
  ensure: (signal: AbortSignal) => Promise<unknown>,
  log: Log,
  { first_ms, longest_ms } = { first_ms: 1_000, longest_ms: 60_000 },
): { close(): Promise<void> } {
  const closing = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void>
  const attempt = async (pause_ms: number) => {
    try {
      await ensure(closing.signal)
      log.info({}, 'Avinode knows where to send its notifications')
    } catch (error) {
      if (closing.signal.aborted) return
      log.warn({ err: error, retry_in_ms: pause_ms }, 'Avinode could not be told where to send its notifications')
      timer = setTimeout(() => {
        running = attempt(Math.min(pause_ms * 2, longest_ms))
      }, pause_ms)
    }
  }
  running = attempt(first_ms)
  return {
    async close() {
      closing.abort()
      clearTimeout(timer)
      await running
    },
  }
}
