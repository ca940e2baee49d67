import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PARENTS, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.db.close())

const CHAIN = [
  'draft',
  'pending',
  'analyzing',
  'fetching_client_data',
  'searching_flights',
  'trip_created',
  'awaiting_user_action',
  'avinode_session_active',
  'monitoring_for_quotes',
  'awaiting_quotes',
  'analyzing_proposals',
  'generating_email',
  'sending_proposal',
  'completed',
]
const SHORTCUTS = [
  'draft > analyzing',
  'awaiting_user_action > monitoring_for_quotes',
  'trip_created > avinode_session_active',
  'trip_created > monitoring_for_quotes',
  'monitoring_for_quotes > analyzing_proposals',
  'analyzing_proposals > awaiting_quotes',
  'generating_email > analyzing_proposals',
  'sending_proposal > analyzing_proposals',
  'sending_proposal > generating_email',
  'fetching_client_data > analyzing',
  'searching_flights > analyzing',
  'failed > pending',
]
const STATES = [...CHAIN, 'failed', 'cancelled']

function isLegal(from: string, to: string) {
  if (from === 'completed' || from === 'cancelled') return false
  if (to === 'cancelled' || (to === 'failed' && from !== 'failed')) return true
  const at = CHAIN.indexOf(from)
  return SHORTCUTS.includes(`${from} > ${to}`) || (at >= 0 && CHAIN[at + 1] === to)
}

describe('a request', () => {
  let id: string
  beforeEach(async () => {
    id = await begin('draft')
  })

  async function begin(status: string) {
    const { rows } = await world.db.sql.query(
      `insert into requests (iso_agent_id, departure_airport, arrival_airport, departure_date, passengers, status)
       values ($1, 'KTEB', 'KVNY', '2030-01-01', 2, $2) returning id`,
      [world.dana.id, status],
    )
    return String(rows[0].id)
  }

  it.each(STATES)('leaves %s only for the states that may follow', async (from) => {
    for (const to of STATES.filter((state) => state !== from)) {
      const request = await begin(from)
      const change = world.db.sql.query('update requests set status = $2 where id = $1', [request, to])
      if (isLegal(from, to)) await change
      else await expect(change, `${from} > ${to}`).rejects.toMatchObject({ code: 'PT409' })
    }
  })

  it('writes its own history, with who did it and how long each state took', async () => {
    const client = await world.db.sql.connect()
    await client.query('begin')
    await client.query(
      "select set_config('jetvision.agent', 'orchestrator', true), set_config('jetvision.metadata', '{\"why\": \"chat\"}', true)",
    )
    await client.query("update requests set status = 'analyzing' where id = $1", [id])
    await client.query('commit')
    client.release()

    const { rows } = await world.db.sql.query(
      `select current_state, previous_state, agent_id, metadata, state_duration_ms is null as is_open
       from workflow_states where request_id = $1 order by state_entered_at`,
      [id],
    )
    expect(rows).toEqual([
      { current_state: 'draft', previous_state: null, agent_id: null, metadata: {}, is_open: false },
      {
        current_state: 'analyzing',
        previous_state: 'draft',
        agent_id: 'orchestrator',
        metadata: { why: 'chat' },
        is_open: true,
      },
    ])
  })

  it('leaves each state with the milliseconds from entering it to entering the next', async () => {
    for (const status of ['analyzing', 'failed', 'pending'])
      await world.db.sql.query('update requests set status = $2 where id = $1', [id, status])

    const { rows } = await world.db.sql.query(
      `select current_state, retry_count, state_duration_ms::float = round(1000 * extract(epoch from
         lead(state_entered_at) over (order by state_entered_at) - state_entered_at)) as is_exact
       from workflow_states where request_id = $1 order by state_entered_at`,
      [id],
    )
    expect(rows).toEqual([
      { current_state: 'draft', retry_count: 0, is_exact: true },
      { current_state: 'analyzing', retry_count: 0, is_exact: true },
      { current_state: 'failed', retry_count: 0, is_exact: true },
      { current_state: 'pending', retry_count: 1, is_exact: null },
    ])
  })

  it('has one history without gaps, whoever moves it at the same time', async () => {
    const moves = STATES.filter((state) => state !== 'cancelled').map((to) =>
      world.db.asRole('service_role', {}, `update requests set status = '${to}' where id = '${id}'`),
    )
    for (const move of await Promise.allSettled(moves)) {
      if (move.status === 'rejected') expect(move.reason).toMatchObject({ code: 'PT409' })
    }

    const { rows } = await world.db.sql.query<{
      from: string | null
      to: string
      before: string | null
      open: boolean
    }>(
      `select previous_state as from, current_state as to, state_duration_ms is null as open,
         lag(current_state) over (order by state_entered_at) as before
       from workflow_states where request_id = $1 order by state_entered_at`,
      [id],
    )
    expect(rows.map(({ from }) => from)).toEqual(rows.map(({ before }) => before))
    for (const { from, to } of rows.slice(1)) expect(isLegal(from ?? '', to), `${from} > ${to}`).toBe(true)
    expect(rows.map(({ open }) => open)).toEqual(rows.map((_row, at) => at === rows.length - 1))
  })

  it('is not recorded again when it stays where it is', async () => {
    await world.db.sql.query("update requests set status = 'draft', passengers = 3 where id = $1", [id])

    const { rows } = await world.db.sql.query('select count(*)::int as n from workflow_states where request_id = $1', [
      id,
    ])
    expect(rows).toEqual([{ n: 1 }])
  })

  it('cannot be begun in the middle by a broker', async () => {
    const insert = `insert into requests (iso_agent_id, departure_airport, arrival_airport, departure_date, passengers, status)
      values ('${world.dana.id}', 'KTEB', 'KVNY', '2030-01-01', 2, 'completed')`

    await expect(world.db.asBroker(world.dana.sub, insert)).rejects.toMatchObject({ code: 'PT409' })
  })

  it('is deleted by its broker only while it is a draft', async () => {
    await world.db.sql.query("update requests set status = 'analyzing' where id = $1", [id])

    expect((await world.db.asBroker(world.dana.sub, `delete from requests where id = '${id}'`)).rowCount).toBe(0)
  })
})

