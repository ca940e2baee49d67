import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lintDatabase } from '../check/lints.ts'
import { ASKED_BY_POLICIES, OPEN_FUNCTIONS } from '../check/open-functions.ts'
import { APPROVAL, attempt, SECRET, startMarkedWorld, TURN } from './attack.ts'
import { INACTIVE, PARENTS, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startMarkedWorld()
})
afterAll(() => world.db.close())

const names = async (condition: string) =>
  (
    await world.db.sql.query<{ name: string }>(
      `select p.proname as name from pg_proc p where p.pronamespace = 'public'::regnamespace and ${condition} order by 1`,
    )
  ).rows.map(({ name }) => name)

describe('what is open', () => {
  it('to whoever signed in: these functions', async () => {
    expect(await names("has_function_privilege('authenticated', p.oid, 'execute')")).toEqual(
      Object.keys(OPEN_FUNCTIONS).sort(),
    )
  })

  it('to everybody else: no function, no table, no sequence', async () => {
    expect(await names("has_function_privilege('anon', p.oid, 'execute')")).toEqual([])
    const { rows } = await world.db.sql.query(`
      select c.relname from pg_class c where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
        and c.relkind in ('r', 'p', 'v', 'm', 'f')
        and has_table_privilege('anon', c.oid, 'select, insert, update, delete, truncate, references, trigger')`)
    expect(rows).toEqual([])
  })

  it('through no view, and to no table of the machinery', async () => {
    const { rows: views } = await world.db.sql.query(
      "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm', 'f', 'S')",
    )
    expect(views).toEqual([])
    const { rows: machinery } = await world.db.sql.query(`
      select c.relname from pg_class c where c.relnamespace = 'private'::regnamespace and c.relkind in ('r', 'p')
        and has_table_privilege('authenticated', c.oid, 'select, insert, update, delete, truncate, references, trigger')`)
    expect(machinery).toEqual([])
  })

  it('to a broker no truncating, no trigger and no reference on any table', async () => {
    const { rows } = await world.db.sql.query(`
      select c.relname from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and has_table_privilege('authenticated', c.oid, 'truncate, references, trigger')`)
    expect(rows).toEqual([])
  })
})

describe("Supabase's linter", () => {
  const allowed = new Set([
    ...Object.keys(OPEN_FUNCTIONS).map(
      (name) => `0029_authenticated_security_definer_function_executable: public.${name}`,
    ),
    ...ASKED_BY_POLICIES.map((name) => `0029_authenticated_security_definer_function_executable: private.${name}`),
  ])
  // The rules of owners and admins stay two sentences (at least 55 policies are specified). It costs nothing: a write finds
  // its row by its key, and through the select policy, which is one.
  const isWrite = (finding: string) => /^0006_multiple_permissive_policies: .* (INSERT|UPDATE|DELETE)$/.test(finding)

  it('finds no error and no warning without a reason', async () => {
    const found = await lintDatabase((text) => world.db.sql.query(text))

    expect(found.filter((finding) => !allowed.has(finding) && !isWrite(finding))).toEqual([])
  })

  it('finds every foreign key indexed, every table keyed, and nothing locked by mistake', async () => {
    expect(await lintDatabase((text) => world.db.sql.query(text), ['INFO'])).toEqual([])
  })

  it.each([
    [
      '0002_auth_users_exposed',
      'create table auth.users (id uuid); create view v as select * from auth.users; grant select on v to anon',
    ],
    ['0003_auth_rls_initplan', 'create policy p on quotes for select to authenticated using (auth.jwt() is not null)'],
    ['0004_no_primary_key', 'create table t (id uuid)'],
    ['0006_multiple_permissive_policies', 'create policy p on quotes for select to authenticated using (false)'],
    ['0007_policy_exists_rls_disabled', 'alter table quotes disable row level security'],
    ['0008_rls_enabled_no_policy', 'create table t (id uuid primary key); alter table t enable row level security'],
    ['0009_duplicate_index', 'create index once_idx on quotes (score); create index twice_idx on quotes (score)'],
    ['0010_security_definer_view', 'create view v as select * from quotes'],
    ['0011_function_search_path_mutable', "create function f() returns int language sql as 'select 1'"],
    ['0013_rls_disabled_in_public', 'create table t (id uuid primary key); grant select on t to anon'],
    ['0014_extension_in_public', 'create extension citext schema public'],
    [
      '0015_rls_references_user_metadata',
      `create policy p on quotes for select to authenticated using ((select auth.jwt()) -> 'user_metadata' is null)`,
    ],
    [
      '0016_materialized_view_in_api',
      'create materialized view v as select 1 as n; grant select on v to authenticated',
    ],
    ['0018_unsupported_reg_types', 'create table t (id regproc)'],
    [
      '0021_fkey_to_auth_unique',
      'create table auth.users (id int primary key, email text unique); create table t (email text references auth.users (email))',
    ],
    [
      '0023_sensitive_columns_exposed',
      'create table t (id uuid primary key, password text); grant select on t to authenticated',
    ],
    ['0024_rls_policy_always_true', 'create policy p on quotes for delete to authenticated using (true)'],
    ['0024_rls_policy_always_true', 'create policy p on quotes for insert to authenticated with check (true)'],
    [
      '0025_public_bucket_allows_listing',
      "update storage.buckets set public = true; create policy p on storage.objects for select using (bucket_id = 'proposal-documents')",
    ],
    ['0028_anon_security_definer_function_executable', 'grant execute on function is_admin() to anon'],
    ['0001_unindexed_foreign_keys', 'drop index quotes_operator_profile_idx'],
  ])('%s is noticed', async (rule, change) => {
    const client = await world.db.sql.connect()
    try {
      await client.query('begin')
      await client.query(change)
      const query = async (text: string) => client.query<{ found: string }>(text)
      const found = await lintDatabase(query, ['ERROR', 'WARN', 'INFO'])
      expect(found.map((finding) => finding.split(':')[0])).toContain(rule)
    } finally {
      await client.query('rollback')
      client.release()
    }
  })
})

