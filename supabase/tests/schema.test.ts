import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkDatabase } from '../check/check.ts'
import { migrate } from '../embedded/migrate.ts'
import { startTestDatabase, type TestDatabase } from '../embedded/test-database.ts'
import { generateTypes } from '../generate-types.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await startTestDatabase()
})
afterAll(() => db.close())

describe('the schema', () => {
  it('is as specified, name by name', async () => {
    const { differences, counts } = await checkDatabase((text) => db.sql.query(text))

    expect(differences).toEqual([])
    expect(counts).toMatchObject({ enums: 17, tables: 13 }) // the twelve, and approvals
  })

  it.each([
    ['alter table quotes drop column score', 'column quotes.score is missing'],
    [
      'alter table quotes alter column fees type numeric(14, 3)',
      'quotes.fees is numeric(14,3), specified is numeric(12,2)',
    ],
    [
      "alter type user_role add value 'guest'",
      'enum user_role is (iso_agent, admin, operator, guest), specified is (iso_agent, admin, operator)',
    ],
    [
      'drop policy messages_select_participant on messages',
      'policy messages_select_participant on messages is missing',
    ],
    ['alter table quotes disable row level security', 'row level security is off on quotes'],
    ['grant select on quotes to anon', 'table quotes grants something to anyone'],
    ['create table extra (id uuid)', 'table extra is not specified'],
    ['alter table quotes drop constraint quotes_request_id_fkey', 'quotes.request_id does not refer to requests'],
    ['drop function is_conversation_participant cascade', 'function is_conversation_participant is missing'],
  ])('%s is noticed', async (change, difference) => {
    await using broken = await startTestDatabase()
    await broken.sql.query(change)

    expect((await checkDatabase((text) => broken.sql.query(text))).differences).toContain(difference)
  })

  it('has a foreign key index wherever a parent may be deleted or joined', async () => {
    const { rows } = await db.sql.query(`
      select k.conrelid::regclass || '.' || a.attname as column from pg_constraint k
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
      where k.contype = 'f' and k.connamespace = 'public'::regnamespace and not exists (
        select from pg_index i where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1])`)

    expect(rows).toEqual([])
  })

  it('is described by the generated types as it is', async () => {
    const file = await readFile(join(import.meta.dirname, '../database.types.ts'), 'utf8')

    expect(file === (await generateTypes(db.databaseUrl)), 'run npm run db:types').toBe(true)
  })
})

describe('migrating', () => {
  it('an up-to-date database changes nothing', async () => {
    expect(await migrate(db.databaseUrl)).toEqual([])
  })
})

describe('the seed', () => {
  it('may run twice, and leaves the first broker no open request for Acme or Redwood', async () => {
    await using seeded = await startTestDatabase()
    const seed = await readFile(join(import.meta.dirname, '../seed.sql'), 'utf8')
    await seeded.sql.query(seed)
    const count = async () =>
      (
        await seeded.sql.query(`select (select count(*)::int from iso_agents) as agents, (select count(*)::int from client_profiles) as clients,
        (select count(*)::int from requests) as requests, (select count(*)::int from quotes) as quotes`)
      ).rows[0]
    const once = await count()

    await seeded.sql.query(seed)

    expect(await count()).toEqual(once)
    const { rows } = await seeded.sql.query(`select distinct c.company_name, r.status from requests r
      join client_profiles c on c.id = r.client_profile_id where c.company_name in ('Acme', 'Redwood') order by 1`)
    expect(rows).toEqual([
      { company_name: 'Acme', status: 'completed' },
      { company_name: 'Redwood', status: 'cancelled' },
    ])
  })
})
