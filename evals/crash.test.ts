import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { brokerClient, eventually, type Json, signIn } from './client.ts'
import { freePort } from './free-port.ts'

type Row = Json & { id: string }

let folder: string
let ports: Record<'PORT' | 'SANDBOX_PORT' | 'SUPABASE_PORT' | 'POSTGRES_PORT' | 'MAIL_PORT', string>
let service: ChildProcess | undefined

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'jetvision-crash-'))
  const [api, sandbox, supabase, postgres, mail] = await Promise.all([1, 2, 3, 4, 5].map(() => freePort()))
  ports = {
    PORT: String(api),
    SANDBOX_PORT: String(sandbox),
    SUPABASE_PORT: String(supabase),
    POSTGRES_PORT: String(postgres),
    MAIL_PORT: String(mail),
  }
})

afterEach(async () => {
  await end('SIGTERM')
  await rm(folder, { recursive: true, force: true })
})

/** `npm start` on the same folder, as the process that it is; resolves when it is ready. */
async function start() {
  service = spawn(process.execPath, [join(import.meta.dirname, '../api/local/main.ts')], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      JETVISION_DATA_DIR: folder,
      LOG_LEVEL: 'error',
      ...ports,
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await eventually('the service to be ready', async () => {
    const answer = await fetch(`http://127.0.0.1:${ports.PORT}/readyz`).catch(() => undefined)
    return answer?.status === 200
  })
  return signIn(`http://127.0.0.1:${ports.PORT}`)
}

async function end(signal: NodeJS.Signals) {
  const running = service
  service = undefined
  if (!running || running.exitCode !== null) return running?.exitCode
  const ended = new Promise<number | null>((resolve) => running.once('exit', resolve))
  running.kill(signal)
  return ended
}

/** Leases are made to have run out, as a minute of waiting would. */
async function leasesRunOut() {
  const environment = await readFile(join(folder, 'env'), 'utf8')
  const database = new pg.Client(/^DATABASE_URL=(.*)$/m.exec(environment)?.[1])
  await database.connect()
  try {
    await database.query(`update private.assistant_turns set lease_until = now() where status = 'running'`)
    await database.query('update private.webhook_event_leases set lease_until = now()')
    await database.query(`update private.outbox set lease_until = now() where status in ('claimed', 'sending')`)
  } finally {
    await database.end()
  }
}

const sim = (trip: unknown, action: string, body: object) =>
  fetch(`http://127.0.0.1:${ports.SANDBOX_PORT}/_sim/trips/${trip}/${action}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

it('a service that is killed in the middle of a turn goes on where it was, and does nothing twice', async () => {
  const broker = await start()
  const { token } = (await (
    await fetch(`http://127.0.0.1:${ports.PORT}/api/dev/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'dana@example.com' }),
    })
  ).json()) as { token: string }
  const conversation = await broker.send<Row>('POST', '/api/conversations', {})
  const answer = fetch(`http://127.0.0.1:${ports.PORT}/api/chat`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({
      message: 'Teterboro to Miami for Acme, 6 people, March 3',
      conversation_id: conversation.id,
    }),
  }).then((response) => response.text())
  answer.catch(() => undefined) // the connection breaks with the service

  await eventually(
    'the request',
    async () => (await broker.get<Row>(`/api/conversations/${conversation.id}`)).request_id,
  )
  await end('SIGKILL')

  await start()
  await leasesRunOut()
  const again = brokerClient(`http://127.0.0.1:${ports.PORT}`, token)
  const request = await eventually(
    'the trip',
    async () => {
      const { request_id } = await again.get(`/api/conversations/${conversation.id}`)
      const row = await again.get<Row>(`/api/requests/${request_id}`)
      return row.status === 'awaiting_user_action' ? row : undefined
    },
    60_000,
  )
  await eventually(
    'the answer',
    async () => {
      const { data } = await again.get<{ data: Row[] }>(`/api/conversations/${conversation.id}/messages`)
      return data.some(({ sender_type, content_type }) => sender_type === 'ai_assistant' && content_type === 'text')
    },
    60_000,
  )
  const { data: requests } = await again.get<{ data: Row[] }>('/api/requests?limit=100')
  expect(
    requests.filter(
      ({ arrival_airport, status }) => arrival_airport === request.arrival_airport && status !== 'completed',
    ),
  ).toHaveLength(1)
  const { trips } = (await (await fetch(`http://127.0.0.1:${ports.SANDBOX_PORT}/_sim/trips`)).json()) as {
    trips: Json[]
  }
  expect(trips.filter(({ external_trip_id }) => external_trip_id === request.id)).toHaveLength(1)
}, 120_000)

it('quotes that were notified before the kill are there once after it, and SIGTERM ends cleanly', async () => {
  const broker = await start()
  const { conversation_id } = await broker.says('Teterboro to Boston for Redwood, 4 people, April 9')
  const { request_id } = await broker.get(`/api/conversations/${conversation_id}`)
  const { avinode_trip_id } = await broker.get(`/api/requests/${request_id}`)
  await sim(avinode_trip_id, 'send-rfqs', { operators: 3 })
  await Promise.all([1, 2, 3].map(() => sim(avinode_trip_id, 'operator-quote', {})))
  await end('SIGKILL')

  const again = await start()
  await leasesRunOut()

  const quotes = await eventually(
    'three quotes',
    async () => {
      const { data } = await again.get<{ data: Row[] }>(`/api/requests/${request_id}/quotes`)
      return data.length >= 3 && data.every(({ ranking }) => ranking !== null) ? data : undefined
    },
    60_000,
  )
  expect(quotes).toHaveLength(3)
  expect(new Set(quotes.map(({ avinode_quote_id }) => avinode_quote_id)).size).toBe(3)
  expect(await end('SIGTERM')).toBe(0)
}, 120_000)
