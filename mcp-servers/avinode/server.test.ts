import { Client as ModernClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newTrip } from './sandbox/testing.ts'
import { startServedAvinode } from './testing.ts'
import { ERROR_META } from './tool-error.ts'
import { avinodeTools } from './tools.ts'

type Served = Awaited<ReturnType<typeof startServedAvinode>>
type Answer = {
  isError?: boolean
  structuredContent?: Record<string, Record<string, string>>
  content: { text: string }[]
  _meta?: Record<string, unknown>
}

const clients = {
  'a client of revision 2025-11-25': async (url: string) => {
    const client = new OlderClient({ name: 'older', version: '1.0.0' })
    await client.connect(new OlderTransport(new URL(url)))
    return client
  },
  'a client of revision 2026-07-28': async (url: string) => {
    const client = new ModernClient(
      { name: 'modern', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    )
    await client.connect(new StreamableHTTPClientTransport(new URL(url)))
    return client
  },
}

describe.each(Object.entries(clients))('%s', (_name, connect) => {
  let served: Served
  let client: Awaited<ReturnType<typeof connect>>
  beforeAll(async () => {
    served = await startServedAvinode()
    client = await connect(served.url)
  })
  afterAll(async () => {
    await client.close()
    await served[Symbol.asyncDispose]()
  })
  const call = async (name: string, input: Record<string, unknown> = {}) =>
    (await client.callTool({ name, arguments: input })) as unknown as Answer // the two libraries type one answer differently

  it('lists every tool of a broker with its hints, and none that changes where notifications go', async () => {
    const { tools } = await client.listTools()

    expect(tools.map(({ name }) => name)).toEqual(avinodeTools.filter(({ admin }) => !admin).map(({ name }) => name))
    const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]))
    expect(hints).toMatchObject({
      get_trip: { readOnlyHint: true },
      create_trip: { readOnlyHint: false, destructiveHint: false, idempotentHint: false },
      cancel_trip: { readOnlyHint: false, destructiveHint: true },
      send_trip_message: { destructiveHint: true },
    })
  })

  it('plays a deal: a trip, its RFQs, a quote, words both ways, the end', async () => {
    const created = await call('create_trip', newTrip())
    const trip_id = created.structuredContent?.trip?.id ?? ''
    await served.play(`trips/${trip_id}/send-rfqs`, { operators: 2 })
    const played = await served.play(`trips/${trip_id}/operator-quote`, { total_price: 99_000 })
    await served.play(`trips/${trip_id}/operator-chat`, { text: 'Hello' })

    expect((await call('get_trip_rfqs', { trip_id })).structuredContent).toMatchObject({
      rfqs: [{ lifts: [{ answer: 'accepted' }] }, {}],
    })
    expect((await call('get_quote', { quote_id: played.quote_id })).structuredContent).toMatchObject({
      quote: { avinode_generated: false, total_price: '99000.00' },
    })
    await call('send_trip_message', { rfq_id: played.rfq_id, text: 'Thank you' })
    expect((await call('list_trip_messages', { rfq_id: played.rfq_id })).structuredContent).toMatchObject({
      messages: [{ kind: 'quote' }, { kind: 'chat', text: 'Hello' }, { from: 'broker', text: 'Thank you' }],
    })
    expect((await call('cancel_trip', { trip_id, reason: 'BOOKED' })).structuredContent).toEqual({ canceled: true })
    expect((await call('get_trip', { trip_id })).structuredContent).toMatchObject({ trip: { canceled: true } })
  })

  it('is told in types what went wrong, in words as well', async () => {
    const answer = await call('get_quote', { quote_id: 'aquote-1' })

    expect(answer).toMatchObject({
      isError: true,
      _meta: { [ERROR_META]: { code: 'not_found', status: 404, retryable: false } },
    })
    expect(JSON.parse(answer.content[0]?.text ?? '')).toMatchObject({
      error: { code: 'not_found', message: 'Quote aquote-1 was not found' },
    })
  })

  it('learns whether and when to try again', async () => {
    await served.play('faults', { status: 503, retry_after_seconds: 30 })

    expect((await call('search_airports', { filter: 'teterboro' }))._meta?.[ERROR_META]).toMatchObject({
      code: 'upstream_unavailable',
      status: 503,
      retryable: true,
      retry_after_seconds: 30,
    })
  })

  it('sends nothing that a tool does not know', async () => {
    expect(await call('get_trip', { trip_id: 'K7M2QD', iso_agent_id: 'x' })).toMatchObject({ isError: true })
  })
})

describe('the door', () => {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} })
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }

  it('is shut to pages of other sites and to names that are not ours', async () => {
    await using served = await startServedAvinode()
    const knock = (more: Record<string, string>) =>
      fetch(served.url, { method: 'POST', headers: { ...headers, ...more }, body })

    expect((await knock({})).status).toBe(200)
    expect((await knock({ Origin: 'https://evil.example' })).status).toBe(403)
    expect((await knock({ Origin: 'null' })).status).toBe(403)
  })

  it('asks for the secret where there is one', async () => {
    await using served = await startServedAvinode({ secret: 'open sesame' })
    const knock = (more: Record<string, string>) =>
      fetch(served.url, { method: 'POST', headers: { ...headers, ...more }, body })

    expect((await knock({})).status).toBe(401)
    expect((await knock({ Authorization: 'Bearer open' })).status).toBe(401)
    expect((await knock({ Authorization: 'Bearer open sesame' })).status).toBe(200)
  })

  it('offers the settings of notifications only to an administrator’s server', async () => {
    await using served = await startServedAvinode({ admin: true })
    const client = await clients['a client of revision 2026-07-28'](served.url)

    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('update_webhook')
    await client.close()
  })
})

describe.each(avinodeTools.map((tool) => [tool.name, tool] as const))('%s', (_name, tool) => {
  it('describes every input that a model must fill in', () => {
    for (const [name, schema] of Object.entries(tool.input.shape)) {
      expect(schema.description, name).toBeTruthy()
    }
  })
})
