import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tools } from '../../tools/registry.ts'
import { startEndpoint } from './testing.ts'

let endpoint: Awaited<ReturnType<typeof startEndpoint>>
beforeAll(async () => {
  endpoint = await startEndpoint()
})
afterAll(() => endpoint.close())

const REVISION = '2026-07-28'
const meta = {
  'io.modelcontextprotocol/protocolVersion': REVISION,
  'io.modelcontextprotocol/clientCapabilities': {},
}

const post = (body: unknown, headers: Record<string, string> = {}) =>
  fetch(new URL('/mcp', endpoint.url), {
    method: 'POST',
    headers: {
      Authorization: 'Bearer token-of-dana',
      'Content-Type': 'application/json',
      Accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })

const call = (name: string, given: unknown, headers: Record<string, string> = {}) =>
  post(
    { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: given, _meta: meta } },
    { 'MCP-Protocol-Version': REVISION, 'Mcp-Method': 'tools/call', 'Mcp-Name': name, ...headers },
  )

const codeOf = async (response: Response) => JSON.parse(await response.text()).error?.code

describe('the headers of the newest revision', () => {
  it.each<[string, Record<string, string>]>([
    ['another method', { 'Mcp-Method': 'tools/list' }],
    ['another tool', { 'Mcp-Name': 'delete_client' }],
    ['no method', { 'Mcp-Method': '' }],
    ['no name', { 'Mcp-Name': '' }],
  ])('are refused where they say %s than the body', async (_what, headers) => {
    const answer = await call('list_clients', {}, headers)

    expect([answer.status, await codeOf(answer)]).toEqual([400, -32020])
  })

  it('may name no revision that nobody knows', async () => {
    const answer = await call('list_clients', {}, { 'MCP-Protocol-Version': '2031-01-01' })

    expect(answer.status).toBe(400)
    expect([-32020, -32022]).toContain(await codeOf(answer))
  })
})

/** A number that looks random and is the same in every run. */
function dice(seed: number) {
  let state = seed
  return (sides: number) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state % sides
  }
}

const nested = (depth: number) => JSON.parse(`${'{"a":'.repeat(depth)}null${'}'.repeat(depth)}`)
const values: unknown[] = [
  null,
  true,
  -1,
  1e308,
  '',
  'x'.repeat(50_000),
  `${'a'.repeat(30_000)}!`,
  `${'1-'.repeat(10_000)}@`,
  '\u0000\u202e\ud800',
  "'; drop table requests; --",
  '{{7*7}} %s %n',
  '../../etc/passwd',
  'https://evil.example/?q=*',
  [],
  [[[]]],
  { $ref: '#' },
  { $ref: 'file:///etc/passwd' },
  { __proto__: { admin: true }, constructor: { prototype: { admin: true } } },
  nested(500),
  '2026-02-30',
  'd0000000-0000-4000-8000-000000000003',
]

it('every tool answers hostile inputs in time, with an error of the protocol or of the tool', async () => {
  const roll = dice(20_261_122)
  const before = endpoint.errors.length
  const inputs = tools.flatMap((tool) => {
    const fields = Object.keys(tool.input.shape)
    const one = () => values[roll(values.length)]
    return Array.from({ length: 12 }, (_, turn) => {
      const given = turn === 0 ? one() : Object.fromEntries(fields.map((field) => [field, one()]))
      return [tool.name, turn % 3 === 1 ? { ...Object(given), unknown: one() } : given] as const
    })
  })

  for (const [name, given] of inputs) {
    const answer = await call(name, given)
    const text = await answer.text()
    expect(answer.status, `${name} ${JSON.stringify(given)?.slice(0, 200)} ${text.slice(0, 300)}`).toBeLessThan(500)
    expect(text).not.toMatch(/password|postgres:|at file:|node_modules/)
  }

  expect(endpoint.errors.slice(before)).toEqual([])
  expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false)
})

it.each([
  ['no JSON', '{"jsonrpc": "2.0", "id": 1, "meth'],
  ['nothing', ''],
  ['a list of nothing', []],
  ['no message', { hello: 'world' }],
  ['bytes', '\u0000\u0001\u0002'],
])('%s is answered with an error of the protocol', async (_what, body) => {
  const answer = await post(body)

  expect(answer.status).toBeGreaterThanOrEqual(400)
  expect(answer.status).toBeLessThan(500)
})

it('a body that is too large is not read', async () => {
  const answer = await call('find_clients', { query: 'x'.repeat(2_000_000) })

  expect(answer.status).toBe(413)
})
