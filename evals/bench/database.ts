import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { migrate } from '../../supabase/embedded/migrate.ts'
import { startPostgres } from '../../supabase/embedded/postgres.ts'
import { BROKER, fill, type Size } from './database/fill.ts'
import { measureGrowth, measureSizes, unusedIndexes } from './database/growth.ts'
import { measurePolicies } from './database/policies.ts'
import type { Bench } from './main.ts'

const HELP = `npm run bench -- database [--only policies|growth] [--rows 100000] [--messages 100000] [--quotes 20000] [--events 100000] [--runs 100]
The full size of the second part is --messages 1000000 --quotes 200000 --events 1000000.`

/** A policy may make a query twice as slow, and so may a hundred times the data. */
const LIMIT = 2

/**
 * What row level security costs against the same query without it, and what the product's own queries take at 1 % and at
 * 100 % of the data. Every figure is a median; what counts is the ratio, which does not depend on the machine.
 */
export const bench: Bench = async (flags) => {
  const { values } = parseArgs({
    args: flags,
    options: {
      only: { type: 'string', default: '' },
      rows: { type: 'string', default: '100000' },
      messages: { type: 'string', default: '100000' },
      quotes: { type: 'string', default: '20000' },
      events: { type: 'string', default: '100000' },
      runs: { type: 'string', default: '100' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(HELP)
    return true
  }
  const runs = Number(values.runs)
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-bench-'))
  const postgres = await startPostgres({ folder, port: 0, durable: true, temporary: true })
  try {
    const results: boolean[] = []
    if (values.only !== 'growth') {
      const rows = Number(values.rows)
      const size = {
        brokers: 100,
        rooms: rows / 20,
        messages: rows,
        quotes: rows,
        events: rows,
        requests: rows,
        others: rows,
      }
      await withDatabase(postgres.url, 'policies', size, async (pool) => {
        const found = await measurePolicies(pool, BROKER, runs)
        console.log(
          `\nRow level security at ${rows.toLocaleString('en')} rows per table: as a broker, and as the service`,
        )
        console.table(found.map(({ plan: _plan, ...row }) => row))
        for (const { query, plan } of found.filter(({ scan }) => scan.startsWith('NO')))
          console.log(`\n${query}\n${plan}`)
        results.push(found.every(({ ratio, scan }) => ratio <= LIMIT && !scan.startsWith('NO')))
      })
    }
    if (values.only !== 'policies') {
      const full = { messages: Number(values.messages), quotes: Number(values.quotes), events: Number(values.events) }
      await withDatabase(postgres.url, 'one_percent', grown(full, 0.01), (small) =>
        withDatabase(postgres.url, 'everything', grown(full, 1), async (pool) => {
          const found = await measureGrowth(small, pool, runs)
          const text = Object.entries(full).map(([what, count]) => `${count.toLocaleString('en')} ${what}`)
          console.log(`\nThe product's queries at 100 % (${text.join(', ')}) / at 1 %`)
          console.table(found)
          console.log('\nThe biggest tables, with their indexes')
          console.table(await measureSizes(pool))
          console.log(`\nIndexes that none of these queries used: ${(await unusedIndexes(pool)).join(', ') || 'none'}`)
          results.push(found.every(({ ratio }) => ratio <= LIMIT))
        }),
      )
    }
    console.log(
      results.every(Boolean) ? '\nEvery ratio is within its limit.' : '\nNot every ratio is within its limit.',
    )
    return results.every(Boolean)
  } finally {
    await postgres.close()
  }
}

/** More business is more brokers with more deals each. Even the smallest broker fills a page of every list. */
function grown(full: { messages: number; quotes: number; events: number }, share: number): Size {
  const of = (count: number) => Math.max(1, Math.round(count * share))
  const messages = of(full.messages)
  const rooms = Math.max(20, Math.round(messages / 50))
  return {
    brokers: Math.min(100, Math.round(rooms / 20)),
    rooms,
    messages,
    quotes: of(full.quotes),
    events: of(full.events),
    requests: Math.max(20, Math.round(of(full.quotes) / 5)),
    others: messages / 10,
  }
}

async function withDatabase(
  url: (name?: string) => string,
  name: string,
  size: Size,
  work: (pool: pg.Pool) => Promise<void>,
) {
  const admin = new pg.Client({ connectionString: url() })
  await admin.connect()
  await admin.query(`create database ${name}`)
  await migrate(url(name))
  const pool = new pg.Pool({ connectionString: url(name), max: 2 })
  try {
    const started = Date.now()
    await fill(pool, size)
    console.log(`${name}: filled in ${((Date.now() - started) / 1000).toFixed(0)} s`)
    await work(pool)
  } finally {
    await pool.end()
    await admin.query(`drop database ${name}`)
    await admin.end()
  }
}
