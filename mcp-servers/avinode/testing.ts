import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { Hono } from 'hono'
import type { ConnectionOptions } from '../../tools/avinode/connection.ts'
import { type AvinodeMcpHttpOptions, createAvinodeMcpHttp } from './http.ts'
import { silent, startPlayedSandbox } from './sandbox/testing.ts'

/** The MCP server over HTTP before a played sandbox. `stop` and `start` take it away and bring it back at the same address. */
export async function startServedAvinode(
  options: Partial<AvinodeMcpHttpOptions> = {},
  connection: Partial<ConnectionOptions> = {},
) {
  const world = await startPlayedSandbox({}, connection)
  const app = new Hono().route('/mcp', createAvinodeMcpHttp({ avinode: world.avinode, log: silent, ...options }))
  let server = createAdaptorServer({ fetch: app.fetch })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  await listen(0)
  const { port } = server.address() as AddressInfo
  return {
    ...world,
    url: `http://127.0.0.1:${port}/mcp`,
    stop,
    async start() {
      server = createAdaptorServer({ fetch: app.fetch })
      await listen(port)
    },
    async [Symbol.asyncDispose]() {
      await stop()
      await world.sandbox.close()
    },
  }
}
