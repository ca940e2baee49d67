import { type Exchange, Refusal } from './exchange.ts'
import { operators } from './fleet.ts'
import type { Rfq, Trip } from './records.ts'

export const openRfqs = (exchange: Exchange, trip: Trip) => exchange.rfqsOf(trip.id).filter(({ canceled }) => !canceled)

/** The operator of that id, or whose name has it in it. */
export function findOperator(name: string): string {
  const wanted = name.toLowerCase()
  const found = operators.find((operator) => operator.id === name || operator.name.toLowerCase().includes(wanted))
  if (!found)
    throw new Refusal(
      404,
      'NOT_FOUND',
      `There is no operator ${name}: ${operators.map((operator) => operator.name).join(', ')}`,
    )
  return found.id
}

type Named = {
  rfq_id?: string | undefined
  lift_id?: string | undefined
  operator?: string | undefined
  operator_name?: string | undefined
}

/** The RFQ that is named, or the next one without an answer; for chat, the one that answered first. */
export function pick(exchange: Exchange, trip: Trip, named: Named, otherwise: 'unanswered' | 'talking'): Rfq {
  const rfqs = openRfqs(exchange, trip)
  if (rfqs.length === 0) throw new Refusal(409, 'NO_RFQS', 'The trip has no open RFQs: send them first (send-rfqs)')
  const operator = named.operator ?? named.operator_name
  if (named.rfq_id ?? named.lift_id ?? operator) {
    const operator_id = operator === undefined ? undefined : findOperator(operator)
    const found = rfqs.find(
      (rfq) =>
        rfq.id === named.rfq_id ||
        rfq.operator_id === operator_id ||
        exchange.liftsOf(rfq.id).some(({ id }) => id === named.lift_id),
    )
    if (!found) throw new Refusal(404, 'NOT_FOUND', 'No open RFQ of this trip is meant by that')
    return found
  }
  const answers = (rfq: Rfq) => exchange.liftsOf(rfq.id).map(({ answer }) => answer)
  if (otherwise === 'talking') return rfqs.find((rfq) => answers(rfq).includes('accepted')) ?? rfqs[0] ?? impossible()
  const next = rfqs.find((rfq) => answers(rfq).every((answer) => answer === 'unanswered'))
  if (!next)
    throw new Refusal(
      409,
      'ALL_ANSWERED',
      'Every RFQ is answered: name rfq_id or operator to answer again, or send more',
    )
  return next
}

function impossible(): never {
  throw new Error('a list that is not empty has no first element')
}
