import { useCallback, useEffect, useState } from 'react'
import { getJson, type Page, sentenceOf } from '../data/api.ts'
import type { Request } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'

/** Rows that belong to a request, read again whenever the request changes or `also` does. What was read stays while newer rows are on their way. */
export function useRows<T>(request: Request, what: 'proposals' | 'timeline' | 'executions', also: unknown = null) {
  const { store } = useDesk()
  const [rows, setRows] = useState<T[]>()
  const [problem, setProblem] = useState<string>()
  const read = useCallback(
    async (signal?: AbortSignal) => {
      try {
        const page = await getJson<Page<T>>(store.session, `/api/requests/${request.id}/${what}?limit=100`, signal)
        setRows(page.data)
        setProblem(undefined)
      } catch (error) {
        if (!signal?.aborted) setProblem(sentenceOf(error))
      }
    },
    [store, request.id, what],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of the request is what makes these rows new
  useEffect(() => {
    const left = new AbortController()
    void read(left.signal)
    return () => left.abort()
  }, [read, request.updated_at, request.status, also])
  return { rows, problem, retry: () => void read() }
}
