import { z } from 'zod'
import { defineTool } from '../tool.ts'
import { Quote, readQuote } from './quote.ts'

export const getQuote = defineTool({
  name: 'get_quote',
  description:
    "Read one quote with its price lines, aircraft and operator's message. Prices are net: the client never sees them.",
  effect: 'read',
  input: z.strictObject({ quote_id: z.uuid().describe('From list_quotes') }),
  output: z.object({ quote: Quote }),
  async run({ quote_id }, context) {
    return { quote: await readQuote(quote_id, context) }
  },
})
