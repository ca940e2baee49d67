import pino from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { UpstreamError } from '../tools/errors.ts'
import { createModels, ModelConfig } from './models.ts'
import { type Desk, startDesk } from './testing/desk.ts'
import { startResponsesApi } from './testing/responses-api.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
// Turns that were put off would be taken up again by a worker; here they only would take the places of others.
afterEach(() => desk.query(`update private.assistant_turns set lease_until = now() where status = 'running'`))
afterAll(() => desk.close())

const openAi = (url: string, more: Record<string, string> = {}) =>
  createModels(
    ModelConfig.parse({
      OPENAI_API_KEY: 'sk-test',
      OPENAI_BASE_URL: url,
      OPENAI_MODEL: 'gpt-5.6-luna',
      OPENAI_MAX_RETRIES: '0',
      ...more,
    }),
  )

describe('with a key', () => {
  it('the answer comes from the Responses API, streamed, counted and priced, and nothing is stored there', async () => {
    const api = await startResponsesApi([
      { call: { name: 'list_requests', arguments: { status: null, client_query: null, limit: null, cursor: null } } },
      { text: 'You have one request.' },
    ])
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'What is open?')

    await desk.runs(turn_id, openAi(api.url, { OPENAI_INPUT_PRICE: '10', OPENAI_OUTPUT_PRICE: '30' }))
    await api.close()

    expect(await desk.answers(chat)).toMatchObject([
      { content: 'You have one request.', metadata: { model: 'gpt-5.6-luna', offline: false } },
    ])
    expect((await desk.chunks(turn_id)).filter(({ type }) => type === 'text-delta').length).toBeGreaterThan(0)
    const [execution] = await desk.executions(turn_id)
    expect(execution?.metadata).toMatchObject({
      tokens: { requests: 2, input: 200, output: 40, total: 240 },
      cost_usd: 0.0032,
    })
    expect(api.asked[0]).toMatchObject({
      model: 'gpt-5.6-luna',
      store: false,
      stream: true,
      parallel_tool_calls: true,
    })
    expect(api.asked[0]?.tools).toContainEqual(
      expect.objectContaining({ type: 'function', name: 'create_request', strict: true }),
    )
    expect(String(api.asked[0]?.instructions)).toContain('<situation>{"today":"')
  })

  it.each([
    ['an error of the server', { status: 500 } as const],
    ['a rate limit', { status: 429 } as const],
    ['a wrong key', { status: 401 } as const],
    ['silence', 'silence' as const],
  ])('%s puts the turn off, says nothing, and keeps the request', async (_what, answer) => {
    const api = await startResponsesApi([answer])
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'What is open?')

    const failure = await desk
      .runs(turn_id, openAi(api.url, { OPENAI_TIMEOUT_MS: '300' }))
      .catch((error: unknown) => error)
    await api.close()

    expect(failure).toBeInstanceOf(UpstreamError)
    expect(failure).toMatchObject({ upstream: 'model', message: 'The language model does not answer' })
    expect(await desk.answers(chat)).toEqual([])
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'running' }) // whoever holds it puts it back
    expect(await desk.executions(turn_id)).toMatchObject([{ status: 'failed' }])
  })

  it('an outage inside a specialist is not explained away by the orchestrator', async () => {
    const request_id = await desk.newRequest()
    const api = await startResponsesApi([
      { call: { name: 'flight_search', arguments: { task: 'Create the trip', request_id } } },
      { status: 503 },
    ])
    const chat = await desk.openChat()
    const turn_id = await desk.asks(chat, 'Start it')

    await expect(desk.runs(turn_id, openAi(api.url))).rejects.toMatchObject({ upstream: 'model' })
    await api.close()

    expect(api.asked).toHaveLength(2)
    expect(await desk.executions(turn_id)).toMatchObject([
      { agent_type: 'orchestrator', status: 'failed' },
      { agent_type: 'flight_search', status: 'failed' },
    ])
  })

  it('another model may serve one of the agents', () => {
    const models = openAi('http://127.0.0.1:9/v1', {
      OPENAI_AGENT_MODELS: 'communication=gpt-5.6-terra, flight_search=gpt-4.1',
    })

    expect([models('orchestrator').name, models('communication').name, models('flight_search').name]).toEqual([
      'gpt-5.6-luna',
      'gpt-5.6-terra',
      'gpt-4.1',
    ])
    expect(models('flight_search').settings).not.toHaveProperty('providerData') // only reasoning models know encrypted reasoning
  })
})

