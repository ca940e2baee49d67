import { z } from 'zod'
import { done } from '../database.ts'
import { ConflictError } from '../errors.ts'
import { Money } from '../money.ts'
import { defineTool } from '../tool.ts'
import { advance, isBefore } from '../workflow.ts'
import { judgeQuotes } from './judge.ts'

export const scoreQuotes = defineTool({
  name: 'score_quotes',
  description:
    'Score the open quotes of a request from 0 to 100 (price, aircraft, operator, terms), rank them, and keep scores and reasons with the quotes. The scores are calculated: report them as they are.',
  effect: 'write',
  input: z.strictObject({ request_id: z.uuid().describe('From list_requests') }),
  output: z.object({
    quotes: z.array(
      z.object({
        quote_id: z.uuid(),
        operator_name: z.string(),
        total_price: Money,
        currency: z.string(),
        score: z.int(),
        ranking: z.int(),
        analysis_notes: z.string(),
      }),
    ),
    best_quote_id: z.uuid().nullable(),
  }),
  async run({ request_id }, context) {
    const { request, scored } = await judgeQuotes(request_id, context)
    if (scored.length === 0) throw new ConflictError('There is no open quote for this request yet')
    for (const { quote, score, ranking, parts, analysis_notes } of scored) {
      const status = quote.status === 'received' ? 'analyzed' : quote.status
      const metadata = { ...quote.metadata, score_parts: parts }
      await done(
        context.db.from('quotes').update({ score, ranking, analysis_notes, status, metadata }).eq('id', quote.id),
      )
    }
    // A later quote may be scored while an earlier one is proposed; that moves nothing back.
    if (isBefore(request.status, 'analyzing_proposals')) {
      await advance(request, 'analyzing_proposals', 'proposal_analysis', context)
    }
    return {
      quotes: scored.map(({ quote: { id, operator_name, total_price, currency }, score, ranking, analysis_notes }) => ({
        quote_id: id,
        operator_name,
        total_price,
        currency,
        score,
        ranking,
        analysis_notes,
      })),
      best_quote_id: scored[0]?.quote.id ?? null,
    }
  },
})
