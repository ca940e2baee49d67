import { z } from 'zod'
import { refusePending } from '../approvals/refuse-pending.ts'
import { ConflictError } from '../errors.ts'
import { Money } from '../money.ts'
import { readRequest } from '../requests/request.ts'
import { defineOutwardTool } from '../tool.ts'
import { refuseFinal } from '../workflow.ts'
import { readQuote, refuseClosed } from './quote.ts'

export const acceptQuote = defineOutwardTool({
  name: 'accept_quote',
  description:
    "Ask the broker to approve taking an operator's quote. Once approved it counts as chosen; the others stay open. It books nothing with the operator: that is done in Avinode.",
  effect: 'outward',
  input: z.strictObject({ quote_id: z.uuid().describe('From list_quotes') }),
  output: z.object({ quote_id: z.uuid() }),
  payload: z.strictObject({
    quote_id: z.uuid(),
    request_id: z.uuid(),
    operator_name: z.string(),
    total_price: Money,
    currency: z.string(),
    aircraft_type: z.string().nullable(),
    aircraft_tail_number: z.string().nullable(),
  }),
  editable: [],
  async prepare({ quote_id }, context) {
    const quote = await readQuote(quote_id, context)
    const request = await readRequest(quote.request_id, context)
    refuseFinal(request)
    if (quote.status === 'accepted') throw new ConflictError('This quote is accepted already')
    refuseClosed(quote, context.now())
    await refusePending('accept_quote', { quote_id }, context)
    const { operator_name, total_price, currency, aircraft_type, aircraft_tail_number } = quote
    return {
      payload: {
        quote_id,
        request_id: request.id,
        operator_name,
        total_price,
        currency,
        aircraft_type,
        aircraft_tail_number,
      },
      request_id: request.id,
      conversation_id: request.primary_conversation_id,
    }
  },
  async refuseOutdated({ quote_id }, context) {
    refuseClosed(await readQuote(quote_id, context), context.now())
  },
  async perform(payload, context) {
    await acceptQuote.refuseOutdated?.(payload, context)
    return { quote_id: payload.quote_id }
  },
})
