import { z } from 'zod'
import { formatMoney, Money, parseMoney } from '../money.ts'
import { defineTool } from '../tool.ts'
import { judgeQuotes } from './judge.ts'
import { Quote } from './quote.ts'
import { ScorePart } from './scoring.ts'

export const compareQuotes = defineTool({
  name: 'compare_quotes',
  description:
    'Compare the open quotes of a request side by side, best first: the difference in price to the best one, and how each scores part by part. Changes nothing.',
  effect: 'read',
  input: z.strictObject({ request_id: z.uuid().describe('From list_requests') }),
  output: z.object({
    best_quote_id: z.uuid().nullable(),
    quotes: z.array(
      Quote.extend({
        score: z.int(),
        ranking: z.int(),
        difference_to_best: Money.nullable().describe(
          'More (or, with a minus, less) than the best one; null in another currency',
        ),
        score_parts: z.array(ScorePart),
      }),
    ),
  }),
  async run({ request_id }, context) {
    const { scored } = await judgeQuotes(request_id, context)
    const best = scored[0]?.quote
    return {
      best_quote_id: best?.id ?? null,
      quotes: scored.map(({ quote, score, ranking, parts, analysis_notes }) => ({
        ...quote,
        score,
        ranking,
        analysis_notes,
        score_parts: parts,
        difference_to_best:
          best && best.currency === quote.currency
            ? formatMoney(parseMoney(quote.total_price) - parseMoney(best.total_price))
            : null,
      })),
    }
  },
})
