import { useEffect, useState } from 'react'

/** The time, renewed every so often, for what counts down. */
export function useNow(every_ms: number) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every_ms)
    return () => clearInterval(timer)
  }, [every_ms])
  return now
}
