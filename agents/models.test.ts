import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UpstreamError } from '../tools/errors.ts'
import { createModels, ModelConfig } from './models.ts'
import { type Desk, startDesk } from './testing/desk.ts'
import { startResponsesApi } from './testing/responses-api.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
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
      parallel_tool_calls: false,
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

it('without a key, rules answer, and say so', () => {
  const models = createModels(ModelConfig.parse({}))

  expect(models.offline).toBe(true)
  expect(models('orchestrator').name).toBe('jetvision-offline-rules')
})
