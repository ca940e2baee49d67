import { Usage } from '@openai/agents'
import { assistantMessage, functionCall, type ScriptedModelInput } from '@openai/agents/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createQuoteAnalyser } from './analyse-quotes.ts'
import { DANA, type Desk, OMAR, scripted, startDesk } from './testing/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.close())

const forget = () =>
  desk.query(`delete from public.agent_executions where metadata ->> 'iso_agent_id' in ($1, $2)`, [DANA.id, OMAR.id])

/** An answer of a model, with what it is said to have taken. */
const costing = (inputTokens: number, output: Extract<ScriptedModelInput, unknown[]>): ScriptedModelInput => ({
  type: 'response',
  response: { output, usage: new Usage({ inputTokens, outputTokens: 0, totalTokens: inputTokens }) },
})
const looking = (at: number) => [functionCall('list_requests', {}, { callId: `l${at}` })]
/** Any model here costs a dollar for a million tokens. */
const priced = (scripts: Parameters<typeof scripted>[0]) =>
  Object.assign(scripted(scripts), {
    costUsd: (_agent: string, { input, output }: { input: number; output: number }) => (input + output) / 1_000_000,
  })

async function run(models: ReturnType<typeof scripted>, limits: object, who = DANA) {
  const chat = await desk.openChat(who.id)
  const turn_id = await desk.asks(chat, 'Look around', who.clerk)
  await desk.runs(turn_id, models, { limits })
  const [answer] = await desk.answers(chat)
  return { turn_id, answer: String(answer?.content), turn: await desk.turn(turn_id) }
}

describe('one answer', () => {
  it('takes so many tokens and no more: the model is not asked again, and all that was done is logged', async () => {
    const models = scripted({ orchestrator: [1, 2, 3].map((at) => costing(60_000, looking(at))) })

    const { turn_id, answer, turn } = await run(models, { tokens: 100_000 })

    expect(models.script('orchestrator').calls).toHaveLength(2)
    expect(answer).toMatch(/more than 100000 tokens.*in smaller steps/)
    expect(turn).toMatchObject({ status: 'failed' })
    expect(await desk.executions(turn_id)).toMatchObject([
      { status: 'failed', metadata: { tokens: { total: 120_000 }, tool_calls: [{ ok: true }, { ok: true }] } },
    ])
  })

  it('costs so much and no more, over all its agents', async () => {
    const delegate = functionCall('error_monitor', { task: 'Look', request_id: null }, { callId: 'd' })
    const models = priced({
      orchestrator: [costing(40_000, [delegate]), costing(1, [assistantMessage('Never said.')])],
      error_monitor: [
        costing(40_000, [functionCall('list_failed_executions', { limit: null }, { callId: 'f' })]),
        costing(1, [assistantMessage('Never said.')]),
      ],
    })

    const { answer, turn_id } = await run(models, { cost_usd: 0.08 })

    expect(models.script('error_monitor').calls).toHaveLength(1)
    expect(models.script('orchestrator').calls).toHaveLength(1)
    expect(answer).toMatch(/cost more than \$0\.08/)
    expect((await desk.executions(turn_id)).map(({ metadata }) => metadata)).toMatchObject([
      { cost_usd: 0.04 },
      { cost_usd: 0.04 },
    ])
  })

  it('calls so many tools and no more, also when one answer of the model calls all of them', async () => {
    const calls = Array.from({ length: 40 }, (_, at) => looking(at)[0]).filter((call) => call !== undefined)

    const { answer, turn_id } = await run(scripted({ orchestrator: [calls] }), {})

    expect(answer).toMatch(/more than 25 steps/)
    const [row] = await desk.executions(turn_id)
    const { tool_calls } = z.object({ tool_calls: z.array(z.object({ ok: z.boolean() })) }).parse(row?.metadata)
    expect(tool_calls.filter(({ ok }) => ok).length).toBeLessThanOrEqual(25)
  })

  it('is kept when it is there, whatever it took', async () => {
    const { answer, turn } = await run(
      scripted({ orchestrator: [costing(500_000, [assistantMessage('Here it is.')])] }),
      {},
    )

    expect([answer, turn.status]).toEqual(['Here it is.', 'completed'])
  })
})

