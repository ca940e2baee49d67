const LONGEST_SLEEP_MS = 30_000

/** Runs work when it is due: it sleeps until `next()`, and looks again whenever it is woken. */
export function startTicker({
  now,
  next,
  run,
}: {
  now: () => number
  next: () => number | undefined
  run: () => void
}) {
  let timer: NodeJS.Timeout | undefined
  let is_closed = false

  function wake() {
    clearTimeout(timer)
    if (is_closed) return
    const due = next()
    if (due === undefined) return
    timer = setTimeout(
      () => {
        if (is_closed) return
        run()
        wake()
      },
      Math.min(Math.max(0, due - now()), LONGEST_SLEEP_MS),
    )
  }

  return {
    wake,
    close() {
      is_closed = true
      clearTimeout(timer)
    },
  }
}
