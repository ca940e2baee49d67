import type { Ledger } from './ledger.ts'
import type { Sql } from './stage.ts'

/** What the ledger says happened outside, against what our database says of it. Names of what differs, by kind. */
export type Verdict = {
  /** Accepted with 200, and no effect. */
  lost: string[]
  /** In our rows, and never outside. */
  unexpected: string[]
  /** Twice in our rows, in a broker's feed, in a counter, or at an operator. */
  twice: string[]
  /** Neither done nor given up. */
  open: string[]
  /** Requests whose counters are not those of their operators. */
  miscounted: string[]
}

/** Reads the ledger and the database, and nothing that the service says of itself. */
export async function judge(ledger: Ledger, sql: Sql, wordsSent: (trip_id: string) => Promise<string[]>) {
  const [notified, words, doubles, open, miscounted] = await Promise.all([
    notifications(ledger, sql),
    wordsOfBrokers(ledger, sql, wordsSent),
    column(sql, DOUBLES),
    column(sql, OPEN),
    column(sql, MISCOUNTED),
  ])
  const verdict: Verdict = {
    lost: [...notified.lost, ...words.lost],
    unexpected: [...notified.unexpected, ...words.unexpected],
    twice: [...doubles, ...words.twice],
    open,
    miscounted,
  }
  return verdict
}

async function notifications(ledger: Ledger, sql: Sql) {
  const made = new Map(ledger.of('made').map((entry) => [entry.id, entry]))
  const quotes = new Map(ledger.of('made-quote').map(({ id, message }) => [id, message]))
  const sent = new Set(ledger.of('sent').map(({ id }) => id))
  const acked = new Set(ledger.of('acked').map(({ id }) => id))
  const [rooms, messages, quoted, events] = await Promise.all([
    column(sql, 'select avinode_thread_id from conversations where avinode_thread_id is not null'),
    sql.query<{ id: string; thread: string; quote: string | null }>(
      `select m.avinode_message_id as id, c.avinode_thread_id as thread, m.metadata ->> 'avinode_quote_id' as quote
         from messages m join conversations c on c.id = m.conversation_id where m.avinode_message_id is not null`,
    ),
    column(sql, 'select avinode_quote_id from quotes'),
    column(sql, "select distinct split_part(avinode_event_id, ':', 2) from avinode_webhook_events"),
  ])
  const applied = new Set(rooms)
  for (const { id, thread, quote } of messages) {
    const entry = made.get(id)
    const isQuote = entry?.what === 'quote'
    if (entry?.of === thread && (!isQuote || (quote !== null && quotes.get(quote) === id && quoted.includes(quote)))) {
      applied.add(id)
    }
  }
  const lost = [...acked].filter((id) => !applied.has(id))
  const said = new Set(await column(sql, OWN_WORDS))
  const unexpected = [
    ...rooms.filter((id) => made.get(id)?.what !== 'rfq'),
    ...messages.map(({ id }) => id).filter((id) => !made.has(id) && !said.has(id)),
    ...quoted.filter((id) => !quotes.has(id)),
    ...events.filter((id) => !sent.has(id)),
    ...(await column(sql, WORDS_OF_NOBODY)),
  ]
  return { lost, unexpected }
}

async function wordsOfBrokers(ledger: Ledger, sql: Sql, wordsSent: (trip_id: string) => Promise<string[]>) {
  const said = ledger.of('said')
  const lost: string[] = []
  const twice: string[] = []
  for (const trip of new Set(said.map((entry) => entry.trip))) {
    const arrived = await wordsSent(trip)
    for (const { message, text } of said.filter((entry) => entry.trip === trip)) {
      const times = arrived.filter((words) => words === text).length
      if (times === 0) lost.push(message)
      if (times > 1) twice.push(message)
    }
  }
  const rows = await sql.query<{ id: string; status: string }>(
    'select id, status from messages where id = any($1::uuid[])',
    [said.map(({ message }) => message)],
  )
  const sent = new Set(rows.filter(({ status }) => ARRIVED.includes(status)).map(({ id }) => id))
  lost.push(...said.map(({ message }) => message).filter((id) => !sent.has(id) && !lost.includes(id)))
  const ours = new Set(said.map(({ message }) => message))
  const spoken = await column(
    sql,
    "select id from messages where metadata ->> 'source' is null and sender_type = 'iso_agent'",
  )
  return { lost, twice, unexpected: spoken.filter((id) => !ours.has(id)) }
}

/** An operator who writes after it has read it. */
const ARRIVED = ['sent', 'delivered', 'read']

/** The first column of what a query finds. */
async function column(sql: Sql, text: string): Promise<string[]> {
  return (await sql.query(text)).map((row) => String(Object.values(row)[0]))
}

/** Ids that Avinode gave to what we sent ourselves. */
const OWN_WORDS = `
  select m.avinode_message_id from messages m join private.outbox o on o.message_id = m.id
   where m.avinode_message_id is not null`

const WORDS_OF_NOBODY = `
  select m.id from messages m where m.sender_type = 'operator' and m.avinode_message_id is null`

const DOUBLES = `
  select 'message ' || avinode_message_id from messages where avinode_message_id is not null
   group by avinode_message_id having count(*) > 1
  union all
  select 'quote ' || avinode_quote_id from quotes group by avinode_quote_id having count(*) > 1
  union all
  select 'room ' || avinode_thread_id from conversations where avinode_thread_id is not null
   group by avinode_thread_id having count(*) > 1
  union all
  select 'feed ' || type || ' ' || (payload ->> 'id') from private.feed_events
   where type in ('message.created', 'quote.created') group by iso_agent_id, type, payload ->> 'id' having count(*) > 1
  union all
  select 'counted ' || c.id from conversations c
   where c.message_count <> (select count(*) from messages m where m.conversation_id = c.id)`

const OPEN = `
  select 'event ' || avinode_event_id || ' ' || processing_status from avinode_webhook_events
   where processing_status not in ('completed', 'skipped')
  union all
  select 'outbox ' || id || ' ' || status from private.outbox where status <> 'done'`

const MISCOUNTED = `
  select id from requests where (operators_contacted, quotes_expected, quotes_received) is distinct from (3, 2, 2)`
