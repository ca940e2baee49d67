import { randomUUID } from 'node:crypto'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { ToolContext } from '../../../tools/context.ts'
import { createJetVisionMcpHandler } from '../http.ts'
import { createConformanceServer } from './fixture.ts'

/** `node mcp-servers/jetvision/conformance/main.ts [port]`: the endpoint as it is, with the suite's tools in place of ours. For the conformance suite only. */
const mcp = createJetVisionMcpHandler({ createServer: createConformanceServer })
const port = Number(process.argv[2] ?? 3900)
const nobody = {
  publicUrl: `http://127.0.0.1:${port}`,
  log: console,
  newId: randomUUID,
} as unknown as ToolContext // the suite's tools reach nothing of ours
const app = new Hono().all('/mcp', (c) => mcp(c.req.raw, nobody))
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, () => console.log(`http://127.0.0.1:${port}/mcp`))
