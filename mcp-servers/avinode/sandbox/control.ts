import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { guide } from './control-guide.ts'
import { Chat, Decline, input, Leg, lineItems, Modes, Quote, toCents } from './control-input.ts'
import { findOperator, openRfqs, pick } from './control-target.ts'
import type { Dispatcher } from './dispatcher.ts'
import { publishEmptyLeg } from './empty-legs.ts'
import type { ApiEnv } from './envelope.ts'
import { type Exchange, Refusal } from './exchange.ts'
import { FaultOrder, type Faults } from './faults.ts'
import { aircraft, operatorById, operators } from './fleet.ts'
import { overview } from './overview.ts'
import type { Trip, World } from './records.ts'
import { bestPerOperator, optionsFor } from './selection.ts'

type Parts = {
  world: World
  exchange: Exchange
  dispatcher: Dispatcher
  faults: Faults
  advanceClock: (seconds: number) => void
  reset: (options: { keep_webhooks: boolean }) => void
}

/** The control surface that Avinode does not have: it plays the person in the marketplace, the operators, and misfortune. */
export function createControlRoutes({ world, exchange, dispatcher, faults, advanceClock, reset }: Parts) {
  const tripOf = (c: Context): Trip => {
    const id = c.req.param('trip_id') ?? ''
    const trip = world.trips.get(id) ?? world.trips.where('display_id', id)[0]
    if (!trip) throw new Refusal(404, 'NOT_FOUND', `There is no trip ${id}`)
    return trip
  }
  /** Whoever plays the operators of a trip wants no answers that come by themselves. */
  const played = (c: Context) => world.trips.put({ ...tripOf(c), is_played: true })

  return new Hono<ApiEnv>()
    .get('/_sim', (c) => c.json(guide))
    .get('/_sim/operators', (c) =>
      c.json({ operators: operators.map((operator) => ({ ...operator, aircraft: fleet(operator.id) })) }),
    )
    .get('/_sim/trips', (c) => c.json({ trips: world.trips.list().map((trip) => overview(world, exchange, trip)) }))
    .get('/_sim/trips/:trip_id', (c) => c.json(overview(world, exchange, tripOf(c))))
    .post('/_sim/trips/:trip_id/send-rfqs', async (c) => {
      const trip = tripOf(c)
      const body = await input(
        c,
        z.object({
          operators: z.union([z.int().min(1), z.array(z.string()).min(1)]).default(3),
          message: z.string().optional(),
        }),
      )
      const asked = new Set(openRfqs(exchange, trip).map(({ operator_id }) => operator_id))
      const all = bestPerOperator(optionsFor(trip, exchange.legs(trip))).filter(
        ({ aircraft: { operator_id } }) => !asked.has(operator_id),
      )
      const wanted = Array.isArray(body.operators) ? body.operators.map(findOperator) : undefined
      const chosen = wanted
        ? all.filter(({ aircraft: { operator_id } }) => wanted.includes(operator_id))
        : all.slice(0, Number(body.operators))
      if (exchange.legs(trip).length === 0)
        throw new Refusal(409, 'NO_SEGMENTS', 'The trip has no segment that can be flown')
      const rfqs = exchange.sendRfqs(trip, chosen, body.message ?? null)
      return c.json({ trip_id: trip.id, rfqs: rfqs.map((rfq) => overview.rfq(exchange, rfq)) })
    })
    .post('/_sim/trips/:trip_id/operator-quote', async (c) => {
      const body = await input(c, Quote)
      const rfq = pick(exchange, played(c), body, 'unanswered')
      const lift = exchange.liftsOf(rfq.id).find(({ id }) => id === body.lift_id) ?? exchange.liftsOf(rfq.id)[0]
      if (!lift) throw new Refusal(409, 'NO_LIFT', 'The RFQ asks for no aircraft')
      const cents = body.total_price === undefined ? undefined : toCents(body.total_price, 'total_price')
      const { quote, message } = exchange.quote(rfq, lift, {
        cents,
        currency: body.currency,
        message: body.message,
        line_items: lineItems(body, cents),
        aircraft: {
          type: body.aircraft_type,
          category: body.aircraft_category,
          tail: body.aircraft_tail ?? body.aircraft_tail_number,
        },
        is_extra: body.extra,
      })
      return c.json({ ...overview.quote(quote), message_id: message.id, operator: operatorById(rfq.operator_id)?.name })
    })
    .post('/_sim/trips/:trip_id/operator-decline', async (c) => {
      const body = await input(c, Decline)
      const rfq = pick(exchange, played(c), body, 'unanswered')
      const text = body.message ?? body.reason ?? 'Unfortunately we cannot offer this trip.'
      const message = exchange.decline(rfq, text)
      return c.json({ message_id: message.id, rfq_id: rfq.id, operator: operatorById(rfq.operator_id)?.name })
    })
    .post('/_sim/trips/:trip_id/operator-chat', async (c) => {
      const body = await input(c, Chat)
      const rfq = pick(exchange, played(c), body, 'talking')
      const message = exchange.chat(rfq, 'operator', body.text)
      return c.json({ message_id: message.id, rfq_id: rfq.id, operator: operatorById(rfq.operator_id)?.name })
    })
    .post('/_sim/trips/:trip_id/ui-chat', async (c) => {
      const body = await input(c, Chat)
      const rfq = pick(exchange, tripOf(c), body, 'talking')
      return c.json({ message_id: exchange.chat(rfq, 'broker', body.text).id, rfq_id: rfq.id })
    })
    .post('/_sim/trips/:trip_id/ui-cancel', async (c) => {
      const trip = tripOf(c)
      const body = await input(c, z.object({ rfq_id: z.string().optional(), reason: z.string().default('OTHER') }))
      if (body.rfq_id) return c.json(overview.rfq(exchange, exchange.cancelRfq(pick(exchange, trip, body, 'talking'))))
      return c.json(overview(world, exchange, exchange.cancelTrip(trip, body.reason)))
    })
    .post('/_sim/publish-empty-leg', async (c) => {
      const { id, price, date, aircraft_tail, ...leg } = await input(c, Leg)
      const craft = aircraft.find(({ tail }) => tail === aircraft_tail) ?? aircraft[1]
      const record = {
        ...leg,
        id: id ?? world.newId('aemptyleg'),
        operator_id: craft?.operator_id ?? '',
        aircraft_id: craft?.id ?? '',
        start_date: date,
        end_date: date,
        cents: price === undefined ? null : toCents(price, 'price'),
        message: null,
      }
      publishEmptyLeg(world, dispatcher.notify, record)
      return c.json(record)
    })
    .post('/_sim/reset', async (c) => {
      reset(await input(c, z.object({ keep_webhooks: z.boolean().default(false) })))
      return c.json({ ok: true })
    })
    .get('/_sim/faults', (c) => c.json(faults.list()))
    .post('/_sim/faults', async (c) => {
      faults.order(await input(c, FaultOrder))
      return c.json(faults.list())
    })
    .delete('/_sim/faults', (c) => {
      faults.clear()
      return c.json(faults.list())
    })
    .get('/_sim/dispatcher', (c) => c.json(dispatcher.modes()))
    .post('/_sim/dispatcher', async (c) => {
      const sent = await input(c, Modes)
      dispatcher.setModes(Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined)))
      return c.json(dispatcher.modes())
    })
    .post('/_sim/clock', async (c) => {
      advanceClock((await input(c, z.object({ advance_seconds: z.number().min(0) }))).advance_seconds)
      return c.json({ ok: true })
    })
    .post('/_sim/notify', async (c) => {
      const { event_type, body } = await input(
        c,
        z.object({ event_type: z.string(), body: z.record(z.string(), z.unknown()) }),
      )
      return c.json({ targets: dispatcher.send(event_type, body) })
    })
    .post('/_sim/deliveries/retry', (c) => {
      dispatcher.hurry()
      return c.json({ ok: true })
    })
    .get('/_sim/deliveries', (c) => {
      const limit = Number(c.req.query('limit') ?? 200) || 200
      const deliveries = world.deliveries.list().slice(-limit)
      return c.json({
        deliveries: deliveries.map((delivery) => ({
          ...delivery,
          target: world.webhookSettings.get(delivery.setting_id)?.target_uri,
        })),
      })
    })
}

const fleet = (operator_id: string) => aircraft.filter((craft) => craft.operator_id === operator_id)
