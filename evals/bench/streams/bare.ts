import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pg from 'pg'

/** The least that telling many screens can cost: one notification of Postgres, written to every open response as it is. */
export async function startBare(databaseUrl: string) {
  const open = new Set<ServerResponse>()
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n')
    open.add(response)
    request.on('close', () => open.delete(response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const client = new pg.Client({ connectionString: databaseUrl })
  client.on('notification', ({ payload = '' }) => {
    const bytes = Buffer.from(`event: message.created\ndata: ${payload}\n\n`)
    for (const response of open) response.write(bytes)
  })
  await client.connect()
  await client.query('listen bench_bare')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // it listens on a port
    async close() {
      server.closeAllConnections()
      await client.end()
    },
  }
}
