import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
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
    expect(counts).toMatchObject({ enum: 17, table: 13 }) // the twelve, and approvals
  })

  it.each([
    ['alter table quotes drop column score', 'column quotes.score is missing'],
    ['alter table quotes add column rating int', 'column quotes.rating is not specified'],
    [
      'alter table quotes alter column fees type numeric(14, 3)',
      'column quotes.fees is numeric(14,3), specified is numeric(12,2)',
    ],
    [
      'alter table quotes alter column metadata drop not null',
      "column quotes.metadata is jsonb = '{}', specified is jsonb! = '{}'",
    ],
    [
      "alter table quotes alter column status set default 'pending'",
      "column quotes.status is quote_status! = 'pending', specified is quote_status! = 'received'",
    ],
    [
      'alter table iso_agents drop constraint iso_agents_email_key',
      'column iso_agents.email is text!, specified is text! unique',
    ],
    [
      'alter table quotes drop constraint quotes_request_id_fkey',
      'column quotes.request_id is uuid!, specified is uuid! -> requests cascade',
    ],
    [
      'alter table quotes drop constraint quotes_request_id_fkey, add foreign key (request_id) references requests (id) on delete set null',
      'column quotes.request_id is uuid! -> requests set null, specified is uuid! -> requests cascade',
    ],
    ['alter table quotes drop constraint quotes_fees_check', 'check quotes: fees >= 0 is missing'],
    [
      "alter type user_role add value 'guest'",
      'enum user_role is iso_agent, admin, operator, guest, specified is iso_agent, admin, operator',
    ],
    ['create table extra (id uuid)', 'table extra is not specified'],
    ['alter table quotes disable row level security', 'table quotes is open, specified is under row level security'],
    ['drop index quotes_conversation_idx', 'index quotes.quotes_conversation_idx is missing'],
    ['drop policy messages_select_participant on messages', 'policy messages.messages_select_participant is missing'],
    [
      'drop policy proposal_documents_select_owner on storage.objects',
      'policy storage/objects.proposal_documents_select_owner is missing',
    ],
    [
      'alter policy quotes_select_own on quotes to public',
      /^policy quotes.quotes_select_own is select to public: .*, specified is select to authenticated: /,
    ],
    [
      'alter policy quotes_select_own on quotes using (true)',
      /^policy quotes.quotes_select_own is select to authenticated: true, specified is /,
    ],
    [
      'alter policy messages_update_own on messages with check (true)',
      /^policy messages.messages_update_own is update to authenticated: .*; after: true, specified is /,
    ],
    [
      'alter policy webhook_events_select_admin on avinode_webhook_events using ((select get_current_iso_agent_id()) is not null)',
      'policy avinode_webhook_events.webhook_events_select_admin is select to authenticated: ((select get_current_iso_agent_id()) is not null), specified is select to authenticated: (select is_admin())',
    ],
    [
      'drop policy requests_insert_admin on requests; create policy requests_insert_admin on requests as restrictive for insert to authenticated with check ((select is_admin()))',
      'policy requests.requests_insert_admin is insert to authenticated restrictive: (select is_admin()), specified is insert to authenticated: (select is_admin())',
    ],
    [
      'alter table storage.objects disable row level security',
      'table storage/objects is open, specified is under row level security',
    ],
    ['alter role authenticated bypassrls', /^role authenticated is passes row level security, /],
    ['grant service_role to anon', /^role anon is passes row level security, /],
    ['create view everything as select * from requests', 'table everything is not specified'],
    [
      'alter table quotes drop constraint quotes_request_id_fkey, add foreign key (request_id) references requests (id) on delete cascade on update cascade deferrable not valid',
      'column quotes.request_id is uuid! -> requests cascade on update too deferrable not validated, specified is uuid! -> requests cascade',
    ],
    [
      'alter table quotes drop constraint quotes_fees_check, add constraint quotes_fees_check check (fees >= 0) not valid',
      'check quotes: fees >= 0 is not validated, specified is there',
    ],
    [
      "drop trigger client_profiles_protect on client_profiles; create trigger client_profiles_protect before update on client_profiles for each row execute function private.protect_columns('id')",
      'trigger client_profiles.client_profiles_protect is before update: protect_columns (id), specified is before update: protect_columns (id, iso_agent_id, created_at)',
    ],
    [
      'drop trigger requests_guard_status on requests; create trigger requests_guard_status before insert or update of status on requests for each row when (false) execute function private.guard_request_status()',
      'trigger requests.requests_guard_status is before insert or update of status: guard_request_status when false, specified is before insert or update of status: guard_request_status',
    ],
    ['alter table requests enable replica trigger requests_protect', 'trigger requests.requests_protect is missing'],
    ['drop trigger requests_guard_status on requests', 'trigger requests.requests_guard_status is missing'],
    ['alter table requests disable trigger requests_protect', 'trigger requests.requests_protect is missing'],
    ['drop function is_conversation_participant cascade', 'function is_conversation_participant is missing'],
    [
      'drop function claim_webhook_event; create function claim_webhook_event(id uuid) returns jsonb language sql as $$ select null::jsonb $$',
      'function claim_webhook_event is (id uuid) -> jsonb, specified is (event_id uuid) -> jsonb, as its owner',
    ],
    [
      'alter function is_admin() security invoker',
      'function is_admin is () -> boolean, specified is () -> boolean, as its owner',
    ],
    [
      'revoke execute on function claim_webhook_event(uuid) from service_role',
      'function public.claim_webhook_event may not be called by the service',
    ],
    ['grant execute on function is_admin() to anon', 'function public.is_admin may be called by anyone'],
    [
      'grant execute on function claim_turn(uuid) to authenticated',
      'function public.claim_turn may be called by whoever signed in',
    ],
    [
      'revoke execute on function mark_read(uuid, uuid) from authenticated',
      'function public.mark_read may not be called by brokers',
    ],
    [
      'alter function is_admin() reset search_path',
      'function public.is_admin has another search_path than pg_catalog, pg_temp',
    ],
    [
      "alter function private.require_agent() set search_path = ''",
      'function private.require_agent has another search_path than pg_catalog, pg_temp',
    ],
    ['grant select on quotes to anon', 'grant quotes to anon is not specified'],
    ['grant select (id) on quotes to anon', 'grant quotes to anon is not specified'],
    [
      'grant truncate on quotes to authenticated',
      'grant quotes to authenticated is select, insert, update, delete, truncate, specified is select, insert, update, delete',
    ],
    ['grant select on private.outbox to authenticated', 'grant private/outbox to authenticated is not specified'],
    [
      'revoke delete on quotes from service_role',
      'grant quotes to service_role is select, insert, update, specified is select, insert, update, delete',
    ],
    [
      "update storage.buckets set public = true where id = 'proposal-documents'",
      'bucket proposal-documents is public, 20971520, {application/pdf}, specified is private, 20971520, {application/pdf}',
    ],
    ['alter publication supabase_realtime drop table messages', 'live table messages is missing'],
    [
      "alter publication supabase_realtime set (publish = 'insert')",
      'live table messages is published, not every change, specified is published',
    ],
    [
      'alter publication supabase_realtime drop table messages; alter publication supabase_realtime add table messages (id) where (id is not null)',
      'live table messages is published, some rows, some columns, specified is published',
    ],
    [
      "delete from supabase_migrations.schema_migrations where version = '016'",
      'migration 016_rls_policies is missing',
    ],
  ])('%s is noticed', async (change, difference) => {
    const client = await db.sql.connect()
    try {
      await client.query('begin')
      await client.query(change)

      const { differences } = await checkDatabase((text) => client.query(text))
      expect(differences).toContainEqual(
        typeof difference === 'string' ? difference : expect.stringMatching(difference),
      )
    } finally {
      await client.query('rollback')
      client.release()
    }
  })

  it('is missing altogether in an empty database, which is said and is no failure', async () => {
    const empty = `empty_${process.pid}`
    await db.sql.query(`create database ${empty} template template0`)
    const url = new URL(db.databaseUrl)
    url.pathname = `/${empty}`
    const pool = new pg.Pool({ connectionString: url.href, max: 1 })
    pool.on('error', () => undefined) // the server may end before the last connection has said goodbye
    const { differences } = await checkDatabase((text) => pool.query(text))
    await pool.end()
    await db.sql.query(`drop database ${empty} with (force)`)

    for (const difference of [
      'table quotes is missing',
      'bucket proposal-documents is missing',
      'migration 010_operator_profiles is missing',
    ])
      expect(differences).toContain(difference)
  })

  it('has a foreign key index wherever a parent may be deleted or joined', async () => {
    const { rows } = await db.sql.query(`
      select k.conrelid::regclass || '.' || a.attname as column from pg_constraint k
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
      where k.contype = 'f' and k.connamespace = 'public'::regnamespace and not exists (
        select from pg_index i where i.indrelid = k.conrelid and i.indkey[0] = k.conkey[1]
          and coalesce(pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', a.attname), true))`)

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

  it('a database that other files made is refused, and left as it is', async () => {
    await using other = await startTestDatabase()
    await other.sql.query(
      "update supabase_migrations.schema_migrations set name = 'bind_conversation' where version = '030'",
    )

    await expect(migrate(other.databaseUrl)).rejects.toThrow(/its 030 is bind_conversation, ours is avinode_quotes/)

    await other.sql.query(
      "update supabase_migrations.schema_migrations set name = 'avinode_quotes', statements = array[E'select 1;\\n'] where version = '030'",
    )
    await expect(migrate(other.databaseUrl)).rejects.toThrow(/its 030_avinode_quotes says something else/)
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
