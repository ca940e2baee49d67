import { z } from 'zod'
import { getRow } from '../database.ts'
import { ConflictError } from '../errors.ts'
import { defineTool } from '../tool.ts'
import { Quote, quoteColumns, readQuote, StoredQuote } from './quote.ts'

export const rejectQuote = defineTool({
  name: 'reject_quote',
  description: 'Put a quote aside: it is no longer ranked or proposed. The operator is not told by this.',
  effect: 'write',
  input: z.strictObject({
    quote_id: z.uuid().describe('From list_quotes'),
    reason: z.string().trim().max(500).nullable().default(null).describe('Why, for our own record'),
  }),
  output: z.object({ quote: Quote }),
  async run({ quote_id, reason }, context) {
    const quote = await readQuote(quote_id, context)
    if (quote.status === 'rejected') return { quote }
    if (quote.status === 'accepted' || quote.status === 'expired') {
      throw new ConflictError(`A quote that is ${quote.status} cannot be rejected`)
    }
    const changes = {
      status: 'rejected',
      ranking: null,
      responded_at: context.now().toISOString(),
      metadata: { ...quote.metadata, rejected_reason: reason },
    } as const
    const changed = context.db.from('quotes').update(changes).eq('id', quote_id).select(quoteColumns)
    return { quote: await getRow('The quote', StoredQuote, changed) }
  },
})
