import { useEffect } from 'react'
import { Markdown } from '../conversation/markdown.tsx'
import { loadQuotes } from '../data/load.ts'
import type { Quote } from '../data/rows.ts'
import { useStore } from '../data/store.ts'
import { bestOf, differenceTo, inOrder, reasonOf } from '../deal/quote-order.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatMoney } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { Alert } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'
import { useNow } from '../look/use-now.ts'
import type { Card } from './card-of.tsx'
import { chooseQuote, isChoosable } from './choose-quote.ts'

type Ranked = { quote_id: string; ranking: number; operator_name: string; total_price: string; score: number }
type Props = { request_id: string; card: Card; words: string }

/** The assistant's ranking, short: prices against the best, and the way to all the details. */
export function ComparisonCard({ request_id, card, words }: Props) {
  const { store, showTab } = useDesk()
  const { busy, problem, run } = useAction()
  const now = useNow(60_000)
  const request = useStore(store, ({ requests }) => requests[request_id])
  const status = useStore(store, ({ quotesOf }) => quotesOf[request_id])
  const all = useStore(store, (state) => state.quotes)
  const quotes = inOrder(Object.values(all).filter((quote) => quote.request_id === request_id))
  useEffect(() => {
    if (!status) void loadQuotes(store, request_id)
  }, [store, request_id, status])

  const ranking = (card.ranking ?? []) as Ranked[]
  const best = bestOf(quotes)
  const taken = quotes.find((quote) => quote.status === 'accepted')
  const canChoose = best && request && !taken && isChoosable(best, request, now)
  return (
    <section className="card comparison-card" aria-label="Quotes compared">
      <header>
        <Icon name="star" />
        <h2>
          {ranking.length} {ranking.length === 1 ? 'quote' : 'quotes'} compared
        </h2>
      </header>
      {best && <p>{reasonOf(best)}</p>}
      <ol>
        {ranking.map((ranked) => (
          <RankedRow key={ranked.quote_id} ranked={ranked} quote={all[ranked.quote_id]} best={best} />
        ))}
      </ol>
      {problem && <Alert>{problem}</Alert>}
      <div className="actions">
        {canChoose && (
          <button type="button" disabled={busy} onClick={() => void run(() => chooseQuote(store, best))}>
            {busy ? 'Choosing …' : `Choose ${best.operator_name}`}
          </button>
        )}
        <button type="button" className="quiet" onClick={() => showTab('Quotes')}>
          Compare side by side
        </button>
      </div>
      <details className="in-words">
        <summary>In the assistant’s words</summary>
        <Markdown text={words} />
      </details>
    </section>
  )
}

type RowProps = { ranked: Ranked; quote: Quote | undefined; best: Quote | undefined }

function RankedRow({ ranked, quote, best }: RowProps) {
  const isBest = best?.id === ranked.quote_id
  return (
    <li data-best={isBest}>
      <span>
        <strong>{ranked.operator_name}</strong>
        <span className="soft">{quote?.aircraft_type}</span>
      </span>
      <span className="amount">
        <strong className="figure">{formatMoney(ranked.total_price, quote?.currency)}</strong>
        <span className="soft figure">{isBest ? 'Best' : quote && best && differenceTo(quote, best)}</span>
      </span>
      <span className="score-figure figure">
        {ranked.score}
        <span className="soft">/100</span>
      </span>
    </li>
  )
}
