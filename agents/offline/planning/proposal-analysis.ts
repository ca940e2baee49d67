import { z } from 'zod'
import { priceLabel } from './describe.ts'
import { explain } from './failures.ts'
import { asksForWords, reportWords } from './operator-words.ts'
import { Comparison, type QuoteRow } from './rows.ts'
import { readTask } from './specialist.ts'
import { answer, call, resultOf, type Step, type Turn } from './turn.ts'

/** Has the quotes scored by the fixed rules, and tells the result; it adds no judgement of its own. */
export function planProposalAnalysis(turn: Turn): Step {
  const task = readTask(turn)
  const { request_id } = task
  if (!request_id) return answer(nothing('', 'The task names no request.'))
  if (asksForWords(task)) return reportWords(turn, request_id)
  const scored = resultOf(turn, 'score_quotes', z.looseObject({ best_quote_id: z.string().nullable() }))
  if (!scored) return call('score_quotes', { request_id })
  if (!scored.ok) {
    const none = scored.failure.code === 'conflict'
    return answer(
      nothing(
        request_id,
        none ? 'No open quote has come in yet, so there is nothing to compare.' : explain(scored.failure),
      ),
    )
  }
  const compared = resultOf(turn, 'compare_quotes', Comparison)
  if (!compared) return call('compare_quotes', { request_id })
  if (!compared.ok) return answer(nothing(request_id, explain(compared.failure)))
  const { best_quote_id, quotes } = compared.value
  const ranked = quotes.toSorted((a, b) => (a.ranking ?? 999) - (b.ranking ?? 999))
  return answer({
    request_id,
    best_quote_id,
    summary: summary(ranked),
    ranking: ranked.map((quote, index) => ({
      quote_id: quote.id,
      ranking: quote.ranking ?? index + 1,
      operator_name: quote.operator_name,
      total_price: quote.total_price,
      currency: quote.currency,
      score: quote.score ?? 0,
      reason: reasonOf(quote),
    })),
  })
}

const nothing = (request_id: string, summary: string) => ({ request_id, best_quote_id: null, summary, ranking: [] })

function summary([best]: readonly QuoteRow[]): string {
  if (!best) return 'No open quote has come in yet, so there is nothing to compare.'
  const reasons = reasonsOf(best)
  const aircraft = best.aircraft_type && !reasons.includes(best.aircraft_type) ? `, ${best.aircraft_type}` : ''
  const lead = `${best.operator_name} is the best: ${priceLabel(best.total_price, best.currency)}${aircraft}, ${best.score ?? 0} of 100 points.`
  return [lead, reasons].filter(Boolean).join(' ')
}

/** The notes begin with the score, and name the lowest price and the operator, which are told beside them. */
const reasonsOf = ({ analysis_notes, operator_name }: QuoteRow) =>
  (analysis_notes ?? '')
    .replace(/^\d+ of 100(?: points)?\.\s*/, '')
    .replace(/(Lowest price), [A-Z]{3} [\d,.]*\d/, '$1')
    .replace(`${operator_name}: `, 'The operator is ')

/** In one sentence, without the price that stands beside it. */
function reasonOf(quote: QuoteRow): string {
  const reasons = reasonsOf(quote)
  const first = /^.*?[.;!](?= |$)/.exec(reasons)?.[0].replace(/;$/, '.') || reasons || 'Not judged yet.'
  return first.replace(/^[A-Z]{3} [\d,.]+\d, /, '')
}
