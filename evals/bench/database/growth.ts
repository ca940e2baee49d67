import type pg from 'pg'
import { ADMIN, BROKER, type Size } from './fill.ts'
import { type Asker, median, type Query, SERVICE, timed } from './measure.ts'

type Asked = { query: string; as: Asker; ask: Query }

/** What the service asks most, as whoever asks it. */
async function questions(pool: pg.Pool): Promise<Asked[]> {
  const first = async (text: string) => (await pool.query<{ id: string }>(text)).rows[0]?.id
  const agent = await first(`select id from iso_agents where clerk_user_id = '${BROKER}'`)
  const room = await first(
    `select conversation_id as id from conversation_participants where iso_agent_id = '${agent}' limit 1`,
  )
  const request = await first(`select id from requests where iso_agent_id = '${agent}' limit 1`)
  const event = await first('select id from avinode_webhook_events limit 1')
  const asBroker = (query: string, text: string, params: unknown[] = []): Asked => ({
    query,
    as: { role: 'authenticated', sub: BROKER },
    ask: { text, params },
  })
  const asAdmin = (query: string, text: string, params: unknown[] = []): Asked => ({
    query,
    as: { role: 'authenticated', sub: ADMIN },
    ask: { text, params },
  })
  const asService = (query: string, text: string, params: unknown[] = []): Asked => ({
    query,
    as: SERVICE,
    ask: { text, params },
  })
  return [
    asBroker('the list of conversations', 'select list_conversations(null, null, 20)'),
    asBroker(
      'a page of messages',
      'select * from messages where conversation_id = $1 order by created_at desc, id desc limit 50',
      [room],
    ),
    asBroker('one message', 'select * from messages where conversation_id = $1 order by created_at desc limit 1', [
      room,
    ]),
    asBroker(
      'the newest requests',
      'select * from requests where iso_agent_id = $1 order by created_at desc, id desc limit 20',
      [agent],
    ),
    asBroker('the quotes of a request', 'select * from quotes where request_id = $1 order by ranking', [request]),
    asBroker(
      'the newest proposals',
      'select * from proposals where iso_agent_id = $1 order by created_at desc, id desc limit 20',
      [agent],
    ),
    asBroker(
      'the history of a request',
      'select * from workflow_states where request_id = $1 order by state_entered_at',
      [request],
    ),
    asBroker(
      'the runs for a request',
      'select * from agent_executions where request_id = $1 order by created_at desc',
      [request],
    ),
    asBroker('finding a client', "select * from client_profiles where company_name ilike '%abcde%' limit 5"),
    asBroker('what is new', 'select read_feed(feed_position() - 20)'),
    asBroker('marking as read', 'select mark_read($1)', [room]),
    asBroker(
      'saying something',
      "insert into messages (conversation_id, sender_type, content) values ($1, 'ai_assistant', 'x')",
      [room],
    ),
    asService('the sweep', 'select due_work(100)'),
    asService(
      'storing a notification',
      `select store_webhook_event('seller-response', jsonb_build_object('id', 'a-' || gen_random_uuid(), 'type', 'TripRequestSellerResponse', 'href', 'https://x.example'), '{}', '127.0.0.1', 'bench')`,
    ),
    asService('claiming a notification', 'select claim_webhook_event($1)', [event]),
    asAdmin(
      'dead letters',
      "select * from avinode_webhook_events where processing_status = 'dead_letter' order by received_at desc limit 20",
    ),
    asAdmin(
      'the newest notifications',
      'select * from avinode_webhook_events order by received_at desc, id desc limit 20',
    ),
    asAdmin(
      'failed runs',
      "select * from agent_executions where status in ('failed', 'timeout') order by created_at desc limit 20",
    ),
  ]
}

type WithDatabase = (name: string, size: Size, work: (pool: pg.Pool) => Promise<void>) => Promise<void>

/** Times every question at both sizes; each size is measured alone. */
export async function measureGrowth(
  { small, full }: { small: Size; full: Size },
  runs: number,
  withDatabase: WithDatabase,
) {
  const times: Record<string, { small?: number; full?: number }> = {}
  const measure = (which: 'small' | 'full') => async (pool: pg.Pool) => {
    for (const { query, as, ask } of await questions(pool)) {
      const client = await pool.connect()
      const taken: number[] = []
      for (let run = -10; run < runs; run++) {
        const time = await timed(client, as, ask)
        if (run >= 0) taken.push(time)
      }
      client.release()
      times[query] = { ...times[query], [which]: median(taken) }
    }
  }
  await withDatabase('one_percent', small, measure('small'))
  await withDatabase('everything', full, measure('full'))
  return Object.entries(times).map(([query, { small = Number.NaN, full = Number.NaN }]) => ({
    query,
    '1 % ms': round(small),
    '100 % ms': round(full),
    ratio: round(full / small),
  }))
}

const round = (value: number) => Math.round(value * 100) / 100
