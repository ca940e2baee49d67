import type pg from 'pg'

export type Query = <Row extends pg.QueryResultRow>(text: string) => Promise<pg.QueryResult<Row>>

/** What there is of one kind: its name, and what it is in the words of the specification. */
export type Named = Record<string, string>

const COLUMN_TYPE =
  "case when a.atttypid = 'numeric'::regtype then format_type(a.atttypid, a.atttypmod) else t.typname end"
const IN_PUBLIC = "relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"

/** One query for each kind. Each answers with `name` and `is`. */
const QUERIES = {
  enum: `
    select t.typname as name, string_agg(e.enumlabel, ', ' order by e.enumsortorder) as is
    from pg_type t join pg_enum e on e.enumtypid = t.oid
    where t.typnamespace = 'public'::regnamespace group by t.typname`,

  table: `
    select case when relnamespace = 'public'::regnamespace then '' else relnamespace::regnamespace || '/' end || relname as name,
      case when relkind in ('v', 'm', 'f') then 'a view' when relrowsecurity then 'under row level security' else 'open' end as is
    from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
      or oid in (to_regclass('storage.objects'), to_regclass('realtime.messages'))`,

  column: `
    select format('%s.%s', c.relname, a.attname) as name,
      ${COLUMN_TYPE} || case when a.attnotnull then '!' else '' end
      || case when exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indkey[0] = a.attnum)
           then ' key' else '' end
      || case when exists (select from pg_index i where i.indrelid = c.oid and i.indisunique and not i.indisprimary
           and i.indpred is null and i.indnkeyatts = 1 and i.indkey[0] = a.attnum) then ' unique' else '' end
      || coalesce(' = ' || pg_get_expr(d.adbin, d.adrelid), '')
      || coalesce((
           select string_agg(' -> ' || f.relname
               || case k.confdeltype when 'c' then ' cascade' when 'n' then ' set null' when 'd' then ' set default' else '' end
               || case when k.confupdtype in ('a', 'r') then '' else ' on update too' end
               || case when k.condeferrable then ' deferrable' else '' end
               || case when k.convalidated then '' else ' not validated' end, '')
           from pg_constraint k join pg_class f on f.oid = k.confrelid
           where k.conrelid = c.oid and k.contype = 'f' and k.conkey = array[a.attnum]), '') as is
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where ${IN_PUBLIC} order by c.relname, a.attnum`,

  check: `
    select format('%s: %s', c.relname, pg_get_expr(k.conbin, k.conrelid, true)) as name,
      case when k.convalidated then 'there' else 'not validated' end as is
    from pg_constraint k join pg_class c on c.oid = k.conrelid
    where k.contype = 'c' and k.connamespace = 'public'::regnamespace order by 1`,

  index: `
    select format('%s.%s', tablename, indexname) as name,
      case when indexdef like 'CREATE UNIQUE%' then 'unique ' else '' end
        || regexp_replace(indexdef, '^.* USING (btree )?', '') as is
    from pg_indexes where schemaname = 'public' order by 1`,

  policy: `
    select format('%s.%s', case schemaname when 'public' then '' else schemaname || '/' end || tablename, policyname) as name,
      lower(cmd) || ' to ' || array_to_string(roles, ', ') || case permissive when 'PERMISSIVE' then '' else ' restrictive' end
        || coalesce(': ' || nullif(concat_ws('; after: ', qual, case when with_check is distinct from qual then with_check end), ''), '') as is
    from pg_policies where schemaname in ('public', 'storage', 'realtime') order by 1`,

  trigger: `
    select format('%s.%s', c.relname, t.tgname) as name, (
      select concat_ws(' ', d[1] || ': ' || d[3], '(' || replace(nullif(d[4], ''), '''', '') || ')', 'when ' || d[2])
      from regexp_matches(pg_get_triggerdef(t.oid, true), '^CREATE (?:CONSTRAINT )?TRIGGER \\S+ (.*) ON \\S+ FOR EACH ROW '
        '(?:WHEN \\((.*)\\) )?EXECUTE FUNCTION (?:\\w+\\.)?(\\w+)\\((.*)\\)$') as d) as is
    from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'public'::regnamespace and not t.tgisinternal and t.tgenabled in ('O', 'A') order by 1`,

  function: `
    select p.proname as name, format('(%s) -> %s', pg_get_function_arguments(p.oid), format_type(p.prorettype, null))
      || case when p.prosecdef then ', as its owner' else '' end as is
    from pg_proc p where p.pronamespace = 'public'::regnamespace
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e') order by 1`,

  // What the service may do beside these four differs between versions of Postgres, and is of no matter.
  grant: `
    select format('%s%s to %s', case when c.relnamespace = 'public'::regnamespace then '' else c.relnamespace::regnamespace || '/' end,
      c.relname, r.rolname) as name, string_agg(case when has_table_privilege(r.rolname, c.oid, p) then p else p || ' of some columns' end,
      ', ' order by n) as is
    from pg_class c, (values ('anon'), ('authenticated'), ('service_role')) as r (rolname),
      unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) with ordinality as p (p, n)
    where c.relnamespace::regnamespace::text in ('public', 'private') and c.relkind in ('r', 'p', 'v', 'm', 'f')
      and (n <= 4 or r.rolname <> 'service_role')
      and (has_table_privilege(r.rolname, c.oid, p)
        or case when p in ('select', 'insert', 'update', 'references') then has_any_column_privilege(r.rolname, c.oid, p) end)
    group by 1 order by 1`,

  bucket: `
    select id as name, concat_ws(', ', case when public then 'public' else 'private' end, file_size_limit, allowed_mime_types::text) as is
    from storage.buckets order by 1`,

  'live table': `
    select t.tablename as name, 'published'
      || case when p.pubinsert and p.pubupdate and p.pubdelete then '' else ', not every change' end
      || case when t.rowfilter is null then '' else ', some rows' end
      || case when cardinality(t.attnames) = (
           select count(*) from pg_attribute a where a.attrelid = format('public.%I', t.tablename)::regclass and a.attnum > 0 and not a.attisdropped
         ) then '' else ', some columns' end as is
    from pg_publication_tables t join pg_publication p using (pubname)
    where t.pubname = 'supabase_realtime' and t.schemaname = 'public' order by 1`,

  // Row level security is nothing to a role that passes it, or that may become one that does.
  role: `
    select rolname as name, case when rolsuper or rolbypassrls or pg_has_role(rolname, 'service_role', 'member')
      then 'passes row level security' else 'kept by row level security' end as is
    from pg_roles where rolname in ('anon', 'authenticated')`,

  migration: `
    select version || '_' || name as name, 'applied' as is from supabase_migrations.schema_migrations`,
}

