import { Client } from '@modelcontextprotocol/client'
import { InMemoryTransport } from '@modelcontextprotocol/server'
import { expect, it } from 'vitest'
import { z } from 'zod'
import type { ToolContext } from '../../tools/context.ts'
import { tools } from '../../tools/registry.ts'
import { defineTool } from '../../tools/tool.ts'
import { createJetVisionServer } from './server.ts'

const errors: object[] = []
const context = {
  signal: new AbortController().signal,
  db: {},
  log: { error: (fields: object) => errors.push(fields) },
} as unknown as ToolContext // no tool here needs more

async function connectTo(server: ReturnType<typeof createJetVisionServer>) {
  const [clientSide, serverSide] = InMemoryTransport.createLinkedPair()
  await server.connect(serverSide)
  const client = new Client({ name: 'test', version: '1.0.0' })
  await client.connect(clientSide as unknown as Parameters<typeof client.connect>[0]) // the same interface from two packages
  return client
}

it('a read-only session is never offered a tool that writes', async () => {
  const client = await connectTo(createJetVisionServer({ context, allow: ['read'] }))

  const offered = (await client.listTools()).tools.map(({ name }) => name)

  expect(offered.sort()).toEqual(
    tools
      .filter(({ effect }) => effect === 'read')
      .map(({ name }) => name)
      .sort(),
  )
})

it('a defect is logged, and its message stays inside', async () => {
  const broken = defineTool({
    name: 'broken',
    description: 'Breaks',
    effect: 'read',
    input: z.strictObject({}),
    output: z.object({}),
    run: () => Promise.reject(new Error('password=hunter2')),
  })
  const client = await connectTo(createJetVisionServer({ context, tools: [broken] }))

  const answer = await client.callTool({ name: 'broken', arguments: {} })

  expect(answer).toMatchObject({
    isError: true,
    content: [{ text: 'internal_error: Something went wrong on our side' }],
  })
  expect(errors).toHaveLength(1)
})

it('a client that goes away ends the work', async () => {
  const begun = Promise.withResolvers<AbortSignal>()
  const endless = defineTool({
    name: 'endless',
    description: 'Works until it is told to stop',
    effect: 'read',
    input: z.strictObject({}),
    output: z.object({}),
    run: (_input, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        begun.resolve(signal)
      }),
  })
  const client = await connectTo(createJetVisionServer({ context, tools: [endless] }))
  const leaving = new AbortController()

  const answer = client.callTool({ name: 'endless', arguments: {} }, { signal: leaving.signal })
  const signal = await begun.promise
  const stopped = new Promise((resolve) => signal.addEventListener('abort', resolve))
  leaving.abort()

  await expect(answer).rejects.toThrow()
  await stopped
})
