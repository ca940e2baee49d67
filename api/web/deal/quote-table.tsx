import type { ReactNode } from 'react'
import type { Quote, Request } from '../data/rows.ts'
import { formatMoney } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { useNow } from '../look/use-now.ts'
import { QuoteActions } from './quote-actions.tsx'
import { aircraftFacts, priceLines, QUOTE_STATES } from './quote-facts.ts'
import { differenceTo, partsOf } from './quote-order.ts'
import { Score, ScoreReasons } from './score.tsx'
import { Validity } from './validity.tsx'

type Props = { quotes: Quote[]; best: Quote | undefined; request: Request }

/** One column for each quote, the same facts in the same rows. */
export function QuoteTable({ quotes, best, request }: Props) {
  const now = useNow(1_000 * 30)
  const lines = [...new Set(quotes.flatMap((quote) => priceLines(quote).map(({ name }) => name)))]
  const row = (name: string, cell: (quote: Quote) => ReactNode, kind = '') => (
    <tr key={name} className={kind}>
      <th scope="row">{name}</th>
      {quotes.map((quote) => (
        <td key={quote.id} data-best={quote === best} data-status={quote.status}>
          {cell(quote)}
        </td>
      ))}
    </tr>
  )
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="quote-scroll" aria-label="Quotes side by side" tabIndex={0}>
      <table className="quote-table">
        <thead>
          <tr>
            <th scope="col">
              <span className="unseen">Fact</span>
            </th>
            {quotes.map((quote) => (
              <th key={quote.id} scope="col" data-best={quote === best} data-status={quote.status}>
                {quote === best && (
                  <span className="tag best">
                    <Icon name="star" /> Best
                  </span>
                )}
                <span className="operator-name">{quote.operator_name}</span>
                <span className={quote.status === 'accepted' ? 'chosen' : 'soft'}>{QUOTE_STATES[quote.status]}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {row(
            'All-in price',
            (quote) => (
              <Price quote={quote} best={best} />
            ),
            'price-row',
          )}
          {row(
            'Decide',
            (quote) => (
              <QuoteActions quote={quote} isBest={quote === best} request={request} now={now} />
            ),
            'action-row',
          )}
          {row('Score', (quote) => (
            <Score quote={quote} />
          ))}
          {row('Why', (quote) => (
            <ScoreReasons quote={quote} />
          ))}
          {row('Valid', (quote) => (
            <Validity quote={quote} now={now} />
          ))}
          {row('Aircraft', (quote) => aircraftFacts(quote).type)}
          {row('Tail', (quote) => (
            <span className="figure">{quote.aircraft_tail_number ?? 'Open'}</span>
          ))}
          {row('Details', (quote) => (
            <List of={aircraftFacts(quote).details} />
          ))}
          {row('Operator', (quote) => operatorFacts(quote))}
          {lines.map((name) => row(name, (quote) => <Line quote={quote} name={name} />, 'line-row'))}
          {quotes.some(({ operator_message }) => operator_message) &&
            row('Note', (quote) => quote.operator_message && <q className="note">{quote.operator_message}</q>)}
        </tbody>
      </table>
    </section>
  )
}

function Price({ quote, best }: { quote: Quote; best: Quote | undefined }) {
  return (
    <>
      <strong className="figure price">{formatMoney(quote.total_price, quote.currency)}</strong>
      <span className="figure soft">{best && quote !== best ? differenceTo(quote, best) : ' '}</span>
    </>
  )
}

function Line({ quote, name }: { quote: Quote; name: string }) {
  const line = priceLines(quote).find((candidate) => candidate.name === name)
  return (
    <span className="figure">{line ? formatMoney(line.price, quote.currency) : <span className="soft">—</span>}</span>
  )
}

const List = ({ of }: { of: string[] }) => (
  <ul className="small-list">
    {of.map((fact) => (
      <li key={fact}>{fact}</li>
    ))}
  </ul>
)

/** What the score says about the operator, without its name, which heads the column. */
function operatorFacts(quote: Quote) {
  const reason = partsOf(quote).find(({ part }) => part === 'operator')?.reason ?? ''
  return reason.replace(`${quote.operator_name}: `, '') || <span className="soft">Nothing known yet</span>
}
