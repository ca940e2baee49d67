import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { NewTrip } from '../../../tools/avinode/avinode.ts'
import type { ConnectionOptions } from '../../../tools/avinode/connection.ts'
import { createAvinodeClient } from '../../../tools/avinode/rest-client.ts'
import { type SandboxOptions, sandboxCredentials, startSandbox } from './start-sandbox.ts'

export const silent = { debug() {}, info() {}, warn() {}, error() {} }

export const { signal } = new AbortController()

/** A sandbox on a free port with a client and somebody who plays operators through `/_sim`. */
export async function startPlayedSandbox(
  options: Partial<SandboxOptions> = {},
  connection: Partial<ConnectionOptions> = {},
) {
  const sandbox = await startSandbox({ port: 0, log: silent, autoAnswer: false, ...options })
  const avinode = createAvinodeClient({
    baseUrl: sandbox.apiUrl,
    ...sandboxCredentials,
    product: 'JetVision-test',
    log: silent,
    backoffMs: 1,
    rateLimit: { per_second: 1_000, burst: 1_000 },
    ...connection,
  })
  const call = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${sandbox.url}/_sim/${path}`, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
    })
    return { status: response.status, body: await response.json() }
  }
  return {
    sandbox,
    avinode,
    /** A control call that has to succeed. */
    async play(path: string, body?: unknown) {
      const answer = await call('POST', path, body)
      if (answer.status !== 200) throw new Error(JSON.stringify(answer.body))
      return answer.body
    },
    call,
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}

export const newTrip = (change: Partial<NewTrip> = {}): NewTrip => ({
  external_trip_id: 'request-1',
  segments: [
    {
      departure_airport: 'KTEB',
      arrival_airport: 'KVNY',
      departure_date: '2027-02-10',
      departure_time: '15:30',
      passengers: 8,
    },
  ],
  aircraft_category: null,
  aircraft_type: 'G650',
  ...change,
})

export type Received = { path: string; body: Record<string, unknown>; authorization: string | undefined }

/** A receiver of webhooks that answers as it is told: one status per delivery, the last one stays. */
export async function startReceiver(...statuses: number[]) {
  const received: Received[] = []
  const waiting: { count: number; resolve: () => void }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      received.push({ path: request.url ?? '', body: JSON.parse(text), authorization: request.headers.authorization })
      const status = statuses[Math.min(received.length, statuses.length) - 1] ?? 200
      response.writeHead(status, status === 401 ? { 'WWW-Authenticate': 'Basic' } : {}).end()
      for (const { count, resolve } of waiting) if (received.length >= count) resolve()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    /** Resolves when so many deliveries have come in all. */
    async until(count: number) {
      if (received.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }))
      return received
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const credentials = { username: 'avinode', password: 'a long test password' }
