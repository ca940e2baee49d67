import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { createSupabase } from '../supabase/clients.ts'
import { startEmbeddedSupabase } from '../supabase/embedded/stack.ts'
import { copyTestCluster } from '../supabase/embedded/test-cluster.ts'
import type { Db, Log, Origin, ToolContext } from './context.ts'
import { call, stableId } from './database.ts'
import type { MailMessage } from './mail.ts'
import { createTestAvinode, type TestAvinode } from './test-avinode.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

export type TestDesk = AsyncDisposable & {
  /** Queries as the owner of the database, past every policy. */
  sql: pg.Pool
  service: Db
  avinode: TestAvinode
  /** What left by mail. */
  outgoing: MailMessage[]
  /** Seven in the morning, a fortnight before the flights of the tests. */
  clock: { now: Date }
  /** A new broker, whose calls come from the API. */
  broker(settings?: BrokerSettings): Promise<ToolContext>
  /** The same broker in a new turn of a new chat; `turn` makes another turn of a chat. */
  chat(context: ToolContext, conversation_id?: string): Promise<ToolContext & { origin: ChatOrigin }>
  /** An operator's quote on a request, with the operator and the room of the RFQ, as Avinode's notifications leave them. */
  quote(
    request_id: string,
    quote?: Partial<TestQuote>,
  ): Promise<{ id: string; conversation_id: string; rfq_id: string }>
}

type TestQuote = {
  operator_name: string
  operator_rating: string
  certifications: string[]
  total_price: string
  aircraft_type: string
  seats: number
  status: string
  valid_days: number
  /** The RFQ in Avinode that it answers. */
  rfq_id: string
}

type ChatOrigin = Extract<Origin, { kind: 'chat' }>
type BrokerSettings = { full_name?: string; role?: 'iso_agent' | 'admin'; margin_type?: string; margin_value?: string }

/** The verbs' own world for a test file: the real database behind the real API, Avinode and mail in memory. */
export async function startTestDesk(): Promise<TestDesk> {
  const dataDir = await mkdtemp(join(tmpdir(), 'jetvision-tools-'))
  await copyTestCluster(join(dataDir, 'postgres'))
  const stack = await startEmbeddedSupabase({
    dataDir,
    apiPort: 0,
    postgresPort: 0,
    seed: false,
    log: silent,
    durable: false,
  })
  const supabase = createSupabase({ ...stack, fetch: stack.fetch })
  const sql = new pg.Pool({ connectionString: stack.databaseUrl, max: 4 })
  sql.on('error', () => undefined) // the server may end before the last connection has said goodbye
  sql.on('error', () => undefined) // the server may end before the last connection has said goodbye
  const clock = { now: new Date() }
  const avinode = createTestAvinode(() => clock.now)
  const outgoing: MailMessage[] = []

  return {
    sql,
    service: supabase.service,
    avinode,
    outgoing,
    clock,
    async broker(settings = {}) {
      const {
        full_name = 'Dana Whitfield',
        role = 'iso_agent',
        margin_type = 'percentage',
        margin_value = '15',
      } = settings
      const clerk_user_id = `user_${randomUUID()}`
      const email = `${clerk_user_id}@broker.example`
      const { rows } = await sql.query(
        `insert into iso_agents (clerk_user_id, email, full_name, role, margin_type, margin_value)
         values ($1, $2, $3, $4, $5, $6) returning id`,
        [clerk_user_id, email, full_name, role, margin_type, margin_value],
      )
      return {
        broker: { iso_agent_id: rows[0].id, clerk_user_id, role, full_name, email },
        db: supabase.forBroker(clerk_user_id),
        avinode,
        mail: { deduplicates: true, send: async (message) => void outgoing.push(message) },
        origin: { kind: 'api', turn_id: null, conversation_id: null },
        newId: () => randomUUID(),
        publicUrl: 'https://jets.example',
        now: () => clock.now,
        signal: new AbortController().signal,
        log: silent,
      }
    },
    async chat(context, room) {
      const conversation_id = room ?? randomUUID()
      const { db } = context
      if (room === undefined) await call(z.unknown(), db.rpc('start_conversation', { p_id: conversation_id }))
      const { turn_id } = await call(
        z.object({ turn_id: z.uuid() }),
        db.rpc('start_turn', { p_conversation_id: conversation_id, p_message_id: randomUUID(), p_content: 'Hello' }),
      )
      const origin: ChatOrigin = { kind: 'chat', turn_id, conversation_id }
      return { ...context, origin, newId: (key) => stableId(turn_id, key) }
    },
    async quote(request_id, given = {}) {
      const quote = { ...ordinaryQuote, rfq_id: `arfq-${randomUUID()}`, ...given }
      const { rows } = await sql.query(
        `with operator as (
           insert into operator_profiles (avinode_operator_id, company_name, operator_rating, certifications)
           values ('acompany-' || gen_random_uuid(), $2, $3, $4) returning id, avinode_operator_id
         ), room as (
           insert into conversations (request_id, type, avinode_thread_id) values ($1, 'quote_discussion', $9) returning id
         ), seats as (
           insert into conversation_participants (conversation_id, iso_agent_id, operator_profile_id, role)
           select room.id, r.iso_agent_id, null::uuid, 'iso_agent'::participant_role from room, requests r where r.id = $1
           union all select room.id, null::uuid, null::uuid, 'ai_assistant' from room
           union all select room.id, null::uuid, operator.id, 'operator' from room, operator
         )
         insert into quotes (
           request_id, operator_profile_id, operator_id, operator_name, total_price, base_price, fuel_surcharge, taxes, fees,
           aircraft_type, aircraft_tail_number, aircraft_details, availability_confirmed, status, valid_until,
           conversation_id, metadata
         ) select $1, operator.id, operator.avinode_operator_id, $2, $5::numeric, $5::numeric - 300, 100, 100, 100,
             $6, 'N650EJ', jsonb_build_object('max_passengers', $7::int), true, $8::quote_status,
             now() + make_interval(days => $10), room.id, '{"currency": "USD"}'
           from operator, room
         returning id, conversation_id`,
        [
          request_id,
          quote.operator_name,
          quote.operator_rating,
          quote.certifications,
          quote.total_price,
          quote.aircraft_type,
          quote.seats,
          quote.status,
          quote.rfq_id,
          quote.valid_days,
        ],
      )
      return { ...rows[0], rfq_id: quote.rfq_id }
    },
    async [Symbol.asyncDispose]() {
      await sql.end()
      await stack.close()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

const ordinaryQuote = {
  operator_name: 'Elite Jets',
  operator_rating: '4.50',
  certifications: ['ARGUS Platinum'],
  total_price: '112000.00',
  aircraft_type: 'Gulfstream G650',
  seats: 14,
  status: 'received',
  valid_days: 6,
}

/** A day so many days from now, as `YYYY-MM-DD`. */
export const daysAhead = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)