/** One turn against a provider that answers like this, and what came of it. */
async function turnAgainst(script: Parameters<typeof startResponsesApi>[0], more: Record<string, string> = {}) {
  const api = await startResponsesApi(script)
  const chat = await desk.openChat()
  const turn_id = await desk.asks(chat, 'What is open?')
  const failure = await desk.runs(turn_id, openAi(api.url, more)).catch((error: unknown) => error)
  await api.close()
  const answers = (await desk.answers(chat)).map(({ content }) => String(content))
  const chunks = await desk.chunks(turn_id)
  return {
    api,
    turn_id,
    failure,
    answers,
    chunks,
    turn: await desk.turn(turn_id),
    runs: await desk.executions(turn_id),
  }
}

const look = { name: 'list_requests', arguments: { status: null, client_query: null, limit: null, cursor: null } }
const RETRY = { OPENAI_MAX_RETRIES: '2' }

describe('over the wire', () => {
  it.each([
    ['a rate limit with Retry-After', { status: 429, headers: { 'retry-after': '0' } }],
    ['an error of the server', { status: 500, headers: { 'retry-after': '0' } }],
    ['an overload', { status: 503, headers: { 'retry-after': '0' } }],
    ['a broken connection', 'reset'],
  ] as const)('%s is tried again, and the answer is as if nothing had been', async (_what, fault) => {
    const { api, answers, runs, turn } = await turnAgainst(
      [fault, { call: look }, fault, { text: 'One request.' }],
      RETRY,
    )

    expect(api.asked).toHaveLength(4)
    expect(answers).toEqual(['One request.'])
    expect(turn).toMatchObject({ status: 'completed' })
    expect(runs).toMatchObject([{ status: 'completed', metadata: { model_retries: 2, tokens: { requests: 2 } } }])
  })

  it.each([
    ['a rate limit that lasts', { status: 429, headers: { 'retry-after': '120' } }, 1, 120],
    [
      'a rate limit that lasts until some time',
      { status: 429, headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() } },
      1,
      expect.any(Number),
    ],
    ['a project without credit', { status: 402 }, 1, undefined],
    ['a wrong key', { status: 401 }, 1, undefined],
    ['silence', 'silence', 1, undefined],
    ['a stream that breaks off', 'reset in mid-answer', 1, undefined],
    ['a stream without an end', 'no end', 1, undefined],
    ['a stream of nonsense', 'garbage', 1, undefined],
    ['an answer that failed over there', { failed: { code: 'server_error', message: 'oops' } }, 1, undefined],
  ] as const)(
    '%s puts the turn off at once, with how long to wait where that was said',
    async (_what, fault, calls, seconds) => {
      const { api, failure, answers } = await turnAgainst([fault, { text: 'Never asked.' }], {
        ...RETRY,
        OPENAI_TIMEOUT_MS: '300',
      })

      expect(api.asked).toHaveLength(calls)
      expect(failure).toMatchObject({ code: 'upstream_unavailable', upstream: 'model', retry_after_seconds: seconds })
      expect(answers).toEqual([])
    },
  )

  it('a fault that stays is not asked about for ever', async () => {
    const down = { status: 500, headers: { 'retry-after': '0' } }
    const { api, failure } = await turnAgainst([down, down, down, down], RETRY)

    expect(api.asked).toHaveLength(3)
    expect(failure).toMatchObject({ upstream: 'model' })
  })

  it.each([
    ['arguments that are no JSON', { name: 'list_requests', arguments: '{"status": nul' }, 'valid JSON'],
    ['arguments of another shape', { name: 'get_request', arguments: { request_id: ['x'] } }, 'invalid_input'],
    [
      'an id that it made up',
      { name: 'get_request', arguments: { request_id: '3f2504e0-4f89-41d3-9a0c-0305e82c3301' } },
      'not_found',
    ],
    ['a tool that does not exist', { name: 'drop_tables', arguments: {} }, 'not found'],
    ['a tool of a specialist', { name: 'send_proposal', arguments: {} }, 'not found'],
    ['a specialist with arguments that are no JSON', { name: 'client_data', arguments: '{"task"' }, 'valid JSON'],
  ])('%s is told to the model, which goes on', async (_what, call, words) => {
    const { api, answers, turn } = await turnAgainst([{ call }, { text: 'I could not find that.' }])

    expect(JSON.stringify(api.asked[1]?.input)).toContain(words)
    expect(answers).toEqual(['I could not find that.'])
    expect(turn).toMatchObject({ status: 'completed' })
  })

  it('several tools called in one answer are all carried out', async () => {
    const { api, runs } = await turnAgainst([{ calls: [look, look, { ...look, name: 'nothing' }] }, { text: 'Done.' }])

    expect(JSON.stringify(api.asked[1]?.input).match(/function_call_output/g)).toHaveLength(3)
    expect(runs[0]?.metadata).toMatchObject({ tool_calls: [{ ok: true }, { ok: true }] })
  })

  it.each([
    ['a refusal', { refusal: 'I must not.' }, /declined to answer this/],
    [
      'a content filter',
      { incomplete: 'content_filter', text: 'Half an ' },
      /^Half an\s+The answer was stopped by a filter/,
    ],
    [
      'an answer that is too long',
      { incomplete: 'max_output_tokens', text: 'Half an ' },
      /^Half an\s+The answer became too long/,
    ],
    ['a request that is wrong', { status: 400, message: 'unsupported parameter' }, /Something went wrong on my side/],
  ] as const)('%s ends the turn in plain words, as one that can be tried again', async (_what, fault, words) => {
    const { answers, turn, chunks, runs } = await turnAgainst([fault])

    expect(answers).toEqual([expect.stringMatching(words)])
    expect(turn).toMatchObject({ status: 'failed' })
    expect(chunks.at(-1)).toMatchObject({ type: 'finish', finishReason: 'error' })
    expect(runs).toMatchObject([{ status: 'failed', error_stack: expect.stringMatching(/\n +at /) }])
  })

  it.each([
    ['a refusal', { refusal: 'I must not.' }],
    ['an answer that is cut off', { incomplete: 'max_output_tokens', text: '{"client": nul' }],
    ['words instead of its form', { text: 'Sure, Acme it is!' }],
    ['a form with a part missing', { text: '{"client": null}' }],
  ] as const)('%s of a specialist is told to the orchestrator, which answers', async (_what, fault) => {
    const ask = { call: { name: 'client_data', arguments: { task: 'Find Acme', request_id: null } } }
    const { api, answers, runs } = await turnAgainst([ask, fault, { text: 'I could not look up the client.' }])

    expect(JSON.stringify(api.asked[2]?.input)).toContain('could not finish this')
    expect(answers).toEqual(['I could not look up the client.'])
    expect(runs).toMatchObject([{ status: 'completed' }, { agent_type: 'client_data', status: 'failed' }])
  })

  it('the list price is counted, with what the provider had in its cache', async () => {
    const usage = { input: 1_000_000, cached: 600_000, output: 100_000 }
    const { runs } = await turnAgainst([{ text: 'Hello.', usage }], { ASSISTANT_TOKENS: '9000000' })

    // 400,000 at 0.20, 600,000 at 0.02 and 100,000 at 1.20 dollars for a million
    expect(runs[0]?.metadata).toMatchObject({ cost_usd: 0.212, tokens: { input: 1_000_000, cached: 600_000 } })
  })

  it('the key goes to the provider and nowhere else', async () => {
    const key = 'sk-proj-CANARYcanaryCANARYcanary1234'
    const faults = [
      { status: 401, message: `Incorrect API key provided: ${key}` },
      { status: 400, message: `Bad request with ${key}` },
      { status: 500, message: key },
      { failed: { code: 'server_error', message: `The key ${key} met an error` } },
    ]
    const kept: unknown[] = []
    const lines: string[] = []
    const logger = pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) })
    for (const fault of faults) {
      const api = await startResponsesApi([fault])
      const chat = await desk.openChat()
      const turn_id = await desk.asks(chat, 'Hello')
      const models = openAi(api.url, { OPENAI_API_KEY: key })
      await desk
        .runs(turn_id, models, { log: logger })
        .catch((error: unknown) => logger.error({ err: error }, 'a turn failed'))
      await api.close()
      expect(api.headers[0]?.authorization).toBe(`Bearer ${key}`)
      kept.push(
        await desk.executions(turn_id),
        await desk.turn(turn_id),
        await desk.chunks(turn_id),
        await desk.answers(chat),
      )
    }

    expect(lines.length).toBeGreaterThanOrEqual(faults.length)
    expect(lines.join('')).not.toContain('CANARY')
    expect(lines.join('')).not.toContain('Bearer')
    expect(JSON.stringify(kept)).not.toContain('CANARY')
  })
})

it('without a key, rules answer, and say so', () => {
  const models = createModels(ModelConfig.parse({}))

  expect(models.offline).toBe(true)
  expect(models('orchestrator').name).toBe('jetvision-offline-rules')
})
