import pg from 'pg'
import { startTestDatabase } from '../embedded/test-database.ts'
import { checkDatabase } from './check.ts'

const databaseUrl = process.env.DATABASE_URL
const test = databaseUrl ? undefined : await startTestDatabase()
const pool = test?.sql ?? new pg.Pool({ connectionString: databaseUrl, max: 1 })

const { differences, counts } = await checkDatabase((text) => pool.query(text))
console.log(`Checked ${databaseUrl ? 'DATABASE_URL' : 'a fresh embedded database'}:`)
console.log(
  Object.entries(counts)
    .map(([what, number]) => `  ${number} ${what}`)
    .join('\n'),
)
for (const difference of differences) console.log(`- ${difference}`)
console.log(differences.length === 0 ? 'The schema is as specified.' : `${differences.length} differences.`)

await (test ? test.close() : pool.end())
process.exitCode = differences.length === 0 ? 0 : 1
