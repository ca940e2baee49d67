import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { expect, it } from 'vitest'
import { sandboxCredentials } from './sandbox/start-sandbox.ts'
import { startPlayedSandbox } from './sandbox/testing.ts'

const script = fileURLToPath(new URL('stdio.ts', import.meta.url))

it('the server speaks over standard input and output, with its log kept apart', async () => {
  await using world = await startPlayedSandbox()
  const client = new Client({ name: 'test', version: '1.0.0' })
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [script],
    env: {
      AVINODE_BASE_URL: world.sandbox.apiUrl,
      AVINODE_API_TOKEN: sandboxCredentials.apiToken,
      AVINODE_AUTH_TOKEN: sandboxCredentials.authToken,
      LOG_LEVEL: 'debug',
    },
    stderr: 'pipe',
  })
  let logged = ''
  transport.stderr?.on('data', (chunk) => {
    logged += chunk
  })
  await client.connect(transport)

  const answer = await client.callTool({ name: 'search_airports', arguments: { filter: 'Teterboro' } })
  await client.close()

  expect(answer.structuredContent).toMatchObject({ airports: [{ icao: 'KTEB' }] })
  expect(logged).toContain('/airports/search')
  expect(logged).not.toContain(sandboxCredentials.authToken)
})

it('without credentials it says what is missing, and not on standard output', async () => {
  const child = spawn(process.execPath, [script], { env: {}, stdio: ['ignore', 'pipe', 'pipe'] })

  const [out, error, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise((resolve) => child.once('exit', resolve)),
  ])

  expect([out, code]).toEqual(['', 1])
  expect(error).toContain('AVINODE_BASE_URL')
})
