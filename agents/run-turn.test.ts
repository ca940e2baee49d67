import { assistantMessage, functionCall } from '@openai/agents/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Desk, OMARS_REQUEST, scripted, startDesk } from './testing/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.close())

const inTwentyDays = new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10)
const trip = {
  client_profile_id: null,
  segments: [
    {
      departure_airport: 'KTEB',
      arrival_airport: 'KLAX',
      departure_date: inTwentyDays,
      departure_time: null,
      passengers: 8,
    },
  ],
}

describe('a turn of the assistant', () => {
  it('streams its words and keeps them as one message', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Good morning')

    await desk.runs(turn_id, scripted({ orchestrator: [[assistantMessage('Good morning. Where to?')]] }))

    const [message] = await desk.answers(chat)
    const chunks = await desk.chunks(turn_id)
    expect(message).toMatchObject({
      content: 'Good morning. Where to?',
      metadata: { turn_id, model: 'scripted', offline: false },
    })
    expect(chunks.map(({ type }) => type)).toEqual(['start', 'text-start', 'text-delta', 'text-end', 'finish'])
    expect(chunks[0]).toMatchObject({ messageId: message?.id })
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'completed' })
  })

  it('records every run of every agent below the run that called it, and ties all of them to the request', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Teterboro to LA for Acme, 8 people')
    const models = scripted({
      orchestrator: [
        [functionCall('client_data', { task: 'Find Acme', request_id: null }, { callId: 'a' })],
        [functionCall('create_request', trip, { callId: 'b' })],
        [assistantMessage('Done.')],
      ],
      client_data: [
        [functionCall('find_clients', { query: 'Acme' }, { callId: 'c' })],
        [
          assistantMessage(
            JSON.stringify({ client: null, candidates: [], created: false, preferences_summary: null, note: 'n' }),
          ),
        ],
      ],
    })

    await desk.runs(turn_id, models)

    const [orchestrator, client_data, ...others] = await desk.executions(turn_id)
    const [request] = await desk.query(
      `select id, status from public.requests where metadata ->> 'created_in_turn' = $1`,
      [turn_id],
    )
    expect(others).toEqual([])
    expect(orchestrator).toMatchObject({ agent_type: 'orchestrator', status: 'completed', request_id: request?.id })
    expect(orchestrator?.metadata).toMatchObject({
      parent_execution_id: null,
      turn_id,
      conversation_id: chat,
      model: 'scripted',
      tool_calls: [
        { name: 'client_data', ok: true },
        { name: 'create_request', ok: true, arguments: trip },
      ],
    })
    expect(client_data).toMatchObject({ agent_type: 'client_data', status: 'completed', request_id: request?.id })
    expect(client_data?.metadata).toMatchObject({
      parent_execution_id: orchestrator?.id,
      tool_calls: [{ name: 'find_clients', ok: true }],
    })
    expect(request?.status).toBe('analyzing')
    expect((await desk.chunks(turn_id)).map(({ type }) => type)).toContain('data-request')
  })

  it('leaves a log that tells what was done, without addresses and numbers of people', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Create Bluebird, mail pat@bluebird.example.com, phone +1 212 555 0133')
    const client = { company_name: 'Bluebird', contact_name: 'Pat Lee', email: 'pat@bluebird.example.com' }
    const models = scripted({
      orchestrator: [
        [
          functionCall(
            'client_data',
            { task: 'Create Bluebird, pat@bluebird.example.com', request_id: null },
            { callId: 'a' },
          ),
        ],
        [assistantMessage('Bluebird is created; I write to pat@bluebird.example.com.')],
      ],
      client_data: [
        [functionCall('create_client', { ...client, phone: '+1 212 555 0133' }, { callId: 'c' })],
        [
          assistantMessage(
            JSON.stringify({ client: null, candidates: [], created: true, preferences_summary: null, note: 'n' }),
          ),
        ],
      ],
    })

    await desk.runs(turn_id, models)

    const runs = await desk.executions(turn_id)
    expect(runs[1]?.metadata).toMatchObject({
      tool_calls: [
        {
          name: 'create_client',
          ok: true,
          duration_ms: expect.any(Number),
          arguments: { company_name: 'Bluebird', contact_name: '[name]', email: '[email]', phone: '[phone]' },
        },
      ],
    })
    expect(JSON.stringify(runs)).not.toMatch(/pat@bluebird|555 0133|Pat Lee/)
    expect((await desk.answers(chat))[0]?.content).toContain('pat@bluebird.example.com') // the chat itself is the broker's own
  })

  it('run again after a crash, creates nothing twice', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Teterboro to LA, 8 people')
    const script = () =>
      scripted({
        orchestrator: [
          [functionCall('create_request', trip, { callId: crypto.randomUUID() })],
          [assistantMessage('Created.')],
        ],
      })
    const crash = new AbortController()
    const dying = scripted({
      orchestrator: [
        [functionCall('create_request', trip, { callId: 'x' })],
        {
          type: 'responder',
          respond: () => new Promise(() => crash.abort(Object.assign(new Error('gone'), { reason: 'lease_lost' }))),
        },
      ],
    })

    await expect(desk.runs(turn_id, dying, {}, crash.signal)).rejects.toThrow('gone')
    await desk.query(`update private.assistant_turns set lease_until = clock_timestamp() where id = $1`, [turn_id])
    await desk.runs(turn_id, script())

    const requests = await desk.query(`select id from public.requests where metadata ->> 'created_in_turn' = $1`, [
      turn_id,
    ])
    expect(requests).toHaveLength(1)
    expect(await desk.answers(chat)).toHaveLength(1)
    expect(await desk.executions(turn_id)).toMatchObject([{ status: 'completed', retry_count: 1 }])
  })

  it('run again after a crash, leaves no run open that the vanished process had begun', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Hello')
    const crash = new AbortController()
    const dying = scripted({
      orchestrator: [[functionCall('client_data', { task: 'Find Acme', request_id: null }, { callId: 'a' })]],
      client_data: [{ type: 'responder', respond: () => new Promise(() => crash.abort(new Error('gone'))) }],
    })
    await expect(desk.runs(turn_id, dying, {}, crash.signal)).rejects.toThrow('gone')
    await desk.query(
      `update public.agent_executions set status = 'running', completed_at = null where metadata ->> 'turn_id' = $1`,
      [turn_id],
    )
    await desk.query(`update private.assistant_turns set lease_until = clock_timestamp() where id = $1`, [turn_id])

    await desk.runs(turn_id, scripted({ orchestrator: [[assistantMessage('Hello.')]] }))

    expect(await desk.executions(turn_id)).toMatchObject([
      { agent_type: 'orchestrator', status: 'completed', error_message: null },
      { agent_type: 'client_data', status: 'failed', error_message: 'The process ended before this run did' },
    ])
  })

  it('that the broker stops keeps what was said', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Tell me everything')
    const stop = new AbortController()
    const models = scripted({
      orchestrator: [
        [assistantMessage('Let me look.'), functionCall('list_requests', {}, { callId: 'l' })],
        {
          type: 'responder',
          respond: () => new Promise(() => stop.abort(Object.assign(new Error('stop'), { reason: 'stopped' }))),
        },
      ],
    })

    await desk.runs(turn_id, models, {}, stop.signal)

    expect(await desk.answers(chat)).toMatchObject([{ content: 'Let me look.', metadata: { stopped: true } }])
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'stopped' })
    expect((await desk.chunks(turn_id)).at(-1)).toMatchObject({ type: 'abort' })
  })

  it('says that Avinode is down, and leaves the request as it is', async () => {
    const chat = await desk.openChat()
    const request_id = await desk.newRequest(undefined, 'analyzing', chat)
    const turn_id = await desk.asks(chat, 'Start it')
    desk.avinode.goesDown()
    const models = scripted({
      orchestrator: [
        [functionCall('flight_search', { task: 'Create the trip', request_id }, { callId: 'f' })],
        [assistantMessage('Avinode does not answer.')],
      ],
      flight_search: [
        [functionCall('create_trip', { request_id }, { callId: 't' })],
        [assistantMessage(JSON.stringify({ request_id, avinode_trip_id: null, deep_link: null, note: 'down' }))],
      ],
    })

    await desk.runs(turn_id, models)
    desk.avinode.comesBack()

    const told = models.script('flight_search').lastCall?.request.input
    expect(JSON.stringify(told)).toContain('upstream_unavailable')
    const [request] = await desk.query('select status, avinode_trip_id from public.requests where id = $1', [
      request_id,
    ])
    expect(request).toEqual({ status: 'searching_flights', avinode_trip_id: null })
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'completed' })
  })
})