export type Kind = keyof typeof QUERIES
export const KINDS = Object.keys(QUERIES) as Kind[]

/** What a database has of a kind. A database that lacks even the schema for it (storage, migrations) has none. */
export async function read(kind: Kind, query: Query): Promise<Named> {
  try {
    const { rows } = await query<{ name: string; is: string }>(QUERIES[kind])
    return Object.fromEntries(rows.map(({ name, is }) => [plain(name), plain(is)]))
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === '42P01' || error.code === '42704')) return {}
    throw error
  }
}

/** As a person writes it: no casts, no `= ANY (ARRAY[…])`, no capitals outside of quotes. */
function plain(text: string) {
  return text
    .replaceAll('timestamp with time zone', 'timestamptz')
    .replace(/::"?\w+"?(\[\])?/g, '')
    .replace(/\(((?:-?\d+)|(?:'[^']*'))\)/g, '$1')
    .replace(/= ANY \(ARRAY\[([^\]]*)\]\)/g, 'in ($1)')
    .replace(/\( SELECT (\S+\(\S*\)) AS \w+\)/g, '(SELECT $1)')
    .replace(/\s+/g, ' ')
    .trim()
    .split(/('[^']*')/)
    .map((part) => (part.startsWith("'") ? part : part.toLowerCase()))
    .join('')
}
