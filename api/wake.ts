/** Waits for a call, or for a while, whichever is first. A call that comes before the wait is not lost. */
export type Wake = {
  wake(): void
  /** Without a time it waits for a call, or the end, alone. */
  wait(ms: number | undefined, signal: AbortSignal): Promise<void>
}

export function createWake(): Wake {
  let called = false
  let notify: (() => void) | undefined
  return {
    wake() {
      called = true
      notify?.()
    },
    async wait(ms, signal) {
      if (!called && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const done = () => {
            clearTimeout(timer)
            signal.removeEventListener('abort', done)
            notify = undefined
            resolve()
          }
          const timer = ms === undefined ? undefined : setTimeout(done, ms)
          notify = done
          signal.addEventListener('abort', done, { once: true })
        })
      }
      called = false
    },
  }
}
