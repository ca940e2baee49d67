import { useEffect, useState } from 'react'
import { call } from './api.ts'
import { formatCountdown, formatMoney } from './format.ts'
import type { Quote, Request } from './rows.ts'
import { type Store, useStore } from './store.ts'

const CHOOSABLE = new Set(['received', 'analyzed'])

const LINES = [
  ['Flight', 'base_price'],
  ['Fuel', 'fuel_surcharge'],
  ['Taxes', 'taxes'],
  ['Fees', 'fees'],
] as const

/** The quotes side by side, best first, each with the difference to the best. */
export function Quotes({ store, request }: { store: Store; request: Request }) {
  const state = useStore(store)
  const [problem, setProblem] = useState<string>()
  useEffect(() => {
    store.loadQuotes(request.id).catch((error: Error) => setProblem(error.message))
  }, [store, request.id])

  const quotes = Object.values(state.quotes)
    .filter(({ request_id }) => request_id === request.id)
    .sort((a, b) => (a.ranking ?? 99) - (b.ranking ?? 99) || Number(a.total_price) - Number(b.total_price))
  const best = quotes[0]
  if (!best)
    return (
      <p>
        {request.operators_contacted > 0 ? 'Operators are asked; no quote yet.' : 'No operator has been asked yet.'}
      </p>
    )

  const choose = async (quote: Quote) => {
    setProblem(undefined)
    try {
      await call(store.session, 'POST', `/api/quotes/${quote.id}/accept`)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'This did not work. Please try again.')
    }
  }

  return (
    <section className="quotes">
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {quotes.map((quote) => (
        <article key={quote.id} className="card quote" data-best={quote === best && quote.score !== null}>
          <header>
            <h4>{quote.operator_name}</h4>
            {quote.score !== null && (
              <span className="score">
                {quote.score}
                <span className="soft"> / 100</span>
              </span>
            )}
          </header>
          <p className="price">
            <strong className="figure">{formatMoney(quote.total_price)}</strong>
            {quote !== best && <span className="soft"> {difference(quote, best)}</span>}
          </p>
          <p>
            {quote.aircraft_type ?? 'Aircraft open'} {quote.aircraft_tail_number}
          </p>
          {quote.analysis_notes && <p>{quote.analysis_notes}</p>}
          <dl>
            {LINES.map(([label, field]) => {
              const amount = quote[field]
              return amount && Number(amount) > 0
                ? [
                    <dt key={`${field}-name`}>{label}</dt>,
                    <dd key={field} className="figure">
                      {formatMoney(amount)}
                    </dd>,
                  ]
                : null
            })}
            <dt>Validity</dt>
            <dd>{quote.valid_until ? formatCountdown(quote.valid_until) : 'Not stated'}</dd>
            <dt>Status</dt>
            <dd>{quote.status}</dd>
          </dl>
          {CHOOSABLE.has(quote.status) && (
            <button type="button" onClick={() => choose(quote)}>
              Choose
            </button>
          )}
        </article>
      ))}
    </section>
  )
}

function difference(quote: Quote, best: Quote) {
  const amount = Number(quote.total_price) - Number(best.total_price)
  return `${amount < 0 ? '−' : '+'} ${formatMoney(String(Math.abs(amount)))}`
}
