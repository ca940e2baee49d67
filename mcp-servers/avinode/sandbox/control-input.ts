import type { Context } from 'hono'
import { z } from 'zod'
import { parseMoney } from '../../../tools/money.ts'
import { Refusal } from './exchange.ts'
import type { LineItem } from './records.ts'

const Price = z.union([z.number(), z.string()])
const Target = {
  rfq_id: z.string().optional(),
  lift_id: z.string().optional(),
  /** Name, part of a name, or id. */
  operator: z.string().optional(),
  operator_name: z.string().optional(),
}
export const Quote = z.object({
  ...Target,
  total_price: Price.optional(),
  currency: z.string().length(3).optional(),
  message: z.string().max(5_000).optional(),
  aircraft_type: z.string().optional(),
  aircraft_category: z.string().optional(),
  aircraft_tail: z.string().optional(),
  aircraft_tail_number: z.string().optional(),
  line_items: z.array(z.object({ name: z.string(), type: z.string().default('OTHER'), price: Price })).optional(),
  fuel_surcharge: Price.optional(),
  taxes: Price.optional(),
  fees: Price.optional(),
  /** True adds an offer that answers no lift. */
  extra: z.boolean().optional(),
})
export const Decline = z.object({ ...Target, message: z.string().max(5_000).optional(), reason: z.string().optional() })
export const Chat = z.object({ ...Target, text: z.string().min(1).max(5_000) })
export const Leg = z.object({
  id: z.string().optional(),
  departure_airport: z.string(),
  arrival_airport: z.string(),
  date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
  price: Price.optional(),
  aircraft_tail: z.string().optional(),
  published: z.boolean().default(true),
})
export const Modes = z.object({
  duplicate: z.boolean().optional(),
  shuffle: z.boolean().optional(),
  drop_first: z.int().min(0).optional(),
  omit_trip_id: z.boolean().optional(),
  basic_challenge: z.boolean().optional(),
  paused: z.boolean().optional(),
})

/** The body of a control call; none means that nothing is chosen. */
export async function input<Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> {
  const text = await c.req.text()
  const parsed = schema.safeParse(text.trim() === '' ? {} : JSON.parse(text))
  if (!parsed.success) throw new Refusal(400, 'INVALID_INPUT', z.prettifyError(parsed.error))
  return parsed.data
}

export const toCents = (price: number | string, field: string) => Number(parseMoney(price, field))

/** Lines from the control call; what they leave of the total is the flight. */
export function lineItems(body: z.output<typeof Quote>, cents: number | undefined): LineItem[] | undefined {
  const named = [
    ...(body.line_items ?? []),
    ...(body.fuel_surcharge === undefined
      ? []
      : [{ name: 'Fuel surcharge', type: 'OTHER', price: body.fuel_surcharge }]),
    ...(body.taxes === undefined ? [] : [{ name: 'Taxes', type: 'OTHER', price: body.taxes }]),
    ...(body.fees === undefined ? [] : [{ name: 'Fees', type: 'OTHER', price: body.fees }]),
  ]
  if (named.length === 0 || cents === undefined) return undefined
  const lines = named.map(({ price, ...line }) => ({ ...line, cents: toCents(price, line.name) }))
  const rest = cents - lines.reduce((total, line) => total + line.cents, 0)
  if (rest < 0) throw new Refusal(400, 'INVALID_INPUT', 'The parts cost more than total_price')
  return rest === 0 ? lines : [{ name: 'Flight', type: 'OTHER', cents: rest }, ...lines]
}
