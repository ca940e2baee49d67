import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import pg from 'pg'
import { isReady, readSettings } from '../../drill/settings.ts'

/** What intake is measured against: a route that does one committed INSERT through `pg`, and nothing else. */
const { databaseUrl, port } = readSettings(process.env)
const pool = new pg.Pool({ connectionString: databaseUrl, max: 8 })
await pool.query(
  'create table if not exists bench_bare (id bigint generated always as identity primary key, payload jsonb)',
)
const app = new Hono().post('/bare', async (c) => {
  await pool.query({
    name: 'insert',
    text: 'insert into bench_bare (payload) values ($1)',
    values: [await c.req.text()],
  })
  return c.body(null, 200)
})
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, isReady)
process.on('SIGTERM', () => process.exit(0))
