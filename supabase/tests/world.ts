import { startTestDatabase, type TestDatabase } from '../embedded/test-database.ts'

export type Agent = { id: string; sub: string }

/** Two brokers, an admin, and for Dana one row in every table that nothing else refers to, so that it may be deleted. */
export type World = { db: TestDatabase; dana: Agent; omar: Agent; admin: Agent; rows: Record<string, string> }

const DANA: Agent = { id: 'a1000000-0000-4000-8000-000000000001', sub: 'user_dana' }
const OMAR: Agent = { id: 'a1000000-0000-4000-8000-000000000002', sub: 'user_omar' }
const ADMIN: Agent = { id: 'a1000000-0000-4000-8000-000000000003', sub: 'user_admin' }
export const INACTIVE: Agent = { id: 'a1000000-0000-4000-8000-000000000004', sub: 'user_gone' }
/** A broker who owns nothing, so that an admin may delete it. */
export const TARA: Agent = { id: 'a1000000-0000-4000-8000-000000000005', sub: 'user_tara' }

/** Rows that the ones in `rows` hang on. */
export const PARENTS = {
  client: 'c1000000-0000-4000-8000-000000000001',
  request: 'd1000000-0000-4000-8000-000000000001',
  quote: 'e1000000-0000-4000-8000-000000000001',
  operator: 'b1000000-0000-4000-8000-000000000001',
  room: 'f1000000-0000-4000-8000-000000000001',
  omarsClient: 'c1000000-0000-4000-8000-000000000002',
  omarsRequest: 'd1000000-0000-4000-8000-000000000002',
  omarsQuote: 'e1000000-0000-4000-8000-000000000002',
  omarsRoom: 'f1000000-0000-4000-8000-000000000002',
}

const P = PARENTS

const SETUP = `
insert into iso_agents (id, clerk_user_id, email, full_name, role, margin_value, is_active) values
  ('${DANA.id}', '${DANA.sub}', 'dana@test.example', 'Dana', 'iso_agent', 15, true),
  ('${OMAR.id}', '${OMAR.sub}', 'omar@test.example', 'Omar', 'iso_agent', 10, true),
  ('${ADMIN.id}', '${ADMIN.sub}', 'admin@test.example', 'Admin', 'admin', 10, true),
  ('${INACTIVE.id}', '${INACTIVE.sub}', 'gone@test.example', 'Gone', 'admin', 10, false),
  ('${TARA.id}', '${TARA.sub}', 'tara@test.example', 'Tara', 'iso_agent', 10, true);
insert into client_profiles (id, iso_agent_id, company_name) values
  ('${P.client}', '${DANA.id}', 'Acme'), ('${P.omarsClient}', '${OMAR.id}', 'Harbor');
insert into requests (id, iso_agent_id, client_profile_id, departure_airport, arrival_airport, departure_date, passengers) values
  ('${P.request}', '${DANA.id}', '${P.client}', 'KTEB', 'KVNY', '2030-01-01', 4),
  ('${P.omarsRequest}', '${OMAR.id}', '${P.omarsClient}', 'KOPF', 'EGGW', '2030-01-01', 4);
insert into operator_profiles (id, avinode_operator_id, company_name) values ('${P.operator}', 'acomp-1', 'Elite Jets');
insert into quotes (id, request_id, operator_name, total_price) values
  ('${P.quote}', '${P.request}', 'Elite Jets', 112000), ('${P.omarsQuote}', '${P.omarsRequest}', 'Elite Jets', 90000);
insert into conversations (id, request_id, type) values
  ('${P.room}', '${P.request}', 'rfp_negotiation'), ('${P.omarsRoom}', '${P.omarsRequest}', 'rfp_negotiation');
insert into conversation_participants (conversation_id, iso_agent_id, role, can_invite) values
  ('${P.room}', '${DANA.id}', 'iso_agent', true), ('${P.omarsRoom}', '${OMAR.id}', 'iso_agent', true);
`

const ROWS: Record<string, string> = {
  client_profiles: `insert into client_profiles (iso_agent_id, company_name) values ('${DANA.id}', 'Leaf')`,
  requests: `insert into requests (iso_agent_id, departure_airport, arrival_airport, departure_date, passengers)
    values ('${DANA.id}', 'KTEB', 'KPBI', '2030-02-01', 2)`,
  quotes: `insert into quotes (request_id, operator_name, total_price) values ('${P.request}', 'Blue Coast', 98000)`,
  proposals: `insert into proposals (request_id, iso_agent_id, proposal_number) values ('${P.request}', '${DANA.id}', 'PROP-TEST-1')`,
  workflow_states: `insert into workflow_states (request_id, current_state, state_duration_ms) values ('${P.request}', 'draft', 1)`,
  agent_executions: `insert into agent_executions (request_id, agent_type) values ('${P.request}', 'orchestrator')`,
  operator_profiles: "insert into operator_profiles (avinode_operator_id, company_name) values ('acomp-2', 'Leaf Air')",
  conversations: `insert into conversations (request_id) values ('${P.request}')`,
  conversation_participants: '',
  messages: `insert into messages (conversation_id, sender_type, sender_iso_agent_id, content)
    values ('${P.room}', 'iso_agent', '${DANA.id}', 'hello')`,
  avinode_webhook_events: `insert into avinode_webhook_events (event_type, avinode_event_id, raw_payload)
    values ('quote_received', 'event-1', '{}')`,
}

export async function startWorld(): Promise<World> {
  const db = await startTestDatabase()
  await db.sql.query(SETUP)
  const rows: Record<string, string> = { iso_agents: TARA.id }
  for (const [table, insert] of Object.entries(ROWS)) {
    const seat = `insert into conversation_participants (conversation_id, iso_agent_id, role) values ('${rows.conversations}', '${DANA.id}', 'iso_agent')`
    const result = await db.sql.query<{ id: string }>(`${insert || seat} returning id`)
    rows[table] = result.rows[0]?.id ?? ''
  }
  return { db, dana: DANA, omar: OMAR, admin: ADMIN, rows }
}