describe('limits', () => {
  it('end an agent that calls tools for ever, with a clear message and everything logged', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Loop')
    const calls = Array.from({ length: 40 }, (_, index) => [functionCall('list_requests', {}, { callId: `l${index}` })])

    await desk.runs(turn_id, scripted({ orchestrator: calls }), { limits: { tool_calls: 5, turns: 20 } })

    const [message] = await desk.answers(chat)
    expect(message?.content).toMatch(/more than 5 steps/)
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'failed' })
    const [row] = await desk.executions(turn_id)
    expect(row).toMatchObject({ status: 'failed', metadata: { tool_calls: { length: 6 } } })
  })

  it('end an agent that asks its model too often', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Loop')
    const calls = Array.from({ length: 40 }, (_, index) => [functionCall('list_requests', {}, { callId: `l${index}` })])

    await desk.runs(turn_id, scripted({ orchestrator: calls }), { limits: { turns: 3 } })

    expect((await desk.answers(chat))[0]?.content).toMatch(/too many steps/)
  })

  it('end a run that takes too long, as a timeout', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Hang')
    const models = scripted({ orchestrator: [{ type: 'responder', respond: () => new Promise(() => undefined) }] })

    await desk.runs(turn_id, models, { limits: { seconds: 0.3 } })

    expect((await desk.answers(chat))[0]?.content).toMatch(/too long/)
    expect(await desk.executions(turn_id)).toMatchObject([{ status: 'timeout' }])
  })

  it('refuse a message that no model should have to read', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'word '.repeat(30))

    await desk.runs(turn_id, scripted({}), { limits: { input_characters: 100 } })

    expect((await desk.answers(chat))[0]?.content).toMatch(/too long for me to read/)
  })
})

