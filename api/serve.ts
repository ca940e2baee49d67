import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Log } from '../tools/context.ts'
import type { ApiEnv } from './api-env.ts'

export type RunningApi = {
  url: string
  port: number
  /** Takes nothing new, lets what is being answered come to its end, and then closes every connection. */
  close(): Promise<void>
}

type Options = {
  app: Hono<ApiEnv>
  port: number
  host: string
  log: Log
  /** Called first when closing: readiness turns, streams end. */
  onClosing(): void
  grace_ms?: number
}

const GRACE_MS = 25_000

/** Serves the API over HTTP with limits against slow and endless callers. Streams are bounded by their own heartbeats. */
export async function serveApi({ app, port, host, log, onClosing, grace_ms = GRACE_MS }: Options): Promise<RunningApi> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    serverOptions: {
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 5_000,
      connectionsCheckingInterval: 2_000,
      maxHeaderSize: 16 * 1024,
    },
  }) as Server // plain HTTP: TLS ends before us
  server.maxRequestsPerSocket = 1_000
  server.maxConnections = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  server.on('error', (error) => log.error({ err: error }, 'the HTTP server reported an error'))
  const address = server.address() as AddressInfo // it listens on a port, not on a pipe
  let closing: Promise<void> | undefined
  return {
    port: address.port,
    url: `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${address.port}`,
    close() {
      closing ??= closeServer(server, grace_ms, onClosing)
      return closing
    },
  }
}

async function closeServer(server: Server, grace_ms: number, onClosing: () => void) {
  onClosing()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const idle = setInterval(() => server.closeIdleConnections(), 100)
  const late = setTimeout(() => server.closeAllConnections(), grace_ms)
  await closed
  clearInterval(idle)
  clearTimeout(late)
}
