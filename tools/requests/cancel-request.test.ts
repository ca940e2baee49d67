import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decideApproval } from '../approvals/decide-approval.ts'
import { createClient } from '../clients/create-client.ts'
import type { ToolContext } from '../context.ts'
import { daysAhead, startTestDesk, type TestDesk } from '../test-context.ts'
import { requestApproval, runTool } from '../tool.ts'
import { cancelRequest } from './cancel-request.ts'
import { createRequest } from './create-request.ts'
import { createTrip } from './create-trip.ts'

let desk: TestDesk
let dana: ToolContext
beforeAll(async () => {
  desk = await startTestDesk()
  dana = await desk.broker()
})
afterAll(() => desk[Symbol.asyncDispose]())

async function newRequest() {
  const { client } = await runTool(createClient, { company_name: 'Acme' }, dana)
  const wanted = {
    departure_airport: 'KTEB',
    arrival_airport: 'KVNY',
    departure_date: daysAhead(20),
    passengers: 8,
    client_profile_id: client.id,
  }
  return (await runTool(createRequest, wanted, dana)).request.id
}

const nothing = async () => undefined

describe('cancelling a request', () => {
  it('waits for approval, and then cancels the trip with the words that were approved', async () => {
    const request_id = await newRequest()
    const { request } = await runTool(createTrip, { request_id }, dana)
    const trip = desk.avinode.trips.find(({ id }) => id === request.avinode_trip_id)

    const approval = await requestApproval(cancelRequest, { request_id, reason: 'BY_CLIENT' }, dana)
    expect(trip?.canceled).toBe(false)
    const payload = cancelRequest.payload.parse(approval.payload)
    const result = await cancelRequest.perform(payload, dana, { key: 'k', sending: nothing })

    expect(payload).toMatchObject({
      request_id,
      avinode_trip_id: trip?.id,
      route: expect.stringContaining('KTEB to KVNY'),
    })
    expect(result).toEqual({ request_id, avinode_trip_id: trip?.id })
    expect(trip).toMatchObject({
      canceled: true,
      cancelled_with: {
        reason: 'BY_CLIENT',
        message: 'The client no longer needs this trip. Thank you for your time.',
      },
    })
  })

  it('is harmless to repeat: a trip that is cancelled already is left alone', async () => {
    const request_id = await newRequest()
    await runTool(createTrip, { request_id }, dana)
    const { payload } = await requestApproval(cancelRequest, { request_id, reason: 'OTHER' }, dana)
    let sent = 0
    const perform = () =>
      cancelRequest.perform(cancelRequest.payload.parse(payload), dana, {
        key: 'k',
        sending: async () => {
          sent += 1
        },
      })

    await perform()
    await perform()

    expect(sent).toBe(1)
  })

  it('also finds the trip whose creation was cut off before we heard of it', async () => {
    const request_id = await newRequest()
    const losing = {
      ...desk.avinode,
      createTrip: (...call: Parameters<typeof desk.avinode.createTrip>) => {
        desk.avinode.losesAnswer()
        return desk.avinode.createTrip(...call)
      },
    }
    await expect(runTool(createTrip, { request_id }, { ...dana, avinode: losing })).rejects.toThrow()
    const { payload } = await requestApproval(cancelRequest, { request_id, reason: 'CHANGED' }, dana)

    await cancelRequest.perform(cancelRequest.payload.parse(payload), dana, { key: 'k', sending: nothing })

    expect(desk.avinode.trips.find((trip) => trip.external_trip_id === request_id)?.canceled).toBe(true)
  })

  it('calls nobody when there is no trip', async () => {
    const request_id = await newRequest()
    const { payload } = await requestApproval(cancelRequest, { request_id, reason: 'BY_CLIENT' }, dana)
    desk.avinode.isDown(99)

    const result = await cancelRequest.perform(cancelRequest.payload.parse(payload), dana, {
      key: 'k',
      sending: () => Promise.reject(new Error('nothing may leave')),
    })
    desk.avinode.isDown(0)

    expect(result).toEqual({ request_id, avinode_trip_id: null })
  })

  it('tells operators nothing about the client', async () => {
    const request_id = await newRequest()

    await expect(
      requestApproval(
        cancelRequest,
        { request_id, reason: 'OTHER', message_to_operators: 'Acme went elsewhere' },
        dana,
      ),
    ).rejects.toMatchObject({ details: { issues: [{ path: 'message_to_operators' }] } })
    const { id: approval_id } = await requestApproval(cancelRequest, { request_id, reason: 'OTHER' }, dana)
    const edits = { message_to_operators: 'Acme went elsewhere' }
    await expect(decideApproval({ approval_id, decision: 'approve', edits }, dana)).rejects.toMatchObject({
      details: { issues: [{ path: 'message_to_operators' }] },
    })
  })

  it('is not asked twice, nor for a request that is over', async () => {
    const request_id = await newRequest()
    const call = { request_id, reason: 'OTHER' }
    const { id: approval_id } = await requestApproval(cancelRequest, call, dana)

    await expect(requestApproval(cancelRequest, call, dana)).rejects.toMatchObject({ details: { approval_id } })
    await desk.sql.query("update requests set status = 'cancelled' where id = $1", [request_id])
    await expect(requestApproval(cancelRequest, call, dana)).rejects.toMatchObject({ code: 'conflict' })
  })
})
