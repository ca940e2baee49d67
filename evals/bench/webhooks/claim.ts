import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from '../../../supabase/embedded/migrate.ts'
import { startPostgres } from '../../../supabase/embedded/postgres.ts'
import { percentile } from './load.ts'

export type Growth = { rows: number; verb: string; p50_ms: number; p95_ms: number }

const RUNS = 400

/** What the verbs of the inbox take with a hundredth of the rows, and with all of them. */
export async function measureClaim(rows: number): Promise<Growth[]> {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-bench-'))
  const postgres = await startPostgres({ folder, port: 0, durable: false, temporary: true })
  try {
    await migrate(postgres.url())
    const client = new pg.Client({ connectionString: postgres.url() })
    await client.connect()
    const found: Growth[] = []
    let filled = 0
    for (const size of [rows / 100, rows]) {
      await fill(client, filled, size)
      filled = size
      found.push(...(await measure(client, size)))
    }
    await client.end()
    return found
  } finally {
    await postgres.close()
  }
}

/** Old notifications that are done, as the table holds them after years. */
async function fill(client: pg.Client, from: number, to: number) {
  await client.query(
    `with old as (
       insert into avinode_webhook_events (event_type, avinode_event_id, avinode_trip_id, raw_payload, parsed_data,
         processing_status, processed_at, received_at, signature_verified)
       select 'message_received', 'tripmsgs:old-' || n, 'atrip-' || n / 50,
              jsonb_build_object('id', 'old-' || n, 'type', 'tripmsgs', 'href', 'https://sandbox.avinode.com/api/tripmsgs/old-' || n),
              '{"source": "seller-chat"}', 'completed', now(), now() - make_interval(secs => n), true
         from generate_series($1::int + 1, $2::int) as n
       returning id)
     insert into private.webhook_event_leases (event_id, claim_token, claimed_at, lease_until)
     select id, gen_random_uuid(), now() - interval '1 day', now() - interval '1 day' from old`,
    [from, to],
  )
  await client.query('vacuum analyze avinode_webhook_events')
  await client.query('vacuum analyze private.webhook_event_leases')
}

async function measure(client: pg.Client, rows: number): Promise<Growth[]> {
  const ids: string[] = []
  const store = await timed(RUNS, async (index) => {
    const payload = { id: `new-${rows}-${index}`, type: 'tripmsgs', href: 'https://sandbox.avinode.com/api/tripmsgs/x' }
    const { rows: stored } = await client.query({
      name: 'store',
      text: `select store_webhook_event('seller-chat', $1, '{}', null, null) ->> 'event_id' as id`,
      values: [payload],
    })
    ids.push(stored[0].id)
  })
  const due = await timed(20, () => client.query('select private.due_webhooks(500)'))
  const claim = await timed(RUNS, (index) =>
    client.query({ name: 'claim', text: 'select claim_webhook_event($1)', values: [ids[index]] }),
  )
  await client.query(`update avinode_webhook_events set processing_status = 'completed' where id = any($1)`, [ids])
  const verbs = { store, 'list what is due': due, claim }
  return Object.entries(verbs).map(([verb, took]) => ({
    rows,
    verb,
    p50_ms: percentile(took, 0.5),
    p95_ms: percentile(took, 0.95),
  }))
}

async function timed(times: number, work: (index: number) => Promise<unknown>): Promise<number[]> {
  const took: number[] = []
  for (let index = 0; index < times; index += 1) {
    const began = performance.now()
    await work(index)
    took.push(performance.now() - began)
  }
  return took
}
