import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Model } from '@openai/agents'
import { ScriptedModel, type ScriptedModelInput } from '@openai/agents/testing'
import pg from 'pg'
import { z } from 'zod'
import { createSupabase } from '../../supabase/clients.ts'
import { startEmbeddedSupabase } from '../../supabase/embedded/stack.ts'
import { copyTestCluster } from '../../supabase/embedded/test-cluster.ts'
import type { Avinode, Trip } from '../../tools/avinode/avinode.ts'
import { call } from '../../tools/database.ts'
import { UpstreamError } from '../../tools/errors.ts'
import type { AgentsDeps } from '../agent-deps.ts'
import { AGENT_TYPES, type AgentType } from '../agent-type.ts'
import { type Models, modelsFrom } from '../models-from.ts'
import { createTurnRunner } from '../run-turn.ts'
import type { TurnChunk } from '../turn-chunks.ts'
import type { ClaimedTurn } from '../turn-store.ts'

export const DANA = { id: 'a0000000-0000-4000-8000-000000000001', clerk: 'user_dana_example' }
export const OMAR = { id: 'a0000000-0000-4000-8000-000000000002', clerk: 'user_omar_example' }
/** Omar's request in the seed data: to Dana it does not exist. */
export const OMARS_REQUEST = 'd0000000-0000-4000-8000-000000000003'

type Row = Record<string, unknown>

