import { z } from 'zod'
import { amount, card, currency, line, lines, moment } from './card.ts'

/** An operator's quote: came in, changed, was taken, refused or has lapsed. Its facts are those of the row. */
export const QuoteCard = card('quote', {
  quote_id: z.uuid(),
  operator_name: line.optional(),
  aircraft_type: line.nullish(),
  aircraft_tail_number: line.nullish(),
  total_price: amount.optional(),
  currency: currency.nullish(),
  valid_until: moment.nullish(),
  reason: lines.nullish(),
}).meta({ id: 'QuoteCard' })

/** An operator who does not fly this. */
export const DeclineCard = card('decline', {
  rejected_by: z.enum(['operator', 'broker']),
  lift_id: z.string().nullish(),
  reason: lines.nullish(),
}).meta({ id: 'DeclineCard' })
