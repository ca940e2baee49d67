import { parseArgs } from 'node:util'
import pg from 'pg'
import { startTestDatabase } from '../embedded/test-database.ts'
import { checkDatabase } from './check.ts'

/** Prints every difference between the specification and `DATABASE_URL` (or a fresh embedded database), and nothing if there is none. */
const { values } = parseArgs({ options: { counts: { type: 'boolean', default: false } } })
const databaseUrl = process.env.DATABASE_URL
const test = databaseUrl ? undefined : await startTestDatabase()
const pool = test?.sql ?? new pg.Pool({ connectionString: databaseUrl, max: 1 })

const { differences, counts } = await checkDatabase((text) => pool.query(text))
if (values.counts) for (const [kind, number] of Object.entries(counts)) console.log(`${kind}: ${number}`)
for (const difference of differences) console.log(difference)

await (test ? test.close() : pool.end())
process.exitCode = differences.length === 0 ? 0 : 1
