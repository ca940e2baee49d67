// What Supabase's database linter warns about, by the meaning it publishes for each rule
// (https://supabase.com/docs/guides/database/database-linter), in SQL of our own. Each query answers with what it found
// in `found`, named so that an exception can be made for exactly that.

export type Lint = { rule: string; level: 'ERROR' | 'WARN' | 'INFO'; sql: string }

/** Tables of ours: no extension's, no system's, none that belongs to Supabase. */
const TABLES = `
  select c.oid, c.relname, c.relkind, c.relrowsecurity, n.nspname, format('%s.%s', n.nspname, c.relname) as name
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where n.nspname in ('public', 'private')
    and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')`

const ROLES = "unnest(array['anon', 'authenticated']) as r (role)"

const POLICIES = `
  select t.name, t.relrowsecurity, p.polname, p.polpermissive, p.polroles,
    case p.polcmd when 'r' then '{SELECT}' when 'a' then '{INSERT}' when 'w' then '{UPDATE}' when 'd' then '{DELETE}'
      else '{SELECT,INSERT,UPDATE,DELETE}' end::text[] as commands,
    pg_get_expr(p.polqual, p.polrelid) as condition, pg_get_expr(p.polwithcheck, p.polrelid) as checked
  from pg_policy p join (${TABLES}) t on t.oid = p.polrelid`

const TRUE = "in ('true', '(true)', '1=1', '(1=1)')"
const squeezed = (expression: string) => `regexp_replace(lower(${expression}), '\\s', '', 'g')`

const FUNCTIONS = `
  select p.oid, p.prosecdef, p.proconfig, p.prokind,
    format('%s.%s', n.nspname, p.proname) as name
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where n.nspname in ('public', 'private')
    and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')`

const definersFor = (role: string) =>
  `select name as found from (${FUNCTIONS}) f where prosecdef and has_function_privilege('${role}', oid, 'execute')`

const graphqlFor = (role: string) =>
  `select name as found from (${TABLES}) t
   where relkind in ('r', 'p', 'v', 'm') and has_table_privilege('${role}', oid, 'select')
     and exists (select from pg_extension where extname = 'pg_graphql')`

const SENSITIVE = [
  'password|passwd|pwd|passphrase|secret|secret_key|private_key|api_key|apikey|auth_key|token|jwt|access_token',
  'refresh_token|session_token|bearer_token|session_id|session_key|recovery_code|backup_code|verification_code|otp',
  'ssn|social_security_number|passport_number|passport_id|national_id|tax_id|credit_card|card_number|cvv|cvc',
  'bank_account|account_number|routing_number|iban|swift_code|bic|ssh_key|certificate|license_key',
].join('|')

