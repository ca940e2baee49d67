import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vi } from 'vitest'
import { z } from 'zod'
import { sandboxCredentials, startSandbox } from '../mcp-servers/avinode/sandbox/start-sandbox.ts'
import { createSupabase } from '../supabase/clients.ts'
import { startLite } from '../supabase/embedded/lite.ts'
import { startTestDatabase } from '../supabase/embedded/test-database.ts'
import { createAvinodeClient } from '../tools/avinode/rest-client.ts'
import type { Broker } from '../tools/context.ts'
import type { Mail, MailMessage } from '../tools/mail.ts'
import { startBus } from './bus.ts'
import { createEnqueue } from './enqueue.ts'
import { createQueues, type QueueConnection } from './queues.ts'
import { createSystem } from './system.ts'
import { recordingLog } from './testing.ts'
import { startWorker, type WorkerDeps } from './worker.ts'

export type Notified = { source: string; body: Record<string, unknown> }
export type World = Awaited<ReturnType<typeof startWorld>>

const keys = {
  publishableKey: 'sb_publishable_test',
  secretKey: 'sb_secret_test',
  jwtSecret: 'a-secret-for-tests-only-32-bytes',
}

/** The real database, the real queue and Avinode's sandbox, for one test. Notifications wait until the test stores them. */
export async function startWorld({ connection }: { connection?: QueueConnection } = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-queue-'))
  const log = recordingLog()
  const closers: (() => Promise<unknown>)[] = [() => rm(folder, { recursive: true, force: true })]
  const closed = <T extends { close(): Promise<unknown> }>(opened: T) => {
    closers.push(() => opened.close())
    return opened
  }
  const database = closed(await startTestDatabase())
  const lite = closed(await startLite({ databaseUrl: database.databaseUrl, storageFolder: folder, ...keys }))
  const network = { down: false }
  const supabase = createSupabase({
    url: 'http://supabase.test',
    ...keys,
    fetch: async (input, init) => {
      if (network.down) throw new TypeError('fetch failed')
      return lite.fetch(new Request(input, init))
    },
  })
  const companies = { [sandboxCredentials.authToken]: 'acompany-7001', 'token-of-another-company': 'acompany-7002' }
  const connections = Object.entries(companies).map(([token, company_id]) => ({
    token,
    company_id,
    kind: 'rest' as const,
  }))
  const sandbox = closed(await startSandbox({ port: 0, log, autoAnswer: false, access: { connections } }))
  const [avinode, otherAvinode] = Object.keys(companies).map((authToken) =>
    createAvinodeClient({
      baseUrl: sandbox.apiUrl,
      apiToken: sandboxCredentials.apiToken,
      authToken,
      product: 'JetVision-test',
      backoffMs: 1,
      rateLimit: { per_second: 1_000, burst: 1_000 },
      circuit: { failures: 1_000 }, // what is down is back as soon as the test says so
      log,
    }),
  )
  if (!avinode || !otherAvinode) throw new Error('There are two companies')
  const receiver = closed(await startReceiver())
  await avinode.ensureWebhooks(receiver.url, { username: 'jetvision', password: 'secret' })
  const queues = closed(createQueues({ connection: connection ?? { databaseUrl: database.databaseUrl }, log }))
  const bus = closed(await startBus({ databaseUrl: database.databaseUrl, log }))
  const sent: MailMessage[] = []
  const mail: Mail = { deduplicates: false, send: async (message) => void sent.push(message) }
  const system = createSystem(supabase.service)
  const enqueue = createEnqueue(queues, log)
  const play = async (path: string, body: object = {}) => {
    const response = await fetch(`${sandbox.url}/_sim/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as Record<string, unknown>
  }

  return {
    sql: database.sql,
    databaseUrl: database.databaseUrl,
    supabase,
    network,
    avinode,
    /** Avinode as another company reaches it. */
    otherAvinode,
    queues,
    bus,
    system,
    enqueue,
    mail,
    sent,
    log,
    /** Plays somebody in the sandbox: `trips/<id>/operator-quote`, `faults`, ... */
    play,
    /** The notifications that came in since the last call, once there are as many as expected. */
    notifications: (expected: number) => receiver.take(expected),
    broker: (full_name = 'Dana Whitfield') => createBroker(database, full_name),
    /** A request whose trip is in Avinode, and nobody has been asked. */
    async request(broker: Broker) {
      const id = randomUUID()
      const trip = await avinode.createTrip(
        { external_trip_id: id, segments: [segment()], aircraft_category: null, aircraft_type: null },
        AbortSignal.timeout(10_000),
      )
      await createRequest(database, broker, id, trip)
      return { id, trip_id: trip.id, display_id: trip.display_id }
    },
    /** Stores a notification as the API does, without asking for it to be read. */
    async store({ source, body }: Notified): Promise<{ event_id: string; is_new: boolean }> {
      const { data } = await supabase.service
        .rpc('store_webhook_event', {
          p_source: source,
          p_payload: JSON.parse(JSON.stringify(body)),
          p_headers: {},
          p_source_ip: '127.0.0.1',
          p_user_agent: 'test',
        })
        .throwOnError()
      return z.object({ event_id: z.uuid(), is_new: z.boolean() }).parse(data)
    },
    /** Starts a worker as the worker process does; what agents and mail do is played. */
    async work(played: Partial<WorkerDeps> = {}) {
      const worker = await startWorker({
        supabase,
        avinode,
        mail,
        publicUrl: 'https://jets.example',
        queues,
        bus,
        runTurn: async () => {},
        analyseQuotes: async () => {},
        monitorErrors: async () => {},
        watch: async () => {},
        log,
        ...played,
        timing: {
          sweep_ms: 50,
          heartbeat_ms: 50,
          grace_ms: 500,
          poll_ms: 3_600_000,
          watch_ms: 3_600_000,
          ...played.timing,
        },
      })
      return closed(worker)
    },
    /** What a broker sees of a request's quotes and its operators' rooms. */
    async outcome(request_id: string) {
      const { rows } = await database.sql.query(outcome, [request_id])
      return rows[0].outcome
    },
    async [Symbol.asyncDispose]() {
      for (const close of closers.reverse()) await close()
    },
  }
}

const outcome = `
  select jsonb_build_object(
    'status', r.status, 'contacted', r.operators_contacted, 'expected', r.quotes_expected, 'received', r.quotes_received,
    'quotes', (select coalesce(jsonb_agg(jsonb_build_object(
        'id', q.avinode_quote_id, 'operator', q.operator_name, 'price', q.total_price::text, 'status', q.status)
        order by q.avinode_quote_id), '[]') from quotes q where q.request_id = r.id),
    'rooms', (select coalesce(jsonb_agg(jsonb_build_object(
        'thread', c.avinode_thread_id, 'answer', c.metadata ->> 'answer',
        'messages', (select coalesce(jsonb_agg(jsonb_build_object('type', m.content_type, 'id', m.avinode_message_id)
          order by m.avinode_message_id), '[]') from messages m where m.conversation_id = c.id))
        order by c.avinode_thread_id), '[]')
      from conversations c where c.request_id = r.id and c.type = 'quote_discussion')
  ) as outcome from requests r where r.id = $1`

/** A day so many days from now, as `YYYY-MM-DD`. */
export const daysAhead = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

const segment = () => ({
  departure_airport: 'KTEB',
  arrival_airport: 'KVNY',
  departure_date: daysAhead(20),
  departure_time: '10:00',
  passengers: 6,
})

type Database = Awaited<ReturnType<typeof startTestDatabase>>

async function createBroker({ sql }: Database, full_name: string): Promise<Broker> {
  const clerk_user_id = `user_${randomUUID()}`
  const email = `${clerk_user_id}@broker.example`
  const { rows } = await sql.query(
    'insert into iso_agents (clerk_user_id, email, full_name) values ($1, $2, $3) returning id',
    [clerk_user_id, email, full_name],
  )
  return { iso_agent_id: rows[0].id, clerk_user_id, role: 'iso_agent', full_name, email }
}

type InAvinode = { id: string; display_id: string; search_url: string }

async function createRequest({ sql }: Database, broker: Broker, id: string, trip: InAvinode) {
  const { rows } = await sql.query(
    `insert into client_profiles (iso_agent_id, company_name, contact_name, email)
     values ($1, 'Acme', 'Ann Acme', 'ann@acme.example') returning id`,
    [broker.iso_agent_id],
  )
  await sql.query(
    `insert into requests (id, iso_agent_id, client_profile_id, departure_airport, arrival_airport, departure_date, passengers, status,
       avinode_trip_id, avinode_deep_link, metadata)
     values ($1, $2, $3, 'KTEB', 'KVNY', $4, 6, 'awaiting_user_action', $5, $6, $7)`,
    [
      id,
      broker.iso_agent_id,
      rows[0].id,
      daysAhead(20),
      trip.id,
      trip.search_url,
      { segments: [segment()], avinode_display_id: trip.display_id },
    ],
  )
  await sql.query('select get_or_create_request_conversation($1)', [id])
}

/** Takes Avinode's notifications and keeps them. */
async function startReceiver() {
  let received: Notified[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const source = request.url?.split('/').at(-1) ?? ''
    received.push({ source, body: JSON.parse(Buffer.concat(chunks).toString()) })
    response.writeHead(200).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    async take(expected: number): Promise<Notified[]> {
      await vi.waitFor(() => {
        if (received.length < expected) throw new Error(`${received.length} of ${expected} notifications`)
      }, 30_000)
      const taken = received
      received = []
      return taken
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
