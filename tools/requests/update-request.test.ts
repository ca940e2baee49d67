import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../clients/create-client.ts'
import type { ToolContext } from '../context.ts'
import { daysAhead, startTestDesk, type TestDesk } from '../test-context.ts'
import { runTool } from '../tool.ts'
import { createRequest } from './create-request.ts'
import { createTrip } from './create-trip.ts'
import { updateRequest } from './update-request.ts'

let desk: TestDesk
let dana: ToolContext
beforeAll(async () => {
  desk = await startTestDesk()
  dana = await desk.broker()
})
afterAll(() => desk[Symbol.asyncDispose]())

const flight = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: daysAhead(20), passengers: 8 }

describe('changing a request', () => {
  it('to ten passengers changes every segment, and the trip in Avinode with it', async () => {
    const { request } = await runTool(createRequest, { ...flight, return_date: daysAhead(23) }, dana)
    const { request: open } = await runTool(createTrip, { request_id: request.id }, dana)

    const { request: changed, warnings } = await runTool(
      updateRequest,
      { request_id: request.id, passengers: 10 },
      dana,
    )

    expect(changed.passengers).toBe(10)
    expect(changed.segments.map(({ passengers }) => passengers)).toEqual([10, 10])
    expect(warnings).toEqual([])
    const trip = desk.avinode.trips.find(({ id }) => id === open.avinode_trip_id)
    expect(trip?.asked.segments).toEqual(changed.segments)
  })

  it('warns when operators know the old one already, and leaves the trip in Avinode', async () => {
    const { request } = await runTool(createRequest, flight, dana)
    const { request: open } = await runTool(createTrip, { request_id: request.id }, dana)
    desk.avinode.sendsRfq(open.avinode_trip_id ?? '', 'Elite Jets')

    const { request: changed, warnings } = await runTool(
      updateRequest,
      { request_id: request.id, passengers: 10 },
      dana,
    )

    expect(changed.passengers).toBe(10)
    expect(warnings).toEqual([expect.stringContaining('1 operator was already asked')])
    expect(desk.avinode.trips.find(({ id }) => id === open.avinode_trip_id)?.asked.segments[0]?.passengers).toBe(8)
  })

  it('ties the client to it while its trip is being created, and is not held up when the trip is first', async () => {
    const chat = await desk.chat(dana)
    const { client } = await runTool(createClient, { company_name: 'At The Same Time' }, dana)
    const { request } = await runTool(createRequest, flight, chat)
    const overtaken = new Proxy(chat.db, {
      get: (db, key) => {
        const value = Reflect.get(db, key)
        if (key !== 'rpc') return typeof value === 'function' ? value.bind(db) : value
        return async (...[name, given]: Parameters<typeof db.rpc>) => {
          await runTool(createTrip, { request_id: request.id }, chat)
          return db.rpc(name, given)
        }
      },
    })

    const tied = await runTool(
      updateRequest,
      { request_id: request.id, client_profile_id: client.id },
      { ...chat, db: overtaken },
    )

    expect(tied.request).toMatchObject({
      client_profile_id: client.id,
      status: 'awaiting_user_action',
      avinode_trip_id: expect.any(String),
    })
  })

  it('changes nothing while Avinode is down', async () => {
    const { request } = await runTool(createRequest, flight, dana)
    await runTool(createTrip, { request_id: request.id }, dana)
    desk.avinode.isDown()

    await expect(runTool(updateRequest, { request_id: request.id, passengers: 10 }, dana)).rejects.toMatchObject({
      code: 'upstream_unavailable',
    })
    const { request: same } = await runTool(updateRequest, { request_id: request.id }, dana)

    expect(same.passengers).toBe(8)
  })

  it('attaches a client and moves on to fetching its data', async () => {
    const { client } = await runTool(createClient, { company_name: 'Acme' }, dana)
    const { request } = await runTool(createRequest, flight, await desk.chat(dana))

    const { request: changed } = await runTool(
      updateRequest,
      { request_id: request.id, client_profile_id: client.id, budget: '$120,000' },
      dana,
    )

    expect(changed).toMatchObject({
      client: { company_name: 'Acme' },
      budget: '120000.00',
      status: 'fetching_client_data',
    })
  })

  it('moves single fields of a return trip, and adds a way back', async () => {
    const { request } = await runTool(createRequest, flight, dana)

    const { request: changed } = await runTool(
      updateRequest,
      { request_id: request.id, departure_time: '09:30', return_date: daysAhead(25) },
      dana,
    )

    expect(changed.return_date).toBe(daysAhead(25))
    expect(changed.segments).toMatchObject([
      { departure_airport: 'KTEB', departure_time: '09:30' },
      { departure_airport: 'KVNY', arrival_airport: 'KTEB', departure_date: daysAhead(25) },
    ])
  })

  it('is refused into the past, and for a request that is over', async () => {
    const { request } = await runTool(createRequest, flight, dana)
    const request_id = request.id

    await expect(runTool(updateRequest, { request_id, departure_date: daysAhead(-3) }, dana)).rejects.toMatchObject({
      code: 'invalid_input',
    })
    await desk.sql.query("update requests set status = 'cancelled' where id = $1", [request_id])
    await expect(runTool(updateRequest, { request_id, passengers: 2 }, dana)).rejects.toMatchObject({
      code: 'conflict',
    })
  })

  it('loses nothing when two change different things at once', async () => {
    const { request } = await runTool(createRequest, flight, dana)
    const request_id = request.id

    await Promise.all([
      runTool(updateRequest, { request_id, aircraft_category: 'Heavy jet' }, dana),
      runTool(updateRequest, { request_id, special_requirements: 'two dogs' }, dana),
      runTool(updateRequest, { request_id, passengers: 5 }, dana),
    ])
    const { request: changed } = await runTool(updateRequest, { request_id }, dana)

    expect(changed).toMatchObject({
      passengers: 5,
      special_requirements: 'two dogs',
      metadata: { aircraft_category: 'Heavy jet', special_wishes: ['two dogs'] },
    })
    expect(changed.segments[0]?.passengers).toBe(5)
  })
})
