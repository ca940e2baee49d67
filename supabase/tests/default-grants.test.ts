import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../embedded/migrate.ts'
import { startTestDatabase, type TestDatabase } from '../embedded/test-database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await startTestDatabase()
})
afterAll(() => db.close())

/** Supabase used to open whatever is created in `public` to all three roles, and no longer does. */
const REGIMES = {
  opens_everything: `
    alter default privileges in schema public grant all on tables to anon, authenticated, service_role;
    alter default privileges in schema public grant all on sequences to anon, authenticated, service_role;
    alter default privileges in schema public grant all on functions to anon, authenticated, service_role;`,
  opens_nothing: `
    alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
    alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;
    alter default privileges in schema public revoke all on functions from public, anon, authenticated, service_role;`,
}

const RIGHTS = `
  select r.rolname || ' ' || what as right from (values ('anon'), ('authenticated'), ('service_role')) as r (rolname), lateral (
    select format('may %s %s.%s', p.privilege, c.relnamespace::regnamespace, c.relname) as what
    from pg_class c, unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (privilege)
    where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
      and has_table_privilege(r.rolname, c.oid, p.privilege)
    union all
    select format('may call %s', f.oid::regprocedure) from pg_proc f
    where f.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and has_function_privilege(r.rolname, f.oid, 'execute')
  ) rights order by 1`

async function rightsUnder(regime: string, defaults: string) {
  const name = `grants_${regime}_${process.pid}`
  const url = new URL(db.databaseUrl)
  await db.sql.query(`create database ${name}`)
  url.pathname = `/${name}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    await client.query(defaults)
    await migrate(url.href)
    return (await client.query<{ right: string }>(RIGHTS)).rows.map(({ right }) => right)
  } finally {
    await client.end()
    await db.sql.query(`drop database ${name} with (force)`)
  }
}

describe('the migrations', () => {
  it("grant the same rights, whatever a project's defaults open by themselves", async () => {
    const [open, closed] = [
      await rightsUnder('open', REGIMES.opens_everything),
      await rightsUnder('closed', REGIMES.opens_nothing),
    ]

    expect(open.filter((right) => !closed.includes(right))).toEqual([])
    expect(closed.filter((right) => !open.includes(right))).toEqual([])
    expect(closed.filter((right) => right.startsWith('anon'))).toEqual([])
    expect(closed).toContain('service_role may select public.requests')
    expect(closed).toContain('authenticated may call is_admin()')
  })
})
