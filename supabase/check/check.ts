import type pg from 'pg'
import { type Specification, specification } from './specification.ts'

type Query = <Row extends pg.QueryResultRow>(text: string) => Promise<pg.QueryResult<Row>>

export type Finding = { differences: string[]; counts: Record<string, number> }

/** Compares a live database with the specification, and says every difference in a sentence. */
export async function checkDatabase(query: Query, expected: Specification = specification): Promise<Finding> {
  const differences = [
    ...(await checkEnums(query, expected)),
    ...(await checkTables(query, expected)),
    ...(await checkFunctions(query, expected)),
    ...(await checkSecurity(query, expected)),
    ...(await checkMigrations(query, expected)),
  ]
  const counts = await count(query)
  for (const [what, least] of Object.entries(expected.minimum)) {
    const found = counts[what] ?? 0
    if (found < least) differences.push(`there are ${found} ${what}, at least ${least} are specified`)
  }
  return { differences, counts }
}

async function checkEnums(query: Query, { enums }: Specification) {
  const { rows } = await query<{ name: string; values: string[] }>(`
    select t.typname as name, json_agg(e.enumlabel order by e.enumsortorder) as values
    from pg_type t join pg_enum e on e.enumtypid = t.oid
    where t.typnamespace = 'public'::regnamespace group by t.typname`)
  const live = new Map(rows.map(({ name, values }) => [name, values.join(', ')]))
  return [
    ...missingAndExtra('enum', Object.keys(enums), [...live.keys()]),
    ...Object.entries(enums)
      .filter(([name, values]) => live.has(name) && live.get(name) !== values.join(', '))
      .map(([name, values]) => `enum ${name} is (${live.get(name)}), specified is (${values.join(', ')})`),
  ]
}

type LiveColumn = { table: string; column: string; type: string; is_key: boolean; is_unique: boolean; links: string[] }

async function checkTables(query: Query, { tables, additions }: Specification) {
  const { rows } = await query<LiveColumn>(`
    select c.relname as table, a.attname as column,
      case when a.atttypid = 'numeric'::regtype then format_type(a.atttypid, a.atttypmod) else t.typname end as type,
      exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and a.attnum = any (i.indkey)) as is_key,
      exists (select from pg_index i where i.indrelid = c.oid and i.indisunique and i.indpred is null
        and i.indnkeyatts = 1 and i.indkey[0] = a.attnum) as is_unique,
      coalesce((select json_agg(f.relname) from pg_constraint k join pg_class f on f.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and k.conkey = array[a.attnum]), '[]') as links
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')`)
  const live = Map.groupBy(rows, ({ table }) => table)
  return [
    ...missingAndExtra('table', [...Object.keys(tables), ...additions], [...live.keys()]),
    ...Object.entries(tables).flatMap(([table, columns]) => checkColumns(table, columns, live.get(table) ?? [])),
  ]
}

function checkColumns(table: string, columns: Record<string, string>, live: LiveColumn[]) {
  if (live.length === 0) return [] // said already: the whole table is missing
  const found = new Map(live.map((column) => [column.column, column]))
  const named = (names: string[]) => names.map((name) => `${table}.${name}`)
  const differences = missingAndExtra('column', named(Object.keys(columns)), named([...found.keys()]))
  for (const [name, specified] of Object.entries(columns)) {
    const column = found.get(name)
    if (!column) continue
    const [type, ...rest] = specified.split(' ')
    const target = specified.split('-> ')[1]
    if (column.type !== type) differences.push(`${table}.${name} is ${column.type}, specified is ${type}`)
    if (rest.includes('unique') && !column.is_unique) differences.push(`${table}.${name} is not unique`)
    if (target && !column.links.includes(target)) differences.push(`${table}.${name} does not refer to ${target}`)
    if (name === 'id' && !column.is_key) differences.push(`${table}.id is not the primary key`)
  }
  return differences
}

