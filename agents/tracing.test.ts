import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { assistantMessage, functionCall } from '@openai/agents/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Desk, scripted, startDesk } from './testing/desk.ts'
import { startTracing } from './tracing.ts'

type Value = { stringValue?: string; intValue?: number }
type Span = {
  name: string
  kind: number
  traceId: string
  spanId: string
  parentSpanId?: string
  status: { code?: number; message?: string }
  attributes: { key: string; value: Value }[]
}

let desk: Desk
let collector: Awaited<ReturnType<typeof startCollector>>
beforeAll(async () => {
  ;[desk, collector] = await Promise.all([startDesk(), startCollector()])
})
afterAll(async () => {
  await desk.close()
  await collector.close()
})

/** Takes OTLP over HTTP on the loopback, as JSON. */
async function startCollector() {
  const bodies: string[] = []
  const asked: { url: string | undefined; key: unknown }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    asked.push({ url: request.url, key: request.headers['x-api-key'] })
    bodies.push(Buffer.concat(chunks).toString())
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    asked,
    bodies,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () =>
      bodies.flatMap((body) =>
        JSON.parse(body).resourceSpans[0].scopeSpans.flatMap(({ spans }: { spans: Span[] }) => spans),
      ) as Span[],
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}

const attributesOf = ({ attributes }: Span) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]))

it('a turn is a tree of spans by the conventions, without a word of what was said', async () => {
  const tracing = startTracing({
    OTEL_EXPORTER_OTLP_ENDPOINT: `${collector.url}/`,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-api-key=a%20key',
    OTEL_SERVICE_NAME: 'jetvision',
  })
  const chat = await desk.openChat()
  const turn_id = await desk.asks(chat, 'who is CANARY-asked?')
  const task = { task: 'CANARY-task', request_id: null }
  const found = { client: null, candidates: [], created: false, preferences_summary: null, note: 'CANARY-note' }
  const models = scripted({
    orchestrator: [
      [functionCall('client_data', task, { callId: 'c1' })],
      [functionCall('get_request', { request_id: 'CANARY-no-uuid' }, { callId: 'c2' })],
      [assistantMessage('CANARY-answer')],
    ],
    client_data: [
      [functionCall('find_clients', { query: 'CANARY-name' }, { callId: 'c3' })],
      [assistantMessage(JSON.stringify(found))],
    ],
  })

  await desk.runs(turn_id, models)
  await tracing.close()

  const spans = collector.spans()
  const named = (name: string) => spans.find((span) => span.name === name)
  const above = (span: Span | undefined) => spans.find(({ spanId }) => spanId === span?.parentSpanId)?.name
  const root = named('invoke_agent orchestrator')
  expect(root?.parentSpanId ?? '').toBe('')
  expect(above(named('execute_tool client_data'))).toBe('invoke_agent orchestrator')
  expect(above(named('invoke_agent client_data'))).toBe('execute_tool client_data')
  expect(above(named('execute_tool find_clients'))).toBe('invoke_agent client_data')
  expect(
    spans
      .filter(({ name }) => name === 'chat scripted')
      .map(above)
      .sort(),
  ).toEqual([
    'invoke_agent client_data',
    'invoke_agent client_data',
    'invoke_agent orchestrator',
    'invoke_agent orchestrator',
    'invoke_agent orchestrator',
  ])
  expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1)
  expect(root && attributesOf(root)).toMatchObject({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': 'openai',
    'gen_ai.agent.name': 'orchestrator',
    'gen_ai.request.model': 'scripted',
    'gen_ai.conversation.id': chat,
    'gen_ai.usage.input_tokens': expect.anything(),
    'gen_ai.usage.output_tokens': expect.anything(),
  })
  const failed = named('execute_tool get_request')
  expect(failed && attributesOf(failed)).toMatchObject({
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'get_request',
    'gen_ai.tool.call.id': 'c2',
    'error.type': 'invalid_input',
  })
  expect(failed?.status).toEqual({ code: 2 })
  expect(collector.bodies.join()).not.toMatch(/CANARY/)
  expect(collector.asked[0]).toEqual({ url: '/v1/traces', key: 'a key' })
})

it('without a collector nothing is sent', async () => {
  const before = collector.bodies.length
  const tracing = startTracing({ OTEL_EXPORTER_OTLP_HEADERS: '', OTEL_SERVICE_NAME: 'jetvision' })
  const turn_id = await desk.asks(await desk.openChat(), 'Good morning')

  await desk.runs(turn_id, scripted({ orchestrator: [[assistantMessage('Good morning.')]] }))
  await tracing.close()

  expect(collector.bodies.length).toBe(before)
})
