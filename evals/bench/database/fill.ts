import type pg from 'pg'

export type Size = {
  brokers: number
  rooms: number
  messages: number
  quotes: number
  events: number
  requests: number
  /** Rows of each other table. */
  others: number
}

/** Whom the queries are asked as: one broker like all the others. */
export const BROKER = 'user_1'
export const ADMIN = 'user_0'

/** So many requests of a broker are open; the rest is history. */
const OPEN = 5

/** Fills an empty database, without the triggers: the rows are already what the triggers would make of them. */
export async function fill(pool: pg.Pool, size: Size) {
  const client = await pool.connect()
  try {
    await client.query("set session_replication_role = 'replica'")
    await client.query('select setseed(0.5)')
    for (const statement of statements(size)) await client.query(statement)
    await client.query("set session_replication_role = 'origin'")
    await client.query('vacuum analyze')
  } finally {
    client.release()
  }
}

/** Ids that can be computed from a kind and a number, so that rows find each other without being looked up. */
const id = (kind: string, n: string) => `uuid_in(md5('${kind}' || (${n})::text)::cstring)`

const statements = ({ brokers, rooms, messages, quotes, events, requests, others }: Size) => [
  `insert into iso_agents (id, clerk_user_id, email, full_name, role, margin_value)
   select ${id('agent', 'n')}, 'user_' || n, n || '@bench.example', 'Broker ' || n,
     case when n = 0 then 'admin' else 'iso_agent' end::user_role, 15
   from generate_series(0, ${Math.max(brokers, others)}) n`,
  `insert into client_profiles (id, iso_agent_id, company_name, contact_name, email, created_at)
   select ${id('client', 'n')}, ${id('agent', `1 + n % ${brokers}`)}, 'Company ' || md5(n::text), 'Contact ' || n,
     n || '@client.example', now() - n * interval '1 minute'
   from generate_series(1, ${others}) n`,
  `insert into requests (id, iso_agent_id, client_profile_id, departure_airport, arrival_airport, departure_date, passengers,
     status, avinode_trip_id, created_at, updated_at, metadata)
   select ${id('request', 'n')}, ${id('agent', `1 + n % ${brokers}`)}, ${id('client', `1 + (n - 1) % ${others}`)},
     'KTEB', 'KVNY', current_date + n % 300, 4,
     case when n <= ${OPEN} * ${brokers} then (array['awaiting_quotes', 'sending_proposal'])[1 + n % 2]
       else (array['completed', 'cancelled'])[1 + n % 2] end::request_status, 'atrip-' || n,
     now() - n * interval '1 minute', now() - n * interval '1 minute', '{"segments": []}'
   from generate_series(1, ${requests}) n`,
  `insert into operator_profiles (id, avinode_operator_id, company_name)
   select ${id('operator', 'n')}, 'acomp-' || n, 'Operator ' || md5(n::text) from generate_series(1, ${Math.max(100, others)}) n`,
  `insert into quotes (id, request_id, operator_profile_id, operator_name, total_price, status, valid_until, received_at, avinode_quote_id, created_at)
   select ${id('quote', 'n')}, ${id('request', `1 + n % ${requests}`)}, ${id('operator', '1 + n % 100')}, 'Operator', 100000 + n,
     case when 1 + n % ${requests} <= ${OPEN} * ${brokers} then 'analyzed'
       else (array['rejected', 'expired', 'accepted'])[1 + n % 3] end::quote_status, now() + interval '1 day',
     now() - n * interval '1 minute', 'aquote-' || n, now() - n * interval '1 minute'
   from generate_series(1, ${quotes}) n`,
  `insert into proposals (id, request_id, iso_agent_id, quote_id, proposal_number, total_amount, margin_applied, final_amount, status, created_at)
   select ${id('proposal', 'n')}, ${id('request', `1 + n % ${requests}`)}, ${id('agent', `1 + (1 + n % ${requests}) % ${brokers}`)},
     ${id('quote', `1 + n % ${quotes}`)}, 'PROP-' || n, 100000, 15000, 115000,
     case when n <= ${OPEN} * ${brokers} then 'sent' else (array['accepted', 'rejected', 'expired'])[1 + n % 3] end::proposal_status, now() - n * interval '1 minute'
   from generate_series(1, ${others}) n`,
  `insert into private.proposal_links (token_hash, proposal_id, expires_at)
   select encode(sha256(p.id::text::bytea), 'hex'), p.id, now() + interval '7 days' from proposals p where p.status = 'sent'`,
  `insert into workflow_states (request_id, current_state, state_entered_at, state_duration_ms, created_at)
   select ${id('request', `1 + n % ${requests}`)}, 'analyzing', now() - n * interval '1 minute', 1000, now() - n * interval '1 minute'
   from generate_series(1, ${others}) n`,
  `insert into agent_executions (id, request_id, agent_type, status, input_data, output_data, metadata, created_at)
   select ${id('execution', 'n')}, ${id('request', `1 + n % ${requests}`)}, 'orchestrator',
     case when n % 50 = 1 then 'failed' else 'completed' end::execution_status, '{"task": "bench"}', '{"note": "bench"}',
     jsonb_build_object('iso_agent_id', ${id('agent', `1 + (1 + n % ${requests}) % ${brokers}`)}), now() - n * interval '1 minute'
   from generate_series(1, ${others}) n`,
  `insert into conversations (id, request_id, type, subject, last_message_at, message_count, created_at)
   select ${id('room', 'n')}, ${id('request', `1 + (n - 1) % ${requests}`)}, 'rfp_negotiation', 'Room ' || n,
     now() - n * interval '1 minute', ${Math.round(messages / rooms)}, now() - n * interval '2 minutes'
   from generate_series(1, ${rooms}) n`,
  `insert into conversation_participants (conversation_id, iso_agent_id, role, can_invite)
   select ${id('room', 'n')}, ${id('agent', `1 + n % ${brokers}`)}, 'iso_agent', true from generate_series(1, ${rooms}) n`,
  `insert into conversation_participants (conversation_id, role) select ${id('room', 'n')}, 'ai_assistant' from generate_series(1, ${rooms}) n`,
  // Rooms with many more seats than people: as many rows as in every other table.
  `insert into conversation_participants (conversation_id, operator_profile_id, role)
   select ${id('room', `1 + n % ${rooms}`)}, ${id('operator', `1 + (n / ${rooms})`)}, 'operator'
   from generate_series(0, greatest(0, ${others} - 2 * ${rooms})::integer) n on conflict do nothing`,
  `insert into messages (id, conversation_id, sender_type, sender_iso_agent_id, content, created_at)
   select ${id('message', 'n')}, ${id('room', `1 + n % ${rooms}`)}, case when n % 2 = 0 then 'iso_agent' else 'ai_assistant' end::message_sender_type,
     case when n % 2 = 0 then ${id('agent', `1 + (1 + n % ${rooms}) % ${brokers}`)} end,
     'Flight ' || md5(n::text) || ' at ' || md5(n::text || 'at'), now() - n * interval '10 seconds'
   from generate_series(1, ${messages}) n`,
  // The index is made at the end: a million entries, sorted in one by one, take several times as long.
  "create temporary table index_of_keys as select indexdef from pg_indexes where indexname = 'search_entries_keys_idx'",
  'drop index private.search_entries_keys_idx',
  `insert into private.search_entries (message_id, iso_agent_id, created_at, keys)
   select m.id, p.iso_agent_id, m.created_at, private.search_keys(p.iso_agent_id, m.content)
   from messages m join conversation_participants p on p.conversation_id = m.conversation_id and p.iso_agent_id is not null`,
  "set maintenance_work_mem = '256MB'",
  'do $$ begin execute (select indexdef from index_of_keys); end $$',
  `insert into avinode_webhook_events (id, event_type, avinode_event_id, request_id, raw_payload, processing_status, received_at, created_at, avinode_trip_id)
   select ${id('event', 'n')}, 'quote_received', 'quotes:' || n, ${id('request', `1 + n % ${requests}`)},
     jsonb_build_object('id', 'aquote-' || n), case when n <= 50 then 'dead_letter' else 'completed' end::webhook_processing_status,
     now() - n * interval '10 seconds', now() - n * interval '10 seconds', 'atrip-' || (1 + n % ${requests})
   from generate_series(1, ${events}) n`,
  `insert into approvals (id, iso_agent_id, action, payload, payload_sha256, status, expires_at, created_at)
   select ${id('approval', 'n')}, ${id('agent', `1 + n % ${brokers}`)}, 'send_proposal', '{}', repeat('a', 64), 'expired', now(),
     now() - n * interval '1 minute'
   from generate_series(1, ${others}) n`,
  `insert into private.feed_counters (iso_agent_id, last_position) select id, ${messages} / ${brokers} from iso_agents`,
  `insert into private.feed_events (iso_agent_id, position, type, conversation_id, payload, created_at)
   select ${id('agent', `1 + n % ${brokers}`)}, 1 + n / ${brokers}, 'message.created', ${id('room', `1 + n % ${rooms}`)}, '{"content": "x"}',
     now() - n * interval '1 second'
   from generate_series(0, ${messages} - 1) n`,
]
