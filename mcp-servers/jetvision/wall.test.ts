import { randomUUID } from 'node:crypto'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { attacksOn, type Rows, shapeOf } from '../../agents/testing/hijack.ts'
import { CANARY, furnishRival, rowsOfOthers } from '../../agents/testing/rival.ts'
import { tools } from '../../tools/registry.ts'
import { DANA, startEndpoint } from './testing.ts'

let endpoint: Awaited<ReturnType<typeof startEndpoint>>
let client: Client
let own: Rows
let theirs: Rows
let before: Record<string, unknown>

const DANAS_REQUEST = 'd0000000-0000-4000-8000-000000000001'
const DANAS_QUOTE = 'e0000000-0000-4000-8000-000000000001'
const ACME = 'c0000000-0000-4000-8000-000000000001'

beforeAll(async () => {
  endpoint = await startEndpoint()
  theirs = await furnishRival({ query: endpoint.query, openChat })
  own = {
    request_id: DANAS_REQUEST,
    quote_id: DANAS_QUOTE,
    client_id: ACME,
    client_profile_id: ACME,
    conversation_id: await openChat(DANA.iso_agent_id),
  }
  before = await rowsOfOthers(endpoint)
  client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: { pin: '2026-07-28' } } })
  const headers = { Authorization: 'Bearer token-of-dana' }
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', endpoint.url), { requestInit: { headers } }))
})
afterAll(async () => {
  await client?.close()
  await endpoint?.close()
})

async function openChat(agent = DANA.iso_agent_id): Promise<string> {
  const id = randomUUID()
  await endpoint.query(`insert into public.conversations (id) values ($1)`, [id])
  await endpoint.query(
    `insert into public.conversation_participants (conversation_id, role, iso_agent_id) values ($1, 'iso_agent', $2), ($1, 'ai_assistant', null)`,
    [id, agent],
  )
  return id
}

/** The answer as text; a call that the protocol refuses is an answer as well. */
const call = async (name: string, args: Record<string, unknown>) =>
  JSON.stringify(await client.callTool({ name, arguments: args }).catch((error: Error) => error.message))

it.each(tools.map((tool) => [tool.name, tool] as const))(
  '%s shows a client of the desk nothing of other brokers, whatever it is called with',
  async (name, tool) => {
    // The marketplace is not played here; and what is too large is refused before any tool sees it.
    const attacks = attacksOn(shapeOf(tool), own, theirs).filter((args) => JSON.stringify(args).length < 10_000)

    const answers = await Promise.all(attacks.map((args) => call(name, args)))

    expect(answers.filter((answer) => answer.includes(CANARY))).toEqual([])
  },
)

it('nothing of others has changed, and nothing was sent', async () => {
  expect(await rowsOfOthers(endpoint)).toEqual(before)
  expect(
    await endpoint.query(`select 1 from public.approvals where iso_agent_id = $1 and status <> 'pending'`, [
      DANA.iso_agent_id,
    ]),
  ).toEqual([])
  expect(await endpoint.query('select 1 from private.outbox')).toEqual([])
})

it('what operators wrote comes without what nobody sees', async () => {
  await endpoint.query(`update public.quotes set operator_message = $2 where id = $1`, [
    DANAS_QUOTE,
    'Best\u200b price \u{e0041}now',
  ])

  expect(await call('get_quote', { quote_id: DANAS_QUOTE })).toContain('Best price now')
})
