import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PARENTS, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.db.close())

const P = PARENTS
const DANA = 'a1000000-0000-4000-8000-000000000001'

/** What the owner of the database is told; nothing of it stays. */
async function attempt(...statements: string[]) {
  const client = await world.db.sql.connect()
  try {
    await client.query('begin')
    let rows: Record<string, unknown>[] = []
    for (const statement of statements) rows = (await client.query(statement)).rows
    return rows
  } finally {
    await client.query('rollback')
    client.release()
  }
}

describe('a row that cannot be true is refused, whoever writes it', () => {
  it.each([
    ['requests', "departure_airport = 'teb'"],
    ['requests', "arrival_airport = 'KTEBO'"],
    ['requests', "arrival_airport = 'TEB'"],
    ['requests', 'passengers = 0'],
    ['requests', 'budget = -0.01'],
    ['requests', 'return_date = departure_date - 1'],
    ['requests', 'quotes_received = -1'],
    ['quotes', 'total_price = -1'],
    ['quotes', 'fees = -0.01'],
    ['quotes', 'score = 101'],
    ['quotes', 'ranking = 0'],
    ['proposals', 'margin_applied = -1'],
    ['proposals', 'total_amount = 100, margin_applied = 15, final_amount = 115.01'],
    ['proposals', 'view_count = -1'],
    ['iso_agents', 'margin_value = -1'],
    ['client_profiles', "company_name = ' '"],
    ['operator_profiles', 'operator_rating = 5.01'],
    ['conversation_participants', `operator_profile_id = '${P.operator}'`],
    ['messages', `sender_operator_id = '${P.operator}'`],
    ['avinode_webhook_events', 'retry_count = 6'],
    ['avinode_webhook_events', 'max_retries = 6'],
    ['workflow_states', 'state_duration_ms = -1'],
  ])('%s: %s', async (table, change) => {
    await expect(attempt(`update ${table} set ${change} where id = '${world.rows[table]}'`)).rejects.toMatchObject({
      code: '23514',
    })
  })

  it('a second one of what there is once', async () => {
    for (const copy of [
      "insert into iso_agents (clerk_user_id, email, full_name) values ('user_dana', 'x@test.example', 'X')",
      "insert into iso_agents (clerk_user_id, email, full_name) values ('user_x', 'dana@test.example', 'X')",
      "insert into operator_profiles (avinode_operator_id, company_name) values ('acomp-1', 'X')",
      "insert into avinode_webhook_events (event_type, avinode_event_id, raw_payload) values ('trip_updated', 'event-1', '{}')",
      `insert into proposals (request_id, iso_agent_id, proposal_number) values ('${P.request}', '${DANA}', 'PROP-TEST-1')`,
      `insert into conversation_participants (conversation_id, iso_agent_id, role) values ('${P.room}', '${DANA}', 'observer')`,
    ])
      await expect(attempt(copy), copy).rejects.toMatchObject({ code: '23505' })
  })
})

describe('when a row goes', () => {
  it('a draft takes its quotes, proposals, history and runs along, and leaves its rooms', async () => {
    const [left] = await attempt(
      `update proposals set quote_id = '${P.quote}' where id = '${world.rows.proposals}'`,
      `delete from requests where id = '${P.request}'`,
      `select (select count(*) from quotes where request_id = '${P.request}') as quotes,
         (select count(*) from proposals where request_id = '${P.request}') as proposals,
         (select count(*) from workflow_states where request_id = '${P.request}') as states,
         (select count(*) from agent_executions where request_id = '${P.request}') as runs,
         (select request_id is null from conversations where id = '${P.room}') as is_room_left`,
    )
    expect(left).toEqual({ quotes: '0', proposals: '0', states: '0', runs: '0', is_room_left: true })
  })

  it('a room takes its seats and messages along', async () => {
    const [left] = await attempt(
      `delete from conversations where id = '${P.room}'`,
      `select (select count(*) from messages where conversation_id = '${P.room}') as messages,
         (select count(*) from conversation_participants where conversation_id = '${P.room}') as seats`,
    )
    expect(left).toEqual({ messages: '0', seats: '0' })
  })

  it.each([
    ['a client of whom a request speaks', `delete from client_profiles where id = '${P.client}'`],
    ['a broker who owns anything', `delete from iso_agents where id = '${DANA}'`],
    [
      'an operator who has quoted',
      `update quotes set operator_profile_id = '${P.operator}' where id = '${P.quote}'`,
      `delete from operator_profiles where id = '${P.operator}'`,
    ],
  ])('%s stays', async (_what, ...statements) => {
    await expect(attempt(...statements)).rejects.toMatchObject({ code: '23503' })
  })
})
