import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport as StdioV1 } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { freePort } from '../../supabase/embedded/postgres.ts'
import { startEndpoint } from './testing.ts'

let endpoint: Awaited<ReturnType<typeof startEndpoint>>
beforeAll(async () => {
  endpoint = await startEndpoint()
})
afterAll(() => endpoint.close())

const process_ = (env: Record<string, string>) => ({
  command: process.execPath,
  args: [fileURLToPath(new URL('./stdio.ts', import.meta.url))],
  env: { JETVISION_URL: endpoint.url, ...env },
})

it('over stdio, a v1 client has the rights of its token', async () => {
  const client = new ClientV1({ name: 'test', version: '1.0.0' })
  await client.connect(new StdioV1(process_({ JETVISION_TOKEN: 'token-of-dana' })))

  const { tools } = await client.listTools()
  const found = await client.callTool({ name: 'find_clients', arguments: { query: 'Redwood' } })
  await client.close()

  expect(tools.map(({ name }) => name)).toContain('create_request')
  expect(found.structuredContent).toMatchObject({ clients: [{ company_name: 'Redwood' }] })
})

it('over stdio, a v2 client may sign in by e-mail where the service allows it', async () => {
  const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new StdioClientTransport(process_({ JETVISION_EMAIL: 'omar@example.com' })))

  const found = await client.callTool({ name: 'find_clients', arguments: { query: 'Harbor' } })
  await client.close()

  expect(found.structuredContent).toMatchObject({ clients: [{ company_name: 'Harbor Lights Media' }] })
})

it('over stdio, a wrong token is answered as an error, not with somebody else’s data', async () => {
  const client = new ClientV1({ name: 'test', version: '1.0.0' })
  await client.connect(new StdioV1(process_({ JETVISION_TOKEN: 'forged' })))

  await expect(client.listTools()).rejects.toThrow()
  await client.close()
})

it('over stdio, says where it looked for a service that is not there', async () => {
  const client = new ClientV1({ name: 'test', version: '1.0.0' })
  const nowhere = `http://127.0.0.1:${await freePort()}`
  await client.connect(new StdioV1(process_({ JETVISION_URL: nowhere, JETVISION_EMAIL: 'dana@example.com' })))

  await expect(client.listTools()).rejects.toThrow(`JetVision does not answer at ${nowhere}`)
  await client.close()
})
