import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { startTestDatabase } from '../../embedded/test-database.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined }
export type Row = Record<string, unknown>
export type Arguments = Record<string, Json | undefined>

export type Agent = {
  id: string
  sub: string
  /** Calls a function of the API with this broker's rights. */
  call<T = Row>(name: string, args?: Arguments): Promise<T>
}

type Sql = <T extends Row = Row>(text: string, params?: unknown[]) => Promise<T[]>
type Work = <T = Row>(name: string, args?: Arguments) => Promise<T>
/** The ways in that a rehearsal has. */
export type Stage = { sql: Sql; work: Work }

/** A database with two brokers, and the ways in: as a broker, as a worker, as the owner. */
export async function startWorld() {
  const db = await startTestDatabase()
  const sql: Sql = async (text, params = []) => (await db.sql.query(text, params)).rows
  const one = async <T extends Row = Row>(text: string, params: unknown[] = []): Promise<T> => {
    const [row] = await sql<T>(text, params)
    if (!row) throw new Error(`No row: ${text}`)
    return row
  }

  const agent = async (full_name: string): Promise<Agent> => {
    const sub = `user_${full_name.toLowerCase()}`
    const { id } = await one<{ id: string }>(
      'insert into iso_agents (clerk_user_id, email, full_name) values ($1, $2, $3) returning id',
      [sub, `${full_name.toLowerCase()}@jetvision.test`, full_name],
    )
    return { id, sub, call: (name, args = {}) => result(db.asBroker(sub, ...statement(name, args))) }
  }

  return {
    db,
    sql,
    one,
    dana: await agent('Dana'),
    omar: await agent('Omar'),
    agent,
    /** Calls a function of the API as a worker does. */
    work: ((name, args = {}) => result(db.asRole('service_role', {}, ...statement(name, args)))) as Work,

    /** A request of a broker for a client, with its room, in the given state. */
    async request(
      of: Agent,
      { status = 'awaiting_user_action', trip = 'atrip-1', display = 'K7M2QD', budget = '120000.00' } = {},
    ) {
      const client = await one<{ id: string }>(
        `insert into client_profiles (iso_agent_id, company_name, contact_name, email) values ($1, 'Acme Secret', 'Ann Buyer', 'ann@acme.test') returning id`,
        [of.id],
      )
      const { id } = await one<{ id: string }>(
        `insert into requests (iso_agent_id, client_profile_id, departure_airport, arrival_airport, departure_date, passengers, status,
           avinode_trip_id, budget, metadata)
         values ($1, $2, 'KTEB', 'KLAX', current_date + 30, 8, $3, $4, $5, $6) returning id`,
        [of.id, client.id, status, trip, budget, { segments: [], avinode_display_id: display }],
      )
      const { room } = await one<{ room: string }>('select get_or_create_request_conversation($1) as room', [id])
      return { id, room, client_id: client.id }
    },
    /** What a worker does in one transaction that is taken back afterwards, so that the next attempt finds the same world. */
    async rehearse<T>(play: (stage: Stage) => Promise<T>): Promise<T> {
      const client = await db.sql.connect()
      const sql: Sql = async (text, params = []) => (await client.query(text, params)).rows
      try {
        await client.query('begin')
        return await play({ sql, work: (name, args = {}) => result(client.query(...statement(name, args))) })
      } finally {
        await client.query('rollback')
        client.release()
      }
    },
    async chat(of: Agent) {
      const id: string = randomUUID()
      await of.call('start_conversation', { p_id: id })
      return id
    },
    /** Lets every lease of a worker run out, as if it had died a minute ago. */
    async leasesRunOut() {
      const past = "clock_timestamp() - interval '1 second'"
      await sql(`update private.assistant_turns set lease_until = ${past} where lease_until is not null`)
      await sql(`update private.outbox set lease_until = ${past} where lease_until is not null`)
      await sql(`update private.webhook_event_leases set lease_until = ${past}`)
    },
    close: db.close,
    [Symbol.asyncDispose]: db.close,
  }
}
export type World = Awaited<ReturnType<typeof startWorld>>

function statement(name: string, args: Arguments): [string, unknown[]] {
  const given = Object.entries(args).filter(([, value]) => value !== undefined)
  const named = given.map(([key], index) => `${key} => $${index + 1}`).join(', ')
  const values = given.map(([, value]) => (value !== null && typeof value === 'object' ? JSON.stringify(value) : value))
  return [`select public.${name}(${named}) as result`, values]
}

async function result<T>(query: Promise<pg.QueryResult>): Promise<T> {
  return (await query).rows[0].result
}
