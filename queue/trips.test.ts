import { afterEach, describe, expect, it } from 'vitest'
import type { Broker } from '../tools/context.ts'
import { createTrip } from '../tools/requests/create-trip.ts'
import { runTool } from '../tools/tool.ts'
import { createBackoff } from './backoff.ts'
import { brokerContext } from './broker-context.ts'
import { startWorld, type World } from './testing-world.ts'
import { createWaitingTrip, enqueuePolls, type PollDeps, pollTrip, type TripDeps } from './trips.ts'

const worlds: World[] = []
afterEach(async () => {
  for (const world of worlds.splice(0)) await world[Symbol.asyncDispose]()
})

async function open() {
  const world = await startWorld()
  worlds.push(world)
  const broker = await world.broker()
  const analyses: string[] = []
  const polling: PollDeps = {
    service: world.supabase.service,
    avinodeOf: () => world.avinode,
    system: world.system,
    enqueue: { analysis: async (id) => void analyses.push(id) },
    log: world.log,
  }
  const creating: TripDeps = {
    service: world.supabase.service,
    contextFor: (who, seed, signal) =>
      brokerContext(who, seed, signal, { ...world, publicUrl: 'https://jets.example' }),
    createTrip: (request_id, context) => runTool(createTrip, { request_id }, context),
    backoff: createBackoff({ first_ms: 60_000, longest_ms: 60_000 }),
    log: world.log,
  }
  return { world, broker, polling, creating, analyses }
}

/** A request that was left without its trip, as after a crash. */
async function leftWaiting(world: World, broker: Broker) {
  const { id } = await world.request(broker)
  await world.sql.query('alter table requests disable trigger user')
  await world.sql.query(
    "update requests set status = 'searching_flights', avinode_trip_id = null, avinode_deep_link = null, metadata = metadata - 'avinode_display_id' where id = $1",
    [id],
  )
  await world.sql.query('alter table requests enable trigger user')
  return id
}

const requestOf = async (world: World, id: string) => {
  const { rows } = await world.sql.query(
    'select status, avinode_trip_id, avinode_deep_link from requests where id = $1',
    [id],
  )
  return rows[0]
}
const tripsInAvinode = async (world: World, id: string) => {
  const found = await world.avinode.findTrip(id, AbortSignal.timeout(10_000))
  return found?.id
}

describe('a request that was left without its trip', () => {
  it('gets the trip that Avinode has already, not a second one', async () => {
    const { world, broker, creating } = await open()
    const id = await leftWaiting(world, broker)
    const existing = await tripsInAvinode(world, id)

    await createWaitingTrip({ request_id: id }, creating)
    await createWaitingTrip({ request_id: id }, creating)

    expect(await requestOf(world, id)).toMatchObject({ status: 'awaiting_user_action', avinode_trip_id: existing })
  })

  it('is left alone for a while when Avinode is away', async () => {
    const { world, broker, creating } = await open()
    const id = await leftWaiting(world, broker)
    await world.play('faults', { down: true })

    await createWaitingTrip({ request_id: id }, creating)

    expect(creating.backoff.pausing(id)).toBe(true)
    expect(await requestOf(world, id)).toMatchObject({ status: 'searching_flights', avinode_trip_id: null })
  })

  it('is left alone when it has moved on, or its broker is no longer active', async () => {
    const { world, broker, creating } = await open()
    const moved = await world.request(broker)
    const left = await leftWaiting(world, broker)
    await world.sql.query('update iso_agents set is_active = false where id = $1', [broker.iso_agent_id])

    await createWaitingTrip({ request_id: moved.id }, creating)
    await createWaitingTrip({ request_id: left }, creating)

    expect(await requestOf(world, left)).toMatchObject({ status: 'searching_flights' })
  })
})

describe('a look at open trips', () => {
  it('finds what no notification told us, once', async () => {
    const { world, broker, polling, analyses } = await open()
    const { id, trip_id } = await world.request(broker)
    await world.play(`trips/${trip_id}/send-rfqs`, { operators: 2 })
    await world.play(`trips/${trip_id}/operator-quote`, { total_price: '90000.00' })
    await world.play(`trips/${trip_id}/operator-decline`, { message: 'Sorry' })

    await pollTrip({ request_id: id }, polling)
    const first = await world.outcome(id)
    await pollTrip({ request_id: id }, polling)

    expect(first).toMatchObject({
      status: 'awaiting_quotes',
      contacted: 2,
      received: 1,
      quotes: [{ price: '90000.00' }],
    })
    expect(await world.outcome(id)).toEqual(first)
    expect(analyses).toContain(id)
  })

  it('and the notifications that come after all end in the same rows', async () => {
    const { world, broker, polling } = await open()
    const { id, trip_id } = await world.request(broker)
    await world.play(`trips/${trip_id}/send-rfqs`, { operators: 1 })
    await world.play(`trips/${trip_id}/operator-quote`, { total_price: '90000.00' })
    await pollTrip({ request_id: id }, polling)
    const polled = await world.outcome(id)

    for (const notified of await world.notifications(2)) await world.store(notified)
    await world.work()
    await expect
      .poll(
        async () => {
          const { rows } = await world.sql.query('select processing_status as status from avinode_webhook_events')
          return rows.map(({ status }) => status)
        },
        { timeout: 15_000 },
      )
      .toEqual(['completed', 'completed'])

    expect(await world.outcome(id)).toEqual(polled)
  })

  it('comes to the last of very many words, with one look or with the next', async () => {
    const { world, broker, polling } = await open()
    const { id, trip_id } = await world.request(broker)
    await world.play(`trips/${trip_id}/send-rfqs`, { operators: 1 })
    for (let n = 0; n < 5; n += 1) await world.play(`trips/${trip_id}/operator-chat`, { text: `Word ${n}` })
    const said = async () =>
      (await world.sql.query("select count(*)::int from messages where sender_type = 'operator'")).rows[0].count

    await pollTrip({ request_id: id }, { ...polling, messages_at_once: 3 })
    expect(await said()).toBe(3)
    await pollTrip({ request_id: id }, { ...polling, messages_at_once: 3 })

    expect(await said()).toBe(5)
  })

  it('survives an outage and a trip that Avinode has forgotten', async () => {
    const { world, broker, polling } = await open()
    const { id } = await world.request(broker)

    await world.play('faults', { down: true })
    await pollTrip({ request_id: id }, polling)
    await world.play('faults', { down: false })
    await world.play('reset', { keep_webhooks: true })
    await pollTrip({ request_id: id }, polling)

    expect(await world.outcome(id)).toMatchObject({ status: 'awaiting_user_action', contacted: 0 })
  })

  it('is asked for once for each request whose trip is open', async () => {
    const { world, broker } = await open()
    const opened = await world.request(broker)
    const ended = await world.request(broker)
    await world.sql.query("update requests set status = 'cancelled' where id = $1", [ended.id])
    const asked: string[] = []

    await enqueuePolls(7, {
      service: world.supabase.service,
      enqueue: { poll: async (id, slot) => void asked.push(`${id} ${slot}`) },
    })

    expect(asked).toEqual([`${opened.id} 7`])
  })
})