export const lints: Lint[] = [
  {
    rule: '0001_unindexed_foreign_keys',
    level: 'INFO',
    sql: `select format('%s %s', t.name, k.conname) as found from pg_constraint k join (${TABLES}) t on t.oid = k.conrelid
      where k.contype = 'f' and not exists (
        select from pg_index i where i.indrelid = k.conrelid
          and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)`,
  },
  {
    rule: '0002_auth_users_exposed',
    level: 'ERROR',
    sql: `select t.name as found from (${TABLES}) t, ${ROLES}
      where t.relkind in ('v', 'm') and has_table_privilege(r.role, t.oid, 'select')
        and pg_get_viewdef(t.oid) ~ 'auth\\.users'`,
  },
  {
    rule: '0003_auth_rls_initplan',
    level: 'WARN',
    sql: `select format('%s %s', name, polname) as found from (${POLICIES}) p,
        unnest(array[condition, checked]) as e (expression)
      where relrowsecurity and e.expression ~ 'auth\\.(uid|jwt|role|email)\\(\\)'
        and lower(e.expression) !~ 'select\\s+auth\\.(uid|jwt|role|email)\\(\\)'`,
  },
  {
    rule: '0004_no_primary_key',
    level: 'INFO',
    sql: `select name as found from (${TABLES}) t where relkind = 'r'
      and not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary)`,
  },
  {
    rule: '0006_multiple_permissive_policies',
    level: 'WARN',
    sql: `select format('%s %s', p.name, c.command) as found from (${POLICIES}) p, unnest(p.commands) as c (command), ${ROLES}
      where p.polpermissive and (p.polroles = '{0}' or p.polroles @> array[r.role::regrole::oid])
      group by p.name, c.command, r.role having count(*) > 1`,
  },
  {
    rule: '0007_policy_exists_rls_disabled',
    level: 'ERROR',
    sql: `select format('%s %s', name, polname) as found from (${POLICIES}) p where not relrowsecurity`,
  },
  {
    rule: '0008_rls_enabled_no_policy',
    level: 'INFO',
    sql: `select name as found from (${TABLES}) t where relkind in ('r', 'p') and relrowsecurity
      and not exists (select from pg_policy p where p.polrelid = t.oid)`,
  },
  {
    rule: '0009_duplicate_index',
    level: 'WARN',
    sql: `select string_agg(i.indexname, ', ' order by i.indexname) as found from pg_indexes i
      where i.schemaname in ('public', 'private')
      group by i.schemaname, i.tablename, replace(i.indexdef, i.indexname, '') having count(*) > 1`,
  },
  {
    rule: '0010_security_definer_view',
    level: 'ERROR',
    sql: `select t.name as found from (${TABLES}) t join pg_class c on c.oid = t.oid
      where t.relkind = 'v' and t.nspname = 'public'
        and not coalesce(c.reloptions::text ~* 'security_invoker=(true|on|1|yes)', false)`,
  },
  {
    rule: '0011_function_search_path_mutable',
    level: 'WARN',
    sql: `select name as found from (${FUNCTIONS}) f where prokind in ('f', 'p')
      and not exists (select from unnest(proconfig) s where s like 'search_path=%')`,
  },
  {
    rule: '0013_rls_disabled_in_public',
    level: 'ERROR',
    sql: `select t.name as found from (${TABLES}) t, ${ROLES} where t.nspname = 'public' and t.relkind in ('r', 'p')
      and not t.relrowsecurity and has_table_privilege(r.role, t.oid, 'select, insert, update, delete')`,
  },
  {
    rule: '0014_extension_in_public',
    level: 'WARN',
    sql: "select extname as found from pg_extension where extnamespace = 'public'::regnamespace",
  },
  {
    rule: '0015_rls_references_user_metadata',
    level: 'ERROR',
    sql: `select format('%s %s', name, polname) as found from (${POLICIES}) p
      where concat(condition, checked) ~ 'user_metadata|raw_user_meta_data'`,
  },
  {
    rule: '0016_materialized_view_in_api',
    level: 'WARN',
    sql: `select t.name as found from (${TABLES}) t, ${ROLES}
      where t.relkind = 'm' and t.nspname = 'public' and has_table_privilege(r.role, t.oid, 'select')`,
  },
  {
    rule: '0017_foreign_table_in_api',
    level: 'WARN',
    sql: `select t.name as found from (${TABLES}) t, ${ROLES}
      where t.relkind = 'f' and t.nspname = 'public' and has_table_privilege(r.role, t.oid, 'select')`,
  },
  {
    rule: '0018_unsupported_reg_types',
    level: 'WARN',
    sql: `select format('%s.%s', t.name, a.attname) as found from pg_attribute a join (${TABLES}) t on t.oid = a.attrelid
      where a.attnum > 0 and a.atttypid = any (array['regcollation', 'regconfig', 'regdictionary', 'regnamespace',
        'regoper', 'regoperator', 'regproc', 'regprocedure']::regtype[])`,
  },
  {
    rule: '0019_insecure_queue_exposed_in_api',
    level: 'ERROR',
    sql: `select c.relname as found from pg_class c join pg_namespace n on n.oid = c.relnamespace, ${ROLES}
      where n.nspname = 'pgmq' and c.relname like 'q\\_%' and c.relkind in ('r', 'p') and not c.relrowsecurity
        and has_table_privilege(r.role, c.oid, 'select')`,
  },
  {
    rule: '0021_fkey_to_auth_unique',
    level: 'ERROR',
    sql: `select k.conname as found from pg_constraint k join pg_class f on f.oid = k.confrelid
      join pg_index i on i.indexrelid = k.conindid
      where k.contype = 'f' and f.relnamespace = 'auth'::regnamespace and not i.indisprimary`,
  },
  {
    rule: '0022_extension_versions_outdated',
    level: 'WARN',
    sql: `select name as found from pg_available_extensions
      where installed_version is not null and installed_version <> default_version`,
  },
  {
    rule: '0023_sensitive_columns_exposed',
    level: 'ERROR',
    sql: `select format('%s.%s', t.name, a.attname) as found from pg_attribute a join (${TABLES}) t on t.oid = a.attrelid, ${ROLES}
      where t.nspname = 'public' and t.relkind = 'r' and not t.relrowsecurity and a.attnum > 0
        and has_table_privilege(r.role, t.oid, 'select') and replace(lower(a.attname), '-', '_') ~ '^(${SENSITIVE})$'`,
  },
  {
    rule: '0024_rls_policy_always_true',
    level: 'WARN',
    sql: `select format('%s %s', name, polname) as found from (${POLICIES}) p
      where polpermissive and commands <> '{SELECT}' and relrowsecurity and (
        (not commands <@ '{INSERT}' and coalesce(${squeezed('condition')}, 'true') ${TRUE})
        or ${squeezed('checked')} ${TRUE} or (commands = '{INSERT}' and checked is null))`,
  },
  {
    rule: '0025_public_bucket_allows_listing',
    level: 'WARN',
    sql: `select b.id as found from storage.buckets b where b.public and exists (
      select from pg_policies p where p.schemaname = 'storage' and p.tablename = 'objects' and p.cmd in ('SELECT', 'ALL')
        and (p.qual is null or ${squeezed('p.qual')} ${TRUE}
          or p.qual ~ format('^\\(*bucket_id = ''%s''(::text)?\\)*$', b.id)))`,
  },
  { rule: '0026_pg_graphql_anon_table_exposed', level: 'WARN', sql: graphqlFor('anon') },
  { rule: '0027_pg_graphql_authenticated_table_exposed', level: 'WARN', sql: graphqlFor('authenticated') },
  { rule: '0028_anon_security_definer_function_executable', level: 'WARN', sql: definersFor('anon') },
  { rule: '0029_authenticated_security_definer_function_executable', level: 'WARN', sql: definersFor('authenticated') },
]

type Query = (text: string) => Promise<{ rows: { found: string }[] }>

/** What each rule finds in a live database, as `rule: what`, sorted and each said once. */
export async function lintDatabase(query: Query, levels: Lint['level'][] = ['ERROR', 'WARN']) {
  const wanted = lints.filter(({ level }) => levels.includes(level))
  const found: string[] = []
  for (const { rule, sql } of wanted) {
    const { rows } = await query(sql)
    found.push(...rows.map((row) => `${rule}: ${row.found}`))
  }
  return [...new Set(found)].sort()
}
