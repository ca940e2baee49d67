import { useEffect, useMemo } from 'react'
import { OpenAvinode } from '../cards/trip-card.tsx'
import { loadQuotes } from '../data/load.ts'
import type { Request } from '../data/rows.ts'
import { useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'
import { Alert, EmptyNote, Skeleton } from '../look/status-note.tsx'
import { bestOf, inOrder, reasonOf } from './quote-order.ts'
import { QuoteTable } from './quote-table.tsx'

/** The quotes side by side, best first, and why the best is the best. */
export function Quotes({ request }: { request: Request }) {
  const { store } = useDesk()
  const all = useStore(store, (state) => state.quotes)
  const status = useStore(store, ({ quotesOf }) => quotesOf[request.id])
  const quotes = useMemo(
    () => inOrder(Object.values(all).filter(({ request_id }) => request_id === request.id)),
    [all, request.id],
  )
  useEffect(() => {
    void loadQuotes(store, request.id)
  }, [store, request.id])

  if (quotes.length === 0) {
    if (status === 'failed') {
      return (
        <section className="side">
          <Alert onRetry={() => void loadQuotes(store, request.id)}>The quotes could not be read.</Alert>
        </section>
      )
    }
    if (status !== 'ready') return <Skeleton lines={6} label="Loading quotes" />
    return <NoQuotes request={request} />
  }
  const best = bestOf(quotes)
  const open = request.quotes_expected - request.quotes_received
  return (
    <section className="side quotes-side">
      {best && (
        <p className="best-reason">
          <Icon name="star" /> {reasonOf(best)}
        </p>
      )}
      {open > 0 && request.status !== 'completed' && (
        <p className="soft" role="status">
          {request.quotes_received} of {request.quotes_expected} quotes in; {open}{' '}
          {open === 1 ? 'operator' : 'operators'} still to answer.
        </p>
      )}
      <QuoteTable quotes={quotes} best={best} request={request} />
    </section>
  )
}

function NoQuotes({ request }: { request: Request }) {
  const asked = request.operators_contacted
  if (asked > 0) {
    return (
      <EmptyNote icon="clock" title="No quote yet">
        {asked} {asked === 1 ? 'operator is' : 'operators are'} asked. Quotes appear here as they come in.
      </EmptyNote>
    )
  }
  return (
    <EmptyNote icon="plane" title="No operator has been asked yet">
      Pick operators in Avinode and send them RFQs.
      <OpenAvinode deep_link={request.avinode_deep_link} isDone={false} />
    </EmptyNote>
  )
}