describe('a proposal', () => {
  const LEGAL = [
    'draft > generated',
    'draft > expired',
    'generated > sent',
    'generated > expired',
    'sent > viewed',
    'sent > accepted',
    'sent > rejected',
    'sent > expired',
    'viewed > accepted',
    'viewed > rejected',
    'viewed > expired',
  ]
  const ALL = ['draft', 'generated', 'sent', 'viewed', 'accepted', 'rejected', 'expired']

  it.each(ALL)('leaves %s only for the states that may follow', async (from) => {
    for (const to of ALL.filter((state) => state !== from)) {
      const { rows } = await world.db.sql.query(
        'insert into proposals (request_id, iso_agent_id, status) values ($1, $2, $3) returning id',
        [PARENTS.request, world.dana.id, from],
      )
      const change = world.db.sql.query('update proposals set status = $2 where id = $1', [rows[0].id, to])
      if (LEGAL.includes(`${from} > ${to}`)) await change
      else await expect(change, `${from} > ${to}`).rejects.toMatchObject({ code: 'PT409' })
    }
  })
})

it('a quote that no longer stands gives up its place in the ranking, and keeps its score', async () => {
  const set = (changes: string) =>
    world.db.sql.query(`update quotes set ${changes} where id = '${PARENTS.quote}' returning status, ranking, score`)
  await set("status = 'analyzed', ranking = 1, score = 90")

  expect((await set("status = 'expired'")).rows).toEqual([{ status: 'expired', ranking: null, score: 90 }])
})