describe('a hijacked model', () => {
  it('reaches nothing with the ids of another broker, and leaves no trace there', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Hello')
    const foreign = { request_id: OMARS_REQUEST }
    const models = scripted({
      orchestrator: [
        [functionCall('get_request', foreign, { callId: '1' })],
        [functionCall('list_quotes', foreign, { callId: '2' })],
        [functionCall('update_request', { ...foreign, passengers: 1 }, { callId: '3' })],
        [functionCall('cancel_request', { ...foreign, reason: 'OTHER', message_to_operators: null }, { callId: '4' })],
        [functionCall('flight_search', { task: 'x', ...foreign }, { callId: '5' })],
        [assistantMessage('Nothing there.')],
      ],
      flight_search: [
        [functionCall('create_trip', foreign, { callId: '6' })],
        [assistantMessage(JSON.stringify({ ...foreign, avinode_trip_id: null, deep_link: null, note: 'none' }))],
      ],
    })
    const before = await desk.query('select * from public.requests where id = $1', [OMARS_REQUEST])

    await desk.runs(turn_id, models)

    const seen = JSON.stringify([
      models.script('orchestrator').lastCall?.request.input,
      models.script('flight_search').lastCall?.request.input,
    ])
    expect(seen).not.toMatch(/Harbor Lights|240000|Northern Crown|Halal/)
    expect(await desk.query('select * from public.requests where id = $1', [OMARS_REQUEST])).toEqual(before)
    expect(await desk.approvals(turn_id)).toEqual([])
    expect((await desk.executions(turn_id)).map(({ request_id }) => request_id)).toEqual([null, null])
  })
})
