import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionNamed } from '../tools/avinode/connections.ts'
import type { Broker } from '../tools/context.ts'
import { createTrip } from '../tools/requests/create-trip.ts'
import { runTool } from '../tools/tool.ts'
import { processWebhook } from './avinode-webhooks.ts'
import { createBackoff } from './backoff.ts'
import { brokerContext } from './broker-context.ts'
import { startWorld, type World } from './testing-world.ts'
import { createWaitingTrip, pollTrip } from './trips.ts'

let world: World
let theirs: Broker
let ours: Broker
beforeAll(async () => {
  world = await startWorld()
  ours = await world.broker()
  theirs = await world.broker('Omar of Second Desk')
  await world.supabase.service
    .rpc('set_agent_connection', { p_iso_agent_id: theirs.iso_agent_id, p_connection: 'second-desk' })
    .throwOnError()
})
afterAll(() => world?.[Symbol.asyncDispose]())

const backoff = () => createBackoff({ first_ms: 60_000, longest_ms: 60_000 })
const both = () => ({ avinode: world.avinode, connections: new Map([['second-desk', world.otherAvinode]]) })
const signal = AbortSignal.timeout(60_000)

/** Creates the trip of a request that waits for it, as a worker does that reaches Avinode in this way. */
async function createTripOf(broker: Broker, reach: Partial<ReturnType<typeof both>> = both()) {
  const { id } = await world.request(broker)
  await world.sql.query('alter table requests disable trigger user')
  await world.sql.query(
    "update requests set status = 'searching_flights', avinode_trip_id = null, avinode_deep_link = null, metadata = metadata - 'avinode_display_id' where id = $1",
    [id],
  )
  await world.sql.query('alter table requests enable trigger user')
  await world.avinode.cancelTrip((await found(world.avinode, id)) ?? '', { reason: 'OTHER', message: 'A test' }, signal)
  await createWaitingTrip(
    { request_id: id },
    {
      service: world.supabase.service,
      contextFor: (who, seed, until) =>
        brokerContext(who, seed, until, { ...world, ...reach, publicUrl: 'https://jets.example' }),
      createTrip: (request_id, context) => runTool(createTrip, { request_id }, context),
      backoff: backoff(),
      log: world.log,
    },
  )
  return id
}

const found = async (avinode: World['avinode'], id: string) => (await avinode.findTrip(id, signal))?.id
const tripOf = async (id: string) =>
  (await world.sql.query('select avinode_trip_id from requests where id = $1', [id])).rows[0].avinode_trip_id

const polling = (reach: Partial<ReturnType<typeof both>> = both()) => ({
  service: world.supabase.service,
  avinodeOf: (name: string) => connectionNamed(name, { avinode: world.avinode, ...reach }),
  system: world.system,
  enqueue: { analysis: async () => {} },
  log: world.log,
})

describe('a broker of another company', () => {
  it('has trips in the own company’s Avinode, and they are read from there', async () => {
    const id = await createTripOf(theirs)
    const trip_id = await tripOf(id)

    expect(await found(world.otherAvinode, id)).toBe(trip_id)
    expect(await found(world.avinode, id)).not.toBe(trip_id)

    await world.play(`trips/${trip_id}/send-rfqs`, { operators: 2 })
    await pollTrip({ request_id: id }, polling())
    expect(await world.outcome(id)).toMatchObject({ contacted: 2, status: 'monitoring_for_quotes' })
  })

  it('changes nothing in Avinode through a process that has only another company’s connection', async () => {
    const id = await createTripOf(theirs, { avinode: world.avinode })
    expect(await tripOf(id)).toBeNull()
    expect(await found(world.otherAvinode, id)).toBeUndefined()
    const warnings = world.log.lines.filter(({ level }) => level === 'warn')
    expect(warnings.at(-1)).toMatchObject({ fields: { err: { upstream: 'avinode' }, request_id: id } })
  })

  it('is told of by notifications that came with the own company’s credentials, and by no others', async () => {
    const id = await createTripOf(theirs)
    const { rfqs } = (await world.play(`trips/${await tripOf(id)}/send-rfqs`, { operators: 1 })) as {
      rfqs: { rfq_id: string }[]
    }
    const body = { id: rfqs[0]?.rfq_id ?? '', type: 'rfqs', href: null }
    const deps = {
      system: world.system,
      avinodeOf: polling().avinodeOf,
      enqueue: { webhook: async () => {}, analysis: async () => {}, monitor: async () => {} },
      backoff: backoff(),
      log: world.log,
    }
    const arrives = async (p_connection: string) => {
      const row = { p_source: 'trip-mine', p_payload: body, p_headers: {}, p_source_ip: null, p_user_agent: null }
      const { data } = await world.supabase.service.rpc('store_webhook_event', { ...row, p_connection }).throwOnError()
      await processWebhook({ event_id: (data as { event_id: string }).event_id }, deps)
    }

    await arrives('default') // whose Avinode does not know that RFQ
    expect(await world.outcome(id)).toMatchObject({ contacted: 0 })
    await arrives('second-desk')
    expect(await world.outcome(id)).toMatchObject({ contacted: 1 })
  })

  it('leaves everybody else where they were', async () => {
    const id = await createTripOf(ours)

    expect(await tripOf(id)).toEqual(expect.any(String))
    expect(await found(world.otherAvinode, id)).toBeUndefined()
  })
})

it('what a broker of an unknown company asks of Avinode is an outage, and asks nobody', async () => {
  const stray = await world.broker('Nobody’s broker')
  const p_connection = `unknown-${randomUUID()}`
  await world.supabase.service
    .rpc('set_agent_connection', { p_iso_agent_id: stray.iso_agent_id, p_connection })
    .throwOnError()
  const context = brokerContext(stray, 'seed', signal, { ...world, ...both(), publicUrl: 'https://jets.example' })

  await expect(context.avinode.searchAirports('KTEB', signal)).rejects.toMatchObject({ upstream: 'avinode' })
})