describe('a security definer function', () => {
  it('looks for nothing where its caller could have put it, and neither does any that it calls', async () => {
    const { rows } = await world.db.sql.query(`
      select p.oid::regprocedure::text as name from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)`)
    expect(rows).toEqual([])
  })

  it('lends its rights to no type of its caller that bears the name of a real one', async () => {
    const client = await world.db.sql.connect() // new, so that no function remembers what it has looked up
    try {
      await client.query(`begin; set local request.jwt.claims = '{"sub": "user_omar"}'; set local role authenticated;
        create function pg_temp.trap(pg_catalog.text) returns boolean language plpgsql as
          $$ begin raise exception 'as %', current_user; end $$`)
      for (const type of ['uuid', 'jsonb', 'text', 'timestamptz']) {
        await client.query(`create domain pg_temp.${type} as pg_catalog.varchar check (pg_temp.trap(value))`)
      }
      await client.query(
        `select public.start_conversation('${randomUUID()}', 'hello'), public.find_conversations('hello'), public.read_feed(0)`,
      )
    } finally {
      await client.query('rollback')
      client.release(true)
    }
  })

  it('says what it does, as every function of ours', async () => {
    const { rows } = await world.db.sql.query(`
      select p.oid::regprocedure::text as name from pg_proc p
      where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and obj_description(p.oid) is null`)
    expect(rows).toEqual([])
  })

  it('is owned by whoever owns the tables, and by nobody of the API', async () => {
    const { rows } = await world.db.sql.query(`
      select distinct r.rolname from pg_proc p join pg_roles r on r.oid = p.proowner
      where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace)
        and r.rolname in ('anon', 'authenticated', 'service_role', 'authenticator')`)
    expect(rows).toEqual([])
  })
})

