import { formatMoney } from '../../../tools/money.ts'
import type { Exchange } from './exchange.ts'
import { operatorById } from './fleet.ts'
import type { Quote, Rfq, Trip, World } from './records.ts'

/** A trip as the control routes show it: everything that was sent and answered. */
export function overview(world: World, exchange: Exchange, trip: Trip) {
  return {
    trip_id: trip.id,
    display_id: trip.display_id,
    external_trip_id: trip.external_trip_id,
    canceled: trip.canceled,
    cancel_reason: trip.cancel_reason,
    segments: trip.segments,
    rfqs: exchange.rfqsOf(trip.id).map((rfq) => rfqOverview(exchange, rfq)),
    messages: world.messages.where('trip_id', trip.id).map(({ trip_id: _trip, ...message }) => message),
  }
}

function rfqOverview(exchange: Exchange, rfq: Rfq) {
  const operator = operatorById(rfq.operator_id)
  return {
    rfq_id: rfq.id,
    operator: { id: rfq.operator_id, name: operator?.name },
    canceled: rfq.canceled,
    lifts: exchange.liftsOf(rfq.id).map((lift) => ({
      lift_id: lift.id,
      aircraft_type: lift.aircraft_type,
      aircraft_category: lift.aircraft_category,
      aircraft_tail: lift.aircraft_tail,
      answer: lift.answer,
      quotes: exchange.quotesOf(lift.id).map(quoteOverview),
    })),
  }
}

const quoteOverview = (quote: Quote) => ({
  quote_id: quote.id,
  rfq_id: quote.rfq_id,
  lift_id: quote.lift_id,
  is_estimate: quote.is_estimate,
  total_price: formatMoney(BigInt(quote.cents)),
  currency: quote.currency,
  aircraft_type: quote.aircraft_type,
  aircraft_tail: quote.aircraft_tail,
})

overview.rfq = rfqOverview
overview.quote = quoteOverview
