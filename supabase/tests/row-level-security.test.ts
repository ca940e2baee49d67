import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '../embedded/test-database.ts'
import { INACTIVE, PARENTS, startWorld, TARA, type World } from './world.ts'

// s, i, u, d: select, insert, update, delete. The row belongs to Dana (that of iso_agents is Tara herself).
const EXPECTED: Record<string, { owner: string; other: string }> = {
  iso_agents: { owner: 'su', other: '' },
  client_profiles: { owner: 'siud', other: '' },
  requests: { owner: 'siud', other: '' },
  quotes: { owner: 'su', other: '' },
  proposals: { owner: 'siud', other: '' },
  workflow_states: { owner: 's', other: '' },
  agent_executions: { owner: 's', other: '' },
  operator_profiles: { owner: 's', other: 's' },
  conversations: { owner: 'su', other: '' },
  conversation_participants: { owner: 'siu', other: '' },
  messages: { owner: 'siud', other: '' },
  avinode_webhook_events: { owner: '', other: '' },
}
const EVERYTHING = 'siud'

const UPDATED: Record<string, string> = {
  iso_agents: 'full_name = full_name',
  client_profiles: 'notes = notes',
  requests: 'aircraft_type = aircraft_type',
  quotes: 'ranking = ranking',
  proposals: 'title = title',
  workflow_states: 'retry_count = retry_count',
  agent_executions: 'retry_count = retry_count',
  operator_profiles: 'region = region',
  conversations: 'subject = subject',
  conversation_participants: 'is_typing = is_typing',
  messages: 'content = content',
  avinode_webhook_events: 'user_agent = user_agent',
}

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.db.close())

/** A new row in Dana's name. */
const inserted = (): Record<string, string> => ({
  iso_agents: "insert into iso_agents (clerk_user_id, email, full_name) values ('user_new', 'new@test.example', 'New')",
  client_profiles: `insert into client_profiles (iso_agent_id, company_name) values ('${world.dana.id}', 'New')`,
  requests: `insert into requests (iso_agent_id, client_profile_id, departure_airport, arrival_airport, departure_date, passengers)
    values ('${world.dana.id}', '${PARENTS.client}', 'KTEB', 'KVNY', '2030-01-01', 2)`,
  quotes: `insert into quotes (request_id, operator_name, total_price) values ('${PARENTS.request}', 'New', 1)`,
  proposals: `insert into proposals (request_id, iso_agent_id, quote_id, total_amount, margin_applied, final_amount)
    values ('${PARENTS.request}', '${world.dana.id}', '${PARENTS.quote}', 112000, 16800, 128800)`,
  workflow_states: `insert into workflow_states (request_id, current_state, state_duration_ms) values ('${PARENTS.request}', 'draft', 1)`,
  agent_executions: `insert into agent_executions (request_id, agent_type) values ('${PARENTS.request}', 'orchestrator')`,
  operator_profiles: "insert into operator_profiles (avinode_operator_id, company_name) values ('acomp-new', 'New')",
  conversations: `insert into conversations (request_id) values ('${PARENTS.request}')`,
  conversation_participants: `insert into conversation_participants (conversation_id, iso_agent_id, role)
    values ('${PARENTS.room}', '${TARA.id}', 'observer')`,
  messages: `insert into messages (conversation_id, sender_type, sender_iso_agent_id, content)
    values ('${PARENTS.room}', 'iso_agent', '${world.dana.id}', 'new')`,
  avinode_webhook_events: `insert into avinode_webhook_events (event_type, avinode_event_id, raw_payload)
    values ('trip_updated', 'event-new', '{}')`,
})

const statement = (table: string, command: string) => {
  const row = `${table} where id = '${world.rows[table]}'`
  if (command === 's') return `select id from ${row}`
  if (command === 'i') return inserted()[table] ?? ''
  if (command === 'u') return `update ${table} set ${UPDATED[table]} where id = '${world.rows[table]}'`
  return `delete from ${row}`
}

/** How many rows a statement reaches, without keeping its effect; 0 where the right to it is missing altogether. */
async function reach(role: Role, claims: object, text: string) {
  const client = await world.db.sql.connect()
  try {
    await client.query('begin')
    await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify(claims)])
    await client.query(`set local role ${role}`)
    return (await client.query(text)).rowCount
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '42501') return 0
    throw error
  } finally {
    await client.query('rollback')
    client.release()
  }
}

async function rights(table: string, role: Role, claims: object) {
  let found = ''
  for (const command of EVERYTHING) if (await reach(role, claims, statement(table, command))) found += command
  return found
}

const signedIn = (sub: string) => ({ role: 'authenticated', sub })

describe.each(Object.entries(EXPECTED))('%s', (table, expected) => {
  it('gives its owner exactly what is specified', async () => {
    const owner = table === 'iso_agents' ? TARA : world.dana
    expect(await rights(table, 'authenticated', signedIn(owner.sub))).toBe(expected.owner)
  })

  it('gives another broker nothing of it', async () => {
    expect(await rights(table, 'authenticated', signedIn(world.omar.sub))).toBe(expected.other)
  })

  it('gives an admin everything', async () => {
    expect(await rights(table, 'authenticated', signedIn(world.admin.sub))).toBe(EVERYTHING)
  })

  it('gives the service role everything', async () => {
    expect(await rights(table, 'service_role', { role: 'service_role' })).toBe(EVERYTHING)
  })

  it('gives nobody who is not signed in anything', async () => {
    expect(await rights(table, 'anon', { role: 'anon' })).toBe('')
  })

  it.each([
    ['no subject', { role: 'authenticated' }],
    ['an empty subject', { role: 'authenticated', sub: '' }],
    ['an unknown subject', signedIn('user_unknown')],
    ['a deactivated agent', signedIn(INACTIVE.sub)],
    ['a role claim of its own', { role: 'service_role', sub: 'user_unknown' }],
    ['a subject that is no text', { role: 'authenticated', sub: { $ne: null } }],
  ])('gives a token with %s nothing, and does not fail', async (_what, claims) => {
    expect(await rights(table, 'authenticated', claims)).toBe('')
  })
})