/** The real database with its API, and the parts of the outside world that the agents' tests play. */
export async function startDesk() {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-agents-'))
  await copyTestCluster(join(folder, 'postgres'))
  const log = quietLog()
  const stack = await startEmbeddedSupabase({
    dataDir: folder,
    apiPort: 0,
    postgresPort: 0,
    seed: true,
    log,
    durable: false,
  })
  const sql = new pg.Pool({ connectionString: stack.databaseUrl, max: 4 })
  sql.on('error', () => undefined) // the server may end before the last connection has said goodbye
  const supabase = createSupabase(stack)
  const avinode = playedAvinode()
  const query = async (text: string, params: unknown[] = []): Promise<Row[]> => (await sql.query(text, params)).rows

  const depsWith = (models: Models, changes: Partial<AgentsDeps> = {}): AgentsDeps => ({
    supabase,
    avinode: avinode.port,
    mail: { deduplicates: true, send: async () => undefined },
    publicUrl: 'http://127.0.0.1:3000',
    models,
    log,
    ...changes,
  })

  const claim = (turn_id: string): Promise<ClaimedTurn> =>
    call(z.custom<ClaimedTurn>(Boolean), supabase.service.rpc('claim_turn', { p_turn_id: turn_id }))

  return {
    query,
    supabase,
    avinode,
    log,
    depsWith,
    claim,
    /** A chat of one broker with the assistant. */
    async openChat(agent = DANA.id): Promise<string> {
      const id = randomUUID()
      await query(`insert into public.conversations (id, type) values ($1, 'general_inquiry')`, [id])
      await query(
        `insert into public.conversation_participants (conversation_id, role, iso_agent_id, can_reply, can_invite)
         values ($1, 'iso_agent', $2, true, true), ($1, 'ai_assistant', null, true, false)`,
        [id, agent],
      )
      return id
    },
    async asks(conversation_id: string, content: string, clerk = DANA.clerk): Promise<string> {
      const message = { p_conversation_id: conversation_id, p_message_id: randomUUID(), p_content: content }
      const { turn_id } = await call(
        z.object({ turn_id: z.string() }),
        supabase.forBroker(clerk).rpc('start_turn', message),
      )
      return turn_id
    },
    /** A turn that no message started. */
    async isPrompted(conversation_id: string, trigger: Record<string, string>): Promise<string> {
      const turn_id = randomUUID()
      await call(
        z.object({}),
        supabase.service.rpc('start_background_turn', {
          p_conversation_id: conversation_id,
          p_turn_id: turn_id,
          p_trigger: trigger,
        }),
      )
      return turn_id
    },
    /** Runs the next attempt of a turn to its end. */
    async runs(
      turn_id: string,
      models: Models,
      changes: Partial<AgentsDeps> = {},
      signal = new AbortController().signal,
    ) {
      await createTurnRunner(depsWith(models, changes))(await claim(turn_id), signal)
    },
    decides: (approval_id: string, decision: 'approve' | 'reject', p_reason = '') =>
      call(
        z.unknown(),
        supabase.forBroker(DANA.clerk).rpc('decide_approval', { p_id: approval_id, p_decision: decision, p_reason }),
      ),
    /** Plays the worker that carries out what was approved. */
    async delivers(p_id: string, result: Record<string, string>) {
      const { service } = supabase
      const lease = await call(z.object({ claim_token: z.string() }), service.rpc('claim_outbox', { p_id }))
      const held = { p_id, p_claim_token: lease.claim_token }
      await call(z.literal(true), service.rpc('mark_outbox_sending', held))
      await call(z.object({}), service.rpc('complete_outbox', { ...held, p_result: result }))
    },
    resumes: (turn_id: string) => call(z.boolean(), supabase.service.rpc('resume_turn', { p_turn_id: turn_id })),
    async turn(turn_id: string): Promise<Row> {
      const [row] = await query('select * from private.assistant_turns where id = $1', [turn_id])
      return row ?? {}
    },
    async chunks(turn_id: string): Promise<TurnChunk[]> {
      const rows = await query('select chunk from private.assistant_turn_chunks where turn_id = $1 order by seq', [
        turn_id,
      ])
      return rows.map(({ chunk }) => chunk as TurnChunk)
    },
    /** What the assistant said in a room, cards left out. */
    async answers(conversation_id: string): Promise<Row[]> {
      return query(
        `select * from public.messages where conversation_id = $1 and sender_type = 'ai_assistant' and content_type = 'text' order by created_at`,
        [conversation_id],
      )
    },
    approvals: (turn_id: string) =>
      query('select * from public.approvals where turn_id = $1 order by created_at', [turn_id]),
    executions: (turn_id: string) =>
      query(`select * from public.agent_executions where metadata ->> 'turn_id' = $1 order by created_at, started_at`, [
        turn_id,
      ]),
    async newRequest(agent = DANA.id, status = 'analyzing', conversation_id: string | null = null): Promise<string> {
      const id = randomUUID()
      await sql.query(
        `insert into public.requests (id, iso_agent_id, departure_airport, arrival_airport, departure_date, passengers, status,
           primary_conversation_id, metadata)
         values ($1, $2, 'KTEB', 'KLAX', current_date + 20, 8, $3, $4, jsonb_build_object('segments', jsonb_build_array(jsonb_build_object(
           'departure_airport', 'KTEB', 'arrival_airport', 'KLAX', 'departure_date', (current_date + 20)::text,
           'departure_time', null, 'passengers', 8))))`,
        [id, agent, status, conversation_id],
      )
      return id
    },
    /** An operator's answer, as the queue would have written it. */
    async newQuote(request_id: string, total_price: string, operator = 'Summit Air Charter'): Promise<string> {
      const id = randomUUID()
      await sql.query(
        `insert into public.quotes (id, request_id, operator_profile_id, operator_name, base_price, fuel_surcharge, taxes, fees, total_price,
           aircraft_type, aircraft_tail_number, availability_confirmed, valid_until, status, received_at, avinode_quote_id, metadata)
         values ($1, $2, 'b0000000-0000-4000-8000-000000000001', $3, $4, 0, 0, 0, $4, 'Gulfstream G650', 'N650SA', true,
           now() + interval '7 days', 'received', now(), $5, '{"currency": "USD"}')`,
        [id, request_id, operator, total_price, `aquote-${id}`],
      )
      return id
    },
    async close() {
      await sql.end()
      await stack.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Desk = Awaited<ReturnType<typeof startDesk>>

/** Each agent answers by its own script; an agent without one must not be asked. */
export function scripted(scripts: Partial<Record<AgentType, ScriptedModelInput[]>>) {
  const byAgent = new Map(AGENT_TYPES.map((agent_type) => [agent_type, new ScriptedModel(scripts[agent_type] ?? [])]))
  const models = modelsFrom((agent_type) => ({ model: byAgent.get(agent_type) as Model, name: 'scripted' }), {
    offline: false,
  })
  return Object.assign(models, { script: (agent_type: AgentType) => byAgent.get(agent_type) as ScriptedModel })
}

/** An Avinode that knows no trip, creates what it is told to, and can be down. */
function playedAvinode() {
  const created: Trip[] = []
  let down = false
  const refuse = async (): Promise<never> => {
    throw new UpstreamError('avinode', 'Avinode does not answer at the moment')
  }
  const port: Avinode = {
    async createTrip({ external_trip_id }) {
      if (down) return refuse()
      const id = `atrip-${created.length + 1}`
      const search_url = `http://127.0.0.1:3001/marketplace/${id}`
      const trip = {
        id,
        display_id: `T0000${created.length + 1}`,
        external_trip_id,
        search_url,
        view_url: search_url,
        canceled: false,
        rfqs: [],
      }
      created.push(trip)
      return trip
    },
    findTrip: async (external_trip_id) =>
      down ? refuse() : created.find((trip) => trip.external_trip_id === external_trip_id),
    getTrip: async (id) => created.find((trip) => trip.id === id || trip.display_id === id) ?? refuse(),
    updateTrip: async (id) => (down ? refuse() : (created.find((trip) => trip.id === id) ?? refuse())),
    cancelTrip: async () => undefined,
    getRfq: refuse,
    getQuote: refuse,
    getTripMessage: refuse,
    sendTripMessage: refuse,
    searchAirports: async () => [],
  }
  return {
    port,
    created,
    goesDown: () => {
      down = true
    },
    comesBack: () => {
      down = false
    },
  }
}

/** Keeps the errors, so that a test can ask for them; says nothing. */
function quietLog() {
  const errors: { fields: object; message: string }[] = []
  const nothing = () => undefined
  return {
    errors,
    debug: nothing,
    info: nothing,
    warn: nothing,
    error: (fields: object, message: string) => void errors.push({ fields, message }),
  }
}
