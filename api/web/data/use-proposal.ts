import { useEffect, useState } from 'react'
import { useDesk } from '../frame/desk-context.ts'
import { getJson } from './api.ts'
import type { Proposal } from './rows.ts'
import { useStore } from './store.ts'

/** One proposal as it is now, read again when the client does something with it; undefined until it is known. */
export function useProposal(id: string): Proposal | undefined {
  const { store } = useDesk()
  const [proposal, setProposal] = useState<Proposal>()
  const news = useStore(store, ({ proposalNews }) => proposalNews[proposal?.request_id ?? ''])
  // biome-ignore lint/correctness/useExhaustiveDependencies: news of the client is what makes the row new
  useEffect(() => {
    if (!id) return
    const left = new AbortController()
    getJson<Proposal>(store.session, `/api/proposals/${id}`, left.signal)
      .then(setProposal)
      .catch(() => undefined) // what the message itself says is there without it
    return () => left.abort()
  }, [store, id, news])
  return proposal
}
