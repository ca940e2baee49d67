import type pg from 'pg'
import { ADMIN, BROKER } from './fill.ts'
import { type Asker, median, medianRatio, type Query, SERVICE, timed } from './measure.ts'

type Asked = { query: string; as: Asker; ask: Query }

/** What the service asks most, as whoever asks it. */
async function questions(pool: pg.Pool): Promise<Asked[]> {
  const first = async (text: string) => (await pool.query<{ id: string }>(text)).rows[0]?.id
  const agent = await first(`select id from iso_agents where clerk_user_id = '${BROKER}'`)
  const room = await first(
    `select conversation_id as id from conversation_participants where iso_agent_id = '${agent}' limit 1`,
  )
  const client = await first(`select id from client_profiles where iso_agent_id = '${agent}' limit 1`)
  const request = await first(`select id from requests where iso_agent_id = '${agent}' limit 1`)
  const word = await first(
    `select substr(content, 10, 8) as id from messages where conversation_id = '${room}' limit 1`,
  )
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
    asBroker('the list of conversations', 'select find_conversations(p_limit => 20)'),
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
    asBroker(
      'a page of clients',
      'select * from client_profiles where iso_agent_id = $1 and is_active order by created_at desc, id desc limit 51',
      [agent],
    ),
    asBroker(
      'where the last proposal of a client went',
      `select sent_to_email from proposals where client_profile_id = $1 and sent_to_email is not null and sent_at is not null
       order by sent_at desc limit 1`,
      [client],
    ),
    asBroker('who sits in a room', 'select list_participants($1)', [room]),
    asBroker('rooms: a rare word', 'select find_conversations($1, p_limit => 20)', [word]),
    asBroker('rooms: a word of every message', "select find_conversations('flight', p_limit => 20)"),
    asBroker('messages: a rare word', 'select search_messages($1, p_limit => 20)', [word]),
    asBroker('messages: one word in a hundred', 'select search_messages(left($1, 3), p_limit => 20)', [word]),
    asBroker('messages: a word of every message', "select search_messages('flight', p_limit => 20)"),
    asBroker('messages: a word of nobody', "select search_messages('zeppelin', p_limit => 20)"),
    asBroker('what the assistant is doing', 'select open_turns()'),
    asBroker('finding a client', "select * from search_clients(array['abcde'])"),
    asBroker('what is new', 'select read_feed(feed_position() - 20)'),
    asBroker('marking as read', 'select mark_read($1)', [room]),
    asBroker(
      'saying something',
      "insert into messages (conversation_id, sender_type, sender_iso_agent_id, content) values ($1, 'iso_agent', $2, 'x')",
      [room, agent],
    ),
    asService('the sweep', 'select due_work(100)'),
    asService('what a broker has used up today', "select assistant_usage($1, now() - interval '1 day')", [agent]),
    asService(
      'what several pages missed',
      "select read_feeds(jsonb_build_array(jsonb_build_object('iso_agent_id', $1::uuid, 'after', 0)), 20)",
      [agent],
    ),
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
      'select * from avinode_webhook_events order by created_at desc, id desc limit 20',
    ),
    asBroker(
      'failed runs',
      "select * from agent_executions where status in ('failed', 'timeout') order by created_at desc limit 20",
    ),
  ]
}

/** Times every question at both sizes, taking turns, so that a busy machine slows both alike. */
export async function measureGrowth(small: pg.Pool, full: pg.Pool, runs: number) {
  const [few, many] = [await questions(small), await questions(full)]
  const found = []
  for (const [index, { query, as, ask }] of few.entries()) {
    const sameOfMany = many[index]?.ask ?? ask
    const times = { small: [] as number[], full: [] as number[] }
    for (let run = -10; run < runs; run++) {
      const taken = [await timed(small, as, ask), await timed(full, as, sameOfMany)] as const
      if (run < 0) continue // while caches warm up
      times.small.push(taken[0])
      times.full.push(taken[1])
    }
    found.push({
      query,
      '1 % ms': round(median(times.small)),
      '100 % ms': round(median(times.full)),
      ratio: round(medianRatio(times.full, times.small)),
    })
  }
  return found
}

/** The indexes that nothing has looked into since they were made; those of keys and references have work of their own. */
export async function unusedIndexes(pool: pg.Pool) {
  await pool.query('select pg_stat_clear_snapshot()')
  const { rows } = await pool.query<{ name: string }>(`
    select s.indexrelname as name from pg_stat_user_indexes s join pg_index i on i.indexrelid = s.indexrelid
    where s.schemaname = 'public' and s.idx_scan = 0 and not i.indisunique and not exists (
      select from pg_constraint k where k.contype = 'f' and k.conrelid = i.indrelid and k.conkey[1] = i.indkey[0])
    order by 1`)
  return rows.map(({ name }) => name)
}

/** What the biggest tables take on disk, indexes included. */
export async function measureSizes(pool: pg.Pool) {
  const { rows } = await pool.query<{ table: string; rows: number; mb: number; bytes: number }>(`
    select c.oid::regclass::text as table, c.reltuples::int as rows, round(pg_total_relation_size(c.oid) / 1e6)::int as mb,
      round(pg_total_relation_size(c.oid) / greatest(c.reltuples, 1))::int as bytes
    from pg_class c
    where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind = 'r' and c.reltuples > 1000
    order by pg_total_relation_size(c.oid) desc limit 8`)
  return rows.map(({ bytes, ...row }) => ({ ...row, 'bytes a row': bytes }))
}

const round = (value: number) => Math.round(value * 100) / 100
