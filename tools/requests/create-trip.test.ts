import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { AvinodeUnavailableError } from '../avinode/unavailable.ts'
import type { ToolContext } from '../context.ts'
import { InvalidInputError, UpstreamError } from '../errors.ts'
import { daysAhead, startTestDesk, type TestDesk } from '../test-context.ts'
import { runTool } from '../tool.ts'
import { createRequest } from './create-request.ts'
import { createTrip } from './create-trip.ts'
import { getTrip } from './get-trip.ts'
import { readRequest } from './request.ts'

let desk: TestDesk
let dana: ToolContext
beforeAll(async () => {
  desk = await startTestDesk()
})
beforeEach(async () => {
  desk.clock.now = new Date()
  dana = await desk.broker()
})
afterAll(() => desk[Symbol.asyncDispose]())

const flight = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: daysAhead(20), passengers: 8 }

async function requestIn(context: ToolContext) {
  return (await runTool(createRequest, flight, context)).request
}

const tripsOf = (request_id: string) => desk.avinode.trips.filter((trip) => trip.external_trip_id === request_id)

describe('a trip', () => {
  it('is created with its segments, and the broker gets the link into Avinode', async () => {
    const chat = await desk.chat(dana)
    const request = await requestIn(chat)

    const made = await runTool(createTrip, { request_id: request.id }, chat)
    const [trip] = tripsOf(request.id)
    const states = await desk.sql.query(
      'select current_state, agent_id from workflow_states where request_id = $1 order by state_entered_at',
      [request.id],
    )
    const cards = await desk.sql.query(
      "select sender_type, rich_content from messages where conversation_id = $1 and content_type = 'rfp_created'",
      [chat.origin.conversation_id],
    )

    expect(made).toMatchObject({
      created: true,
      deep_link: trip?.search_url,
      request: {
        status: 'awaiting_user_action',
        avinode_trip_id: trip?.id,
        avinode_deep_link: trip?.search_url,
        metadata: { avinode_display_id: trip?.display_id },
      },
    })
    expect(trip?.asked).toEqual({
      external_trip_id: request.id,
      segments: request.segments,
      aircraft_category: null,
      aircraft_type: null,
    })
    expect(states.rows.map(({ current_state }) => current_state)).toEqual([
      'draft',
      'pending',
      'analyzing',
      'fetching_client_data',
      'searching_flights',
      'trip_created',
      'awaiting_user_action',
    ])
    expect(states.rows.at(-1)?.agent_id).toBe('flight_search')
    expect(cards.rows).toEqual([
      {
        sender_type: 'ai_assistant',
        rich_content: { card: 'trip', request_id: request.id, deep_link: trip?.search_url },
      },
    ])
  })

  it('is the same one, with one card, however often it is asked for', async () => {
    const { id: request_id, primary_conversation_id } = await requestIn(dana)

    const first = await runTool(createTrip, { request_id }, dana)
    const second = await runTool(createTrip, { request_id }, await desk.chat(dana))
    const { rows } = await desk.sql.query(
      "select count(*)::int from messages where conversation_id = $1 and content_type = 'rfp_created'",
      [primary_conversation_id],
    )

    expect([first.created, second.created]).toEqual([true, false])
    expect(second.deep_link).toBe(first.deep_link)
    expect(tripsOf(request_id).length).toBe(1)
    expect(rows).toEqual([{ count: 1 }])
  })

  it('is one, although the answer to its creation never arrived', async () => {
    const chat = await desk.chat(dana)
    const { id: request_id } = await requestIn(chat)
    const losing = {
      ...chat,
      avinode: {
        ...desk.avinode,
        createTrip: (...call: Parameters<typeof desk.avinode.createTrip>) => {
          desk.avinode.losesAnswer()
          return desk.avinode.createTrip(...call)
        },
      },
    }

    await expect(runTool(createTrip, { request_id }, losing)).rejects.toMatchObject({ code: 'upstream_unavailable' })
    expect((await readRequest(request_id, chat)).status).toBe('searching_flights')
    const again = await runTool(createTrip, { request_id }, chat)

    expect(again.created).toBe(false)
    expect(again.request.status).toBe('awaiting_user_action')
    expect(tripsOf(request_id).length).toBe(1)
  })

  it('is one, although two ask for it at the same moment', async () => {
    const { id: request_id } = await requestIn(dana)
    const ask = () => runTool(createTrip, { request_id }, { ...dana, newId: () => randomUUID() })

    const answers = await Promise.allSettled([ask(), ask(), ask(), ask()])

    expect(tripsOf(request_id).length).toBe(1)
    expect(answers.some(({ status }) => status === 'fulfilled')).toBe(true)
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'conflict' })
    }
  })

  it('of a process that died is taken over once its minute is up', async () => {
    const { id: request_id } = await requestIn(dana)
    const lost = { ...desk.avinode, createTrip: () => Promise.reject(new UpstreamError('avinode', 'No answer came')) }
    const dying = runTool(createTrip, { request_id }, { ...dana, avinode: lost })
    await expect(dying).rejects.toMatchObject({ code: 'upstream_unavailable' })

    await expect(runTool(createTrip, { request_id }, dana)).rejects.toMatchObject({ code: 'conflict' })
    desk.clock.now = new Date(Date.now() + 61_000)

    expect((await runTool(createTrip, { request_id }, dana)).created).toBe(true)
  })

  it.each([
    ['cannot be looked for', 'findTrip', new UpstreamError('avinode', 'Avinode does not answer')],
    ['was never sent', 'createTrip', new AvinodeUnavailableError('Avinode cannot be reached', 'not_sent')],
  ] as const)('that %s can be asked for again at once', async (_what, verb, outage) => {
    const { id: request_id } = await requestIn(dana)
    const down = { ...desk.avinode, [verb]: () => Promise.reject(outage) }

    await expect(runTool(createTrip, { request_id }, { ...dana, avinode: down })).rejects.toBe(outage)

    expect(await readRequest(request_id, dana)).toMatchObject({
      status: 'searching_flights',
      metadata: { trip_creation: { released: true } },
    })
    expect((await runTool(createTrip, { request_id }, dana)).created).toBe(true)
  })

  it('that Avinode refuses leaves the request failed, with the reason in its history', async () => {
    const { id: request_id } = await requestIn(dana)
    const refusing = {
      ...dana,
      avinode: {
        ...desk.avinode,
        createTrip: () =>
          Promise.reject(new InvalidInputError([{ path: '', message: 'Avinode knows no such airport' }])),
      },
    }

    await expect(runTool(createTrip, { request_id }, refusing)).rejects.toMatchObject({ code: 'invalid_input' })
    const { rows } = await desk.sql.query(
      'select current_state, error_message from workflow_states where request_id = $1 and state_duration_ms is null',
      [request_id],
    )

    expect(rows).toEqual([{ current_state: 'failed', error_message: 'Avinode knows no such airport' }])
    expect((await runTool(createTrip, { request_id }, dana)).request.status).toBe('awaiting_user_action')
  })

  it('can be looked at with the operators who were asked', async () => {
    const { id: request_id } = await requestIn(dana)
    await expect(runTool(getTrip, { request_id }, dana)).rejects.toMatchObject({ code: 'conflict' })
    const { request } = await runTool(createTrip, { request_id }, dana)
    desk.avinode.sendsRfq(request.avinode_trip_id ?? '', 'Elite Jets')

    const { trip } = await runTool(getTrip, { request_id }, dana)

    expect(trip.rfqs).toMatchObject([{ operator_name: 'Elite Jets', canceled: false }])
  })
})
