import { get } from 'node:http'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as TransportV1 } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tools } from '../../tools/registry.ts'
import { DANA, startEndpoint } from './testing.ts'

let endpoint: Awaited<ReturnType<typeof startEndpoint>>
beforeAll(async () => {
  endpoint = await startEndpoint()
})
afterAll(() => endpoint.close())

const OMARS_REQUEST = 'd0000000-0000-4000-8000-000000000003'

const headers = (token: string) => ({ requestInit: { headers: { Authorization: `Bearer ${token}` } } })

async function clientV2(token: string, mode: 'legacy' | { pin: string }) {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } })
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', endpoint.url), headers(token)))
  return client
}

async function clientV1(token: string) {
  const client = new ClientV1({ name: 'test', version: '1.0.0' })
  await client.connect(new TransportV1(new URL('/mcp', endpoint.url), headers(token)))
  return client
}

type Connect = (token: string) => Promise<Pick<ClientV1, 'listTools' | 'callTool' | 'close'>>

describe.each<[string, Connect]>([
  ['the v1 client (2025-11-25)', clientV1],
  ['the v2 client in the old way', async (token) => (await clientV2(token, 'legacy')) as unknown as ClientV1], // the same three calls
  [
    'the v2 client (2026-07-28)',
    async (token) => (await clientV2(token, { pin: '2026-07-28' })) as unknown as ClientV1,
  ],
])('%s', (_name, connect) => {
  it('is offered every tool of the registry, with hints about its effect', async () => {
    const client = await connect('token-of-dana')

    const offered = (await client.listTools()).tools
    await client.close()

    expect(offered.map(({ name }) => name).sort()).toEqual(tools.map(({ name }) => name).sort())
    for (const tool of tools) {
      const { annotations, inputSchema } = offered.find(({ name }) => name === tool.name) ?? {}
      expect(annotations).toMatchObject({
        readOnlyHint: tool.effect === 'read',
        openWorldHint: tool.effect === 'outward',
      })
      expect(Object.keys(inputSchema?.properties ?? {}).sort()).toEqual(Object.keys(tool.input.shape).sort())
    }
  })

  it('sees what its own broker sees, and nothing else', async () => {
    const [dana, omar] = await Promise.all([connect('token-of-dana'), connect('token-of-omar')])

    const hers = await dana.callTool({ name: 'find_clients', arguments: { query: 'Acme' } })
    const his = await omar.callTool({ name: 'find_clients', arguments: { query: 'Acme' } })
    const foreign = await dana.callTool({ name: 'get_request', arguments: { request_id: OMARS_REQUEST } })
    await Promise.all([dana.close(), omar.close()])

    expect(hers.structuredContent).toMatchObject({ clients: [{ company_name: 'Acme' }] })
    expect(his.structuredContent).toEqual({ clients: [] })
    expect(foreign).toMatchObject({ isError: true, content: [{ text: expect.stringMatching(/^not_found: /) }] })
  })

  it('is told what is wrong with an input', async () => {
    const client = await connect('token-of-dana')

    const answer = await client
      .callTool({ name: 'get_request', arguments: { request_id: 'the first one' } })
      .catch((error: Error) => error)
    await client.close()

    expect(JSON.stringify(answer instanceof Error ? answer.message : answer)).toMatch(/request_id/)
  })

  it('cannot do what leaves the house: it is filed for the broker, with exactly what would happen', async () => {
    const [request] = await endpoint.query(
      `insert into public.requests (iso_agent_id, departure_airport, arrival_airport, departure_date, passengers, status, metadata)
       values ($1, 'KTEB', 'KLAX', current_date + 9, 4, 'pending', '{"segments": []}') returning id`,
      [DANA.iso_agent_id],
    )
    const client = await connect('token-of-dana')

    const input = { request_id: request?.id, reason: 'BY_CLIENT', message_to_operators: null }
    const answer = await client.callTool({ name: 'cancel_request', arguments: input })
    await client.close()

    expect(answer.isError ?? false).toBe(false)
    expect(answer.structuredContent).toMatchObject({
      action: 'cancel_request',
      status: 'pending',
      payload: { request_id: request?.id },
    })
    expect(await endpoint.query('select status from public.requests where id = $1', [request?.id])).toEqual([
      { status: 'pending' },
    ])
    expect(
      await endpoint.query('select action, status from public.approvals where request_id = $1', [request?.id]),
    ).toEqual([{ action: 'cancel_request', status: 'pending' }])
  })
})

describe('a token that is restricted', () => {
  const readOnly = 'token-of-dana jetvision:read'
  const post = (token: string, message: object) =>
    fetch(new URL('/mcp', endpoint.url), {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
      },
      body: JSON.stringify(message),
    })
  const call = (name: string, input = {}) => ({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: input },
  })

  it('to reading is offered what reads, and reads', async () => {
    const client = await clientV2(readOnly, { pin: '2026-07-28' })

    const offered = (await client.listTools()).tools.map(({ name }) => name).sort()
    const found = await client.callTool({ name: 'find_clients', arguments: { query: 'Acme' } })
    await client.close()

    expect(offered).toEqual(tools.flatMap(({ name, effect }) => (effect === 'read' ? [name] : [])).sort())
    expect(found.structuredContent).toMatchObject({ clients: [{ company_name: 'Acme' }] })
  })

  it.each(tools.filter(({ effect }) => effect !== 'read').map(({ name }) => name))(
    'to reading is refused %s, and told which scope it takes',
    async (name) => {
      for (const message of [call(name), [call('find_clients'), call(name)]]) {
        const answer = await post(readOnly, message)

        expect(answer.status).toBe(403)
        expect(answer.headers.get('www-authenticate')).toMatch(
          /^Bearer error="insufficient_scope", scope="jetvision:write", resource_metadata="http/,
        )
      }
    },
  )

  it('to writing writes, and one with a scope that nobody knows does nothing', async () => {
    const company_name = `Scoped ${Math.random()}`
    const create = async (scope: string) => {
      const answer = await post(`token-of-dana ${scope}`, call('create_client', { company_name }))
      return { status: answer.status, text: await answer.text() }
    }
    const kept = () => endpoint.query('select 1 from client_profiles where company_name = $1', [company_name])

    expect((await create('jetvision:admin')).status).toBe(403)
    expect((await create('jetvision:read')).status).toBe(403)
    expect(await kept()).toEqual([])
    expect(await create('jetvision:read jetvision:write')).toMatchObject({
      status: 200,
      text: expect.stringContaining(company_name),
    })
    expect(await kept()).toHaveLength(1)
  })
})

it('answers a page of a foreign origin with 403', async () => {
  const call = (origin: string) =>
    fetch(new URL('/mcp', endpoint.url), {
      method: 'POST',
      headers: {
        Authorization: 'Bearer token-of-dana',
        'Content-Type': 'application/json',
        Accept: 'application/json, text/event-stream',
        Origin: origin,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} }),
    })

  expect([
    (await call('https://evil.example')).status,
    (await call('null')).status,
    (await call('http://localhost:5173')).status,
  ]).toEqual([403, 403, 200])
})

it('on this machine, answers to a name that is not this machine’s with 403', async () => {
  const called = (host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const headers = { Authorization: 'Bearer token-of-dana', Host: host }
      get(new URL('/mcp', endpoint.url), { headers }, (answer) => resolve(answer.resume().statusCode)).on(
        'error',
        reject,
      )
    })

  expect([await called('rebound.example'), await called('localhost:3000')]).toEqual([403, 405])
})
