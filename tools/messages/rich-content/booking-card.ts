import { z } from 'zod'
import { amount, card, currency, line, lines, link, moment } from './card.ts'

/** The flight is booked. */
export const BookingCard = card('booking', {
  request_id: z.uuid().nullish(),
  quote_id: z.uuid().nullish(),
  booking_reference: line,
  confirmed_at: moment.nullish(),
  note: lines.nullish(),
}).meta({ id: 'BookingCard' })

/** Money that somebody is asked for. */
export const PaymentCard = card('payment', {
  amount,
  currency,
  description: lines.nullish(),
  due_date: z.iso.date().nullish(),
  payment_url: link.nullish(),
  proposal_id: z.uuid().nullish(),
}).meta({ id: 'PaymentCard' })