describe('a function called with what belongs to another broker', () => {
  /** What an attacker could know: the ids of Dana's rows, by the name or type of an argument. */
  function argument(name: string, type: string, rows: Record<string, string>) {
    const ids: [RegExp, string | undefined][] = [
      [/conversation|conv_id/, PARENTS.room],
      [/request/, PARENTS.request],
      [/message/, rows.messages],
      [/proposal/, rows.proposals],
      [/turn/, TURN],
      [/participant/, rows.conversation_participants],
      [/event/, rows.avinode_webhook_events],
      [/operator/, PARENTS.operator],
      [/agent/, 'a1000000-0000-4000-8000-000000000001'],
      [/^p_id$/, APPROVAL],
    ]
    const id = ids.find(([pattern]) => pattern.test(name))?.[1] ?? PARENTS.room
    if (type === 'uuid') return `'${id}'`
    if (type === 'uuid[]') return `array['${id}']::uuid[]`
    if (type === 'text[]') return "array['a']"
    if (name === 'p_decision') return "'approve'"
    if (name === 'p_iso_agent_email') return 'null'
    if (name === 'p_sha256' || name === 'p_token_hash') return "repeat('b', 64)"
    if (name === 'p_content_type') return "'text'"
    if (name === 'p_emoji') return "'x'"
    if (name === 'p_status') return "'online'"
    if (name === 'p_attachments') return "'[]'"
    if (type === 'text') return `'${SECRET.slice(0, 6)}'`
    if (type === 'boolean') return 'true'
    if (type === 'jsonb') return "'{}'"
    if (type === 'integer' || type === 'bigint') return '0'
    if (type === 'timestamp with time zone') return "now() + interval '1 hour'"
    return `(enum_range(null::${type}))[1]`
  }

  const strangers: [string, object][] = [
    ['another broker', { sub: 'user_omar', role: 'authenticated' }],
    ['nobody known', { sub: 'user_unknown', role: 'authenticated' }],
    ['no subject', { role: 'authenticated' }],
    ['a deactivated admin', { sub: INACTIVE.sub, role: 'authenticated' }],
    ['a forged role', { sub: 'user_unknown', role: 'service_role', is_admin: true, user_metadata: { role: 'admin' } }],
  ]

  const openFunctions = async () =>
    (
      await world.db.sql.query<{ name: string; args: string[]; types: string[] }>(`
        select p.proname as name, coalesce(p.proargnames, '{}') as args,
          array(select format_type(t, null) from unnest(p.proargtypes) with ordinality as a (t, n) order by n) as types
        from pg_proc p where p.pronamespace = 'public'::regnamespace and has_function_privilege('authenticated', p.oid, 'execute')`)
    ).rows

  /** What a call tells or changes that is hers. */
  async function leaksOf(claims: object, name: string, values: string[]) {
    const call = `${name}(${values.join(', ')})`
    const { rows, code, changed } = await attempt(world, claims, `select public.${call} as result`)
    const leaks = changed.map((table) => `${call} changes ${table}`)
    if (JSON.stringify(rows).includes(SECRET)) leaks.push(`${call} tells`)
    if (code && !/^(PT4|42501|22|23)/.test(code)) leaks.push(`${call} fails with ${code}`)
    return leaks
  }

  it.each(strangers)('as %s: tells and changes nothing of hers', async (_who, claims) => {
    const leaks: string[] = []
    for (const { name, args, types } of await openFunctions()) {
      const values = types.map((type, index) => argument(args[index] ?? '', type, world.rows))
      leaks.push(...(await leaksOf(claims, name, values)))
    }
    expect(leaks).toEqual([])
  })

  it('and with one thing of hers among one’s own: tells and changes nothing of hers', async () => {
    const own = (name: string) =>
      /conversation|conv_id/.test(name) ? PARENTS.omarsRoom : /request/.test(name) ? PARENTS.omarsRequest : randomUUID()
    const leaks: string[] = []
    for (const { name, args, types } of await openFunctions()) {
      const ids = types.flatMap((type, index) => (type === 'uuid' ? [index] : []))
      for (const hers of ids.length > 1 ? ids : []) {
        const values = types.map((type, index) => {
          const arg = args[index] ?? ''
          return type === 'uuid' && index !== hers ? `'${own(arg)}'` : argument(arg, type, world.rows)
        })
        leaks.push(...(await leaksOf({ sub: 'user_omar', role: 'authenticated' }, name, values)))
      }
    }
    expect(leaks).toEqual([])
  })

  it('is told to its owner, so that silence above means something', async () => {
    const dana = { sub: 'user_dana', role: 'authenticated' }
    for (const call of [
      'read_feed(0)',
      'find_conversations()',
      `read_conversation('${PARENTS.room}')`,
      `list_participants('${PARENTS.room}')`,
      `advance_request('${PARENTS.request}', 'analyzing')`,
    ]) {
      expect(JSON.stringify((await attempt(world, dana, `select ${call} as result`)).rows), call).toContain(SECRET)
    }
    const changes = await attempt(world, dana, `select edit_message('${world.rows.messages}', 'mine')`)
    expect(changes.changed).toContain('public.messages')
  })
})