describe("a broker's day", () => {
  const hello = () => scripted({ orchestrator: [costing(10_000, [assistantMessage('Hello.')])] })
  const limits = { day_tokens: 25_000 }

  it('ends in a polite refusal that asks no model, while another broker goes on', async () => {
    await forget()
    for (let at = 0; at < 2; at++) expect((await run(hello(), limits)).answer).toBe('Hello.')

    const [refused, other] = [hello(), hello()]
    const { answer, turn } = await run(refused, limits)
    const neighbour = await run(other, limits, OMAR)

    expect(answer).toMatch(/^Today's limit for the assistant is reached, so I stop here; I am back at midnight UTC\./)
    expect(turn).toMatchObject({ status: 'failed' })
    expect(refused.script('orchestrator').calls).toEqual([])
    expect(neighbour.answer).toBe('Hello.')
    expect(desk.log.errors).toEqual([])
  })

  it('counts what all agents cost, too', async () => {
    await forget()
    await run(priced({ orchestrator: [costing(90_000, [assistantMessage('Hello.')])] }), { day_cost_usd: 0.1 })

    expect((await run(hello(), { day_cost_usd: 0.1 })).answer).toBe('Hello.') // its price is not known
    const { answer } = await run(priced({ orchestrator: [costing(1, looking(1))] }), { day_cost_usd: 0.09 })

    expect(answer).toMatch(/^Today's limit/)
  })

  it('begins anew the next day', async () => {
    await forget()
    await run(hello(), { day_tokens: 9_000 })
    expect((await run(hello(), { day_tokens: 9_000 })).answer).toMatch(/^Today's limit/)

    await desk.query(
      `update public.agent_executions set created_at = created_at - interval '1 day' where metadata ->> 'iso_agent_id' = $1`,
      [DANA.id],
    )

    expect((await run(hello(), { day_tokens: 9_000 })).answer).toBe('Hello.')
  })

  it('is not overdrawn by many answers at the same time', async () => {
    await forget()
    const asked: number[] = []
    const slow = () => {
      const models = scripted({
        orchestrator: [
          {
            type: 'responder',
            async respond({ request }) {
              asked.push(
                Math.ceil(
                  (String(request.systemInstructions).length + JSON.stringify([request.input, request.tools]).length) /
                    4,
                ),
              )
              await Promise.resolve()
              return {
                output: [assistantMessage('Hello.')],
                usage: new Usage({ inputTokens: asked.at(-1) ?? 0, outputTokens: 50 }),
              }
            },
          },
        ],
      })
      return models
    }
    const one = await run(slow(), {})
    const [first] = await desk.executions(one.turn_id)
    const size = z.object({ tokens: z.object({ total: z.number() }) }).parse(first?.metadata).tokens.total
    await forget()
    asked.length = 0

    // As many as one broker may have at the same time.
    const answers = await Promise.all(Array.from({ length: 4 }, () => run(slow(), { day_tokens: size * 2.5 })))

    expect(asked.length).toBe(2)
    expect(answers.filter(({ answer }) => answer === 'Hello.')).toHaveLength(2)
    expect(answers.filter(({ answer }) => answer.startsWith("Today's limit"))).toHaveLength(2)
  })

  it('over, leaves the quotes to the rules, so that they are still compared', async () => {
    await forget()
    await run(hello(), { day_tokens: 9_000 })
    const chat = await desk.openChat()
    const request_id = await desk.newRequest(DANA.id, 'awaiting_quotes', chat)
    await desk.newQuote(request_id, '99000.00')
    const models = scripted({})

    await createQuoteAnalyser(desk.depsWith(models, { limits: { day_tokens: 9_000 } }))(
      request_id,
      'k',
      new AbortController().signal,
    )

    expect(models.script('proposal_analysis').calls).toEqual([])
    expect(
      await desk.query(`select metadata -> 'offline' as offline from public.agent_executions where request_id = $1`, [
        request_id,
      ]),
    ).toEqual([{ offline: true }])
  })
})

/** A busy machine takes its time. */
const PATIENT = { timeout: 20_000 }

describe('what is cut off', () => {
  /** An Avinode whose creation of trips takes until it is given up, and succeeds over there all the same. */
  function hanging() {
    const signals: AbortSignal[] = []
    const port: typeof desk.avinode.port = {
      ...desk.avinode.port,
      async createTrip(trip, signal) {
        signals.push(signal)
        await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
        await desk.avinode.port.createTrip(trip, new AbortController().signal)
        throw signal.reason
      },
    }
    return { port, signals }
  }
  const search = (request_id: string) => ({
    orchestrator: [
      [functionCall('flight_search', { task: 'Create the trip', request_id }, { callId: 'f' })],
      [assistantMessage('So be it.')],
    ],
    flight_search: [
      [functionCall('create_trip', { request_id }, { callId: 't' })],
      [assistantMessage(JSON.stringify({ request_id, avinode_trip_id: null, deep_link: null, note: 'n' }))],
    ],
  })
  const requestRow = async (id: string) =>
    (await desk.query('select status, avinode_trip_id from public.requests where id = $1', [id]))[0]
  const tripsOf = (request_id: string) => desk.avinode.created.filter((trip) => trip.external_trip_id === request_id)

  it('a tool that takes too long hears of it, writes nothing afterwards, and its trip is found, not doubled', async () => {
    const chat = await desk.openChat()
    const request_id = await desk.newRequest(DANA.id, 'analyzing', chat)
    const { port, signals } = hanging()
    const models = scripted(search(request_id))

    const first = await desk.asks(chat, 'Start it')
    await desk.runs(first, models, { avinode: port, limits: { slow_tool_ms: 3_000 } })

    expect(signals[0]?.aborted).toBe(true)
    expect(JSON.stringify(models.script('flight_search').lastCall?.request.input)).toContain(
      'upstream_unavailable: create_trip took too long',
    )
    await expect.poll(() => tripsOf(request_id).length, PATIENT).toBe(1)
    expect(await requestRow(request_id)).toEqual({ status: 'searching_flights', avinode_trip_id: null })

    const later = () => new Date(Date.now() + 120_000)
    await desk.runs(await desk.asks(chat, 'And now?'), scripted(search(request_id)), { now: later })

    expect(tripsOf(request_id)).toHaveLength(1)
    expect(await requestRow(request_id)).toEqual({
      status: 'awaiting_user_action',
      avinode_trip_id: tripsOf(request_id)[0]?.id,
    })
  })

  it('Stop reaches the tool that is at work, and the model that is thinking', async () => {
    const chat = await desk.openChat()
    const request_id = await desk.newRequest(DANA.id, 'analyzing', chat)
    const { port, signals } = hanging()
    const stop = new AbortController()
    const turn_id = await desk.asks(chat, 'Start it')
    const running = desk.runs(turn_id, scripted(search(request_id)), { avinode: port }, stop.signal)
    await expect.poll(() => signals.length, PATIENT).toBe(1)

    stop.abort(Object.assign(new Error('stop'), { reason: 'stopped' }))
    await running

    expect(signals[0]?.aborted).toBe(true)
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'stopped' })

    const thinking: (AbortSignal | undefined)[] = []
    const another = new AbortController()
    const models = scripted({
      orchestrator: [
        {
          type: 'responder',
          respond: ({ request }) => {
            thinking.push(request.signal)
            another.abort(Object.assign(new Error('stop'), { reason: 'stopped' }))
            return new Promise(() => undefined)
          },
        },
      ],
    })
    await desk.runs(await desk.asks(chat, 'Think'), models, {}, another.signal)
    expect(thinking.map((signal) => signal?.aborted)).toEqual([true])
  })
})