async function checkFunctions(query: Query, { functions }: Specification) {
  const { rows } = await query<{ name: string; returns: string; args: string[] | null; types: string[] }>(`
    select p.proname as name, r.typname as returns, p.proargnames as args,
      coalesce((select json_agg(t.typname order by a.n) from unnest(p.proargtypes) with ordinality a(oid, n)
        join pg_type t on t.oid = a.oid), '[]') as types
    from pg_proc p join pg_type r on r.oid = p.prorettype where p.pronamespace = 'public'::regnamespace`)
  const live = new Map(rows.map((row) => [row.name, row]))
  return Object.entries(functions).flatMap(([name, { args, returns }]) => {
    const found = live.get(name)
    if (!found) return [`function ${name} is missing`]
    const accepted = [...(found.args ?? []), ...found.types]
    return [
      ...(found.returns === returns ? [] : [`function ${name} returns ${found.returns}, specified is ${returns}`]),
      ...args.filter((arg) => !accepted.includes(arg)).map((arg) => `function ${name} takes no ${arg}`),
    ]
  })
}

async function checkSecurity(query: Query, { policies, buckets }: Specification) {
  const open = await query<{ name: string }>(`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relrowsecurity`)
  const live = await query<{ name: string; table: string }>(
    "select policyname as name, tablename as table from pg_policies where schemaname = 'public'",
  )
  const tableOf = new Map(live.rows.map(({ name, table }) => [name, table]))
  const definers = await query<{ name: string }>(`
    select n.nspname || '.' || p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('public', 'private') and p.prosecdef
      and not coalesce(array_to_string(p.proconfig, ',') like '%search_path=%', false)`)
  const everyone = await query<{ name: string }>(`
    select p.proname as name from pg_proc p
    where p.pronamespace = 'public'::regnamespace and has_function_privilege('anon', p.oid, 'execute')`)
  const granted = await query<{ name: string }>(`
    select distinct relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm')
      and has_table_privilege('anon', oid, 'select, insert, update, delete')`)
  const stores = await query<{ id: string; public: boolean }>('select id, public from storage.buckets')
  return [
    ...open.rows.map(({ name }) => `row level security is off on ${name}`),
    ...Object.entries(policies)
      .filter(([name, table]) => tableOf.get(name) !== table)
      .map(([name, table]) => `policy ${name} on ${table} is missing`),
    ...definers.rows.map(({ name }) => `function ${name} is a security definer without a fixed search_path`),
    ...everyone.rows.map(({ name }) => `function ${name} may be called by anyone`),
    ...granted.rows.map(({ name }) => `table ${name} grants something to anyone`),
    ...buckets
      .filter((bucket) => !stores.rows.some(({ id, public: isPublic }) => id === bucket && !isPublic))
      .map((bucket) => `private bucket ${bucket} is missing`),
  ]
}

async function checkMigrations(query: Query, { migrations }: Specification) {
  const { rows } = await query<{ migration: string }>(
    "select version || '_' || name as migration from supabase_migrations.schema_migrations",
  )
  const applied = rows.map(({ migration }) => migration)
  return migrations.filter((name) => !applied.includes(name)).map((name) => `migration ${name} was not applied`)
}

async function count(query: Query): Promise<Record<string, number>> {
  const { rows } = await query<Record<string, number>>(`
    select
      (select count(*)::int from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')) as tables,
      (select count(*)::int from pg_type where typnamespace = 'public'::regnamespace and typtype = 'e') as enums,
      (select count(*)::int from pg_indexes where schemaname = 'public') as indexes,
      (select count(*)::int from pg_policies where schemaname = 'public') as policies,
      (select count(*)::int from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where c.relnamespace = 'public'::regnamespace and not t.tgisinternal) as triggers,
      (select count(*)::int from pg_proc where pronamespace = 'public'::regnamespace) as functions`)
  return rows[0] ?? {}
}

function missingAndExtra(what: string, specified: string[], found: string[]) {
  return [
    ...specified.filter((name) => !found.includes(name)).map((name) => `${what} ${name} is missing`),
    ...found.filter((name) => !specified.includes(name)).map((name) => `${what} ${name} is not specified`),
  ]
}
