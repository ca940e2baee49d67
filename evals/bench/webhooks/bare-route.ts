import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'
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

// And the bare way to a screen: what Postgres says is written to whoever listens.
const listener = new pg.Client({ connectionString: databaseUrl })
await listener.connect()
await listener.query('listen bench_screen')
app.get('/events', (c) =>
  streamSSE(c, async (stream) => {
    await stream.writeSSE({ data: 'open' })
    listener.on('notification', ({ payload = '' }) => void stream.writeSSE({ data: payload }))
    await new Promise<void>((resolve) => stream.onAbort(resolve))
  }),
)

serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, isReady)
process.on('SIGTERM', () => process.exit(0))
