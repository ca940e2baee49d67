import { useCallback, useState } from 'react'
import { sentenceOf } from '../data/api.ts'

/** Runs what a button does: busy while it runs, and a sentence when it fails. */
export function useAction() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const run = useCallback(async (work: () => Promise<unknown>) => {
    setBusy(true)
    setProblem(undefined)
    try {
      await work()
      return true
    } catch (error) {
      setProblem(sentenceOf(error))
      return false
    } finally {
      setBusy(false)
    }
  }, [])
  return { busy, problem, run }
}
