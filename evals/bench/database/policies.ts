import type pg from 'pg'
import { type Asker, explain, inRole, median, medianRatio, type Query, SERVICE, timed } from './measure.ts'

type Pair = { query: string; asBroker: Query; asService: Query }

/** The same question twice: with row level security, and as the service, which has to say whose rows are meant. */
function pairs(agent: string, some: Record<string, string>): Pair[] {
  // With the tenant in the query, as the product asks, the order comes from the index.
  const page = (table: string) => {
    const both = {
      text: `select * from ${table} where iso_agent_id = $1 order by created_at desc limit 50`,
      params: [agent],
    }
    return { query: `${table}: own, newest 50`, asBroker: both, asService: both }
  }
  const of = (table: string, column: string, value: string, order = 'created_at') => {
    const both = { text: `select * from ${table} where ${column} = $1 order by ${order} limit 50`, params: [value] }
    return { query: `${table}: of one ${column.replace('_id', '')}`, asBroker: both, asService: both }
  }
  const one = (table: string) => {
    const both = { text: `select * from ${table} where id = $1`, params: [some[table]] }
    return { query: `${table}: one`, asBroker: both, asService: both }
  }
  const ownRooms = `conversation_id = any (array(
    select p.conversation_id from conversation_participants p where p.iso_agent_id = $1 and p.is_active))`
  const ownRequests = 'request_id = any (array(select r.id from requests r where r.iso_agent_id = $1))'
  const ownRuns = `${ownRequests} or (request_id is null and metadata ->> 'iso_agent_id' = $1::text)`
  const own = 'iso_agent_id = $1'
  const all = (table: string, condition: string) => ({
    query: `${table}: all of one's own, counted`,
    asBroker: { text: `select count(*) from ${table}` },
    asService: { text: `select count(*) from ${table} where ${condition}`, params: [agent] },
  })
  return [
    one('iso_agents'),
    page('client_profiles'),
    all('client_profiles', own),
    one('client_profiles'),
    page('requests'),
    all('requests', own),
    one('requests'),
    of('quotes', 'request_id', some.requests ?? '', 'ranking'),
    one('quotes'),
    all('quotes', ownRequests),
    page('proposals'),
    all('proposals', own),
    of('proposals', 'request_id', some.requests ?? ''),
    one('proposals'),
    of('workflow_states', 'request_id', some.requests ?? '', 'state_entered_at'),
    all('workflow_states', ownRequests),
    of('agent_executions', 'request_id', some.requests ?? ''),
    one('agent_executions'),
    all('agent_executions', ownRuns),
    one('operator_profiles'),
    one('conversations'),
    all('conversations', ownRooms.replace('conversation_id =', 'id =')),
    of('conversation_participants', 'conversation_id', some.conversations ?? '', 'joined_at'),
    all('conversation_participants', ownRooms),
    of('messages', 'conversation_id', some.conversations ?? '', 'created_at desc'),
    one('messages'),
    all('messages', ownRooms),
    page('approvals'),
    all('approvals', own),
    one('approvals'),
    {
      query: 'avinode_webhook_events: none for a broker',
      asBroker: { text: 'select * from avinode_webhook_events where id = $1', params: [some.avinode_webhook_events] },
      asService: { text: 'select * from avinode_webhook_events where id = $1', params: [some.avinode_webhook_events] },
    },
  ]
}

/** Times each question in both ways, taking turns, so that a busy machine slows both alike. */
export async function measurePolicies(pool: pg.Pool, sub: string, runs: number) {
  const asker: Asker = { role: 'authenticated', sub }
  const { rows } = await pool.query<{ id: string }>('select id from iso_agents where clerk_user_id = $1', [sub])
  const agent = rows[0]?.id ?? ''
  const some = await ownRows(pool, asker)
  const found = []
  for (const { query, asBroker, asService } of pairs(agent, some)) {
    const broker: number[] = []
    const service: number[] = []
    const plan = await inRole(pool, asker, (client) => explain(client, asBroker))
    for (let run = -10; run < runs; run++) {
      const times = [await timed(pool, asker, asBroker), await timed(pool, SERVICE, asService)] as const
      if (run < 0) continue // while caches warm up
      broker.push(times[0])
      service.push(times[1])
    }
    found.push({
      query,
      'broker ms': round(median(broker)),
      'service ms': round(median(service)),
      ratio: round(medianRatio(broker, service)),
      scan: plan.readThrough.length === 0 ? 'index' : `NO: reads through ${plan.readThrough.join(', ')}`,
      plan: plan.text,
    })
  }
  return found
}

const round = (value: number) => Math.round(value * 100) / 100

const TABLES = [
  'iso_agents',
  'client_profiles',
  'requests',
  'quotes',
  'proposals',
  'agent_executions',
  'operator_profiles',
  'conversations',
  'messages',
  'approvals',
]

/** One row of each table that this broker may see. */
async function ownRows(pool: pg.Pool, asker: Asker) {
  const some: Record<string, string> = {}
  await inRole(pool, asker, async (client) => {
    for (const table of TABLES) {
      const { rows } = await client.query<{ id: string }>(`select id from ${table} limit 1`)
      some[table] = rows[0]?.id ?? ''
    }
  })
  const { rows } = await pool.query<{ id: string }>('select id from avinode_webhook_events limit 1')
  some.avinode_webhook_events = rows[0]?.id ?? ''
  return some
}
