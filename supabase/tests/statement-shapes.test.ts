import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { attempt, SECRET, startMarkedWorld } from './attack.ts'
import { INACTIVE, PARENTS, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startMarkedWorld()
})
afterAll(() => world.db.close())

/** A column of each table that its rows' owner may usually write, and a value that would show. */
const WRITTEN: Record<string, [string, string]> = {
  iso_agents: ['full_name', "'taken'"],
  client_profiles: ['notes', "'taken'"],
  requests: ['special_requirements', "'taken'"],
  quotes: ['analysis_notes', "'taken'"],
  proposals: ['title', "'taken'"],
  workflow_states: ['error_message', "'taken'"],
  agent_executions: ['error_message', "'taken'"],
  operator_profiles: ['region', "'taken'"],
  conversations: ['subject', "'taken'"],
  conversation_participants: ['is_typing', 'true'],
  messages: ['content', "'taken'"],
  avinode_webhook_events: ['user_agent', "'taken'"],
}

/** A new row in Dana's name, with the id of one that exists for an upsert. */
const insert = (table: string, id = 'gen_random_uuid()') => {
  const dana = `'${world.dana.id}'`
  const rows: Record<string, [string, string]> = {
    iso_agents: ['clerk_user_id, email, full_name', "'user_new', 'new@test.example', 'New'"],
    client_profiles: ['iso_agent_id, company_name', `${dana}, 'New'`],
    requests: [
      'iso_agent_id, departure_airport, arrival_airport, departure_date, passengers',
      `${dana}, 'KTEB', 'KVNY', '2030-01-01', 1`,
    ],
    quotes: ['request_id, operator_name, total_price', `'${PARENTS.request}', 'New', 1`],
    proposals: ['request_id, iso_agent_id', `'${PARENTS.request}', ${dana}`],
    workflow_states: ['request_id, current_state, state_duration_ms', `'${PARENTS.request}', 'draft', 1`],
    agent_executions: ['request_id, agent_type', `'${PARENTS.request}', 'orchestrator'`],
    operator_profiles: ['avinode_operator_id, company_name', "'acomp-new', 'New'"],
    conversations: ['request_id', `'${PARENTS.request}'`],
    conversation_participants: [
      'conversation_id, operator_profile_id, role',
      `'${PARENTS.room}', '${PARENTS.operator}', 'operator'`,
    ],
    messages: [
      'conversation_id, sender_type, sender_iso_agent_id, content',
      `'${PARENTS.room}', 'iso_agent', ${dana}, 'New'`,
    ],
    avinode_webhook_events: ['event_type, avinode_event_id, raw_payload', "'trip_updated', 'event-new', '{}'"],
  }
  const [columns, values] = rows[table] ?? ['', '']
  return `insert into ${table} (id, ${columns}) values (${id === 'gen_random_uuid()' ? id : `'${id}'`}, ${values})`
}

/** Every way to say select, insert, update and delete about a row of Dana's. */
function shapes(table: string): string[] {
  const id = world.rows[table] ?? ''
  const [column, value] = WRITTEN[table] ?? ['', '']
  const change = `${column} = ${value}`
  const upsert = `on conflict (id) do update set ${change}`
  return [
    `select * from ${table}`,
    `select * from ${table} where id = '${id}'`,
    `select * from ${table} for update`,
    `select t::text from ${table} t order by t.id desc limit 10`,
    `with t as materialized (select * from ${table}) select * from t`,
    `select * from ${table} where ${column}::text like 'SECRET%' or true`,
    insert(table),
    `${insert(table)} returning *`,
    `${insert(table, id)} on conflict do nothing returning *`,
    `${insert(table, id)} ${upsert}`,
    `${insert(table, id)} ${upsert} returning *`,
    `insert into ${table} select * from ${table}`,
    `update ${table} set ${change}`,
    `update ${table} set ${change} where id = '${id}'`,
    `update ${table} set ${change} returning *`,
    `update ${table} set ${change} where id = '${id}' returning *`,
    `update ${table} t set ${change} from ${table} other where other.id = t.id returning other.*`,
    `update ${table} set id = gen_random_uuid() where id = '${id}'`,
    `delete from ${table}`,
    `delete from ${table} where id = '${id}'`,
    `delete from ${table} returning *`,
    `delete from ${table} t using ${table} other where other.id = t.id returning other.*`,
    `merge into ${table} t using (select '${id}'::uuid as id) s on t.id = s.id when matched then update set ${change}`,
    `merge into ${table} t using (select '${id}'::uuid as id) s on t.id = s.id when matched then delete`,
    `truncate ${table} cascade`,
    `lock table ${table} in access exclusive mode`,
    `alter table ${table} disable row level security`,
    `create policy everyone on ${table} using (true)`,
  ]
}

const asking = (claims: object) => async (table: string) => {
  const wrong: string[] = []
  for (const text of shapes(table)) {
    const { rows, code, changed } = await attempt(world, claims, text)
    if (JSON.stringify(rows).includes(SECRET)) wrong.push(`${text}: tells`)
    if (changed.length > 0) wrong.push(`${text}: changes ${changed.join(', ')}`)
    if (code && !/^(42|23|22|PT|25006)/.test(code)) wrong.push(`${text}: fails with ${code}`)
  }
  return wrong
}

const IDENTITIES: [string, object][] = [
  ['another broker', { sub: 'user_omar', role: 'authenticated' }],
  ['no subject', { role: 'authenticated' }],
  ['an unknown subject', { sub: 'user_unknown', role: 'authenticated' }],
  ['a deactivated admin', { sub: INACTIVE.sub, role: 'authenticated' }],
  ['a forged service role', { sub: 'user_unknown', role: 'service_role' }],
  ["Dana's id for a subject", { sub: 'a1000000-0000-4000-8000-000000000001', role: 'authenticated' }],
]

describe.each(IDENTITIES)('as %s', (_who, claims) => {
  it.each(Object.keys(WRITTEN))('no statement about %s tells or changes what is another’s', async (table) => {
    expect(await asking(claims)(table)).toEqual([])
  })
})

describe('the same statements', () => {
  it('reach her rows for Dana herself, so that silence above means something', async () => {
    const dana = { sub: 'user_dana', role: 'authenticated' }
    for (const table of Object.keys(WRITTEN).filter((name) => !/webhook|operator_profiles/.test(name))) {
      const found = await attempt(world, dana, `select * from ${table}`)
      const all = JSON.stringify(found.rows)
      expect(all.includes(SECRET) || table === 'conversation_participants', table).toBe(true)
    }
    expect(await asking(dana)('messages')).toContainEqual(expect.stringMatching(/^update .*: changes public\.messages/))
  })

  it('an update that would give a row away is refused, also in one statement with a change that is allowed', async () => {
    const dana = { sub: 'user_dana', role: 'authenticated' }
    for (const [table, column] of [
      ['client_profiles', 'iso_agent_id'],
      ['requests', 'iso_agent_id'],
      ['proposals', 'iso_agent_id'],
    ] as const) {
      const text = `update ${table} set ${column} = '${world.omar.id}', ${WRITTEN[table]?.join(' = ')} where id = '${world.rows[table]}'`
      expect(await attempt(world, dana, text)).toMatchObject({ code: '42501', changed: [] })
    }
  })
})
