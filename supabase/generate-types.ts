import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { startTestDatabase } from './embedded/test-database.ts'

const FILE = join(import.meta.dirname, 'database.types.ts')

type Column = { name: string; type: string; is_nullable: boolean; has_default: boolean; is_generated: boolean }
type Relationship = { name: string; columns: string[]; is_one_to_one: boolean; table: string; references: string[] }
type Table = { name: string; columns: Column[]; relationships: Relationship[] }
type Routine = {
  name: string
  args: { name: string; type: string; has_default: boolean }[]
  returns: string
  is_set: boolean
  is_strict: boolean
}
type Enum = { name: string; values: string[] }
type Schema = { tables: Table[]; routines: Routine[]; enums: Enum[] }

const TABLES = `
  select c.relname as name,
    (select json_agg(json_build_object(
       'name', a.attname, 'type', t.typname, 'is_nullable', not a.attnotnull,
       'has_default', a.atthasdef or a.attidentity <> '', 'is_generated', a.attgenerated <> ''
     ) order by a.attname)
     from pg_attribute a join pg_type t on t.oid = a.atttypid
     where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    coalesce((select json_agg(json_build_object(
       'name', k.conname,
       'columns', (select json_agg(a.attname order by i.n) from unnest(k.conkey) with ordinality i(key, n)
         join pg_attribute a on a.attrelid = k.conrelid and a.attnum = i.key),
       'is_one_to_one', exists (select from pg_constraint u
         where u.conrelid = k.conrelid and u.contype in ('p', 'u') and u.conkey @> k.conkey and u.conkey <@ k.conkey),
       'table', f.relname,
       'references', (select json_agg(a.attname order by i.n) from unnest(k.confkey) with ordinality i(key, n)
         join pg_attribute a on a.attrelid = k.confrelid and a.attnum = i.key)
     ) order by k.conname)
     from pg_constraint k join pg_class f on f.oid = k.confrelid
     where k.conrelid = c.oid and k.contype = 'f'), '[]') as relationships
  from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
  order by c.relname`

const ROUTINES = `
  select p.proname as name, p.proretset as is_set, p.proisstrict as is_strict, r.typname as returns,
    coalesce((select json_agg(json_build_object(
       'name', coalesce(p.proargnames[a.n], ''), 'type', t.typname,
       'has_default', a.n > p.pronargs - p.pronargdefaults
     ) order by p.proargnames[a.n])
     from unnest(p.proargtypes) with ordinality a(oid, n) join pg_type t on t.oid = a.oid), '[]') as args
  from pg_proc p join pg_type r on r.oid = p.prorettype
  where p.pronamespace = 'public'::regnamespace and p.prokind = 'f' and r.typname <> 'trigger'
  order by p.proname, p.oid`

const ENUMS = `
  select t.typname as name, json_agg(e.enumlabel order by e.enumsortorder) as values
  from pg_type t join pg_enum e on e.enumtypid = t.oid
  where t.typnamespace = 'public'::regnamespace
  group by t.typname order by t.typname`

/**
 * What the API shows of a migrated database, as TypeScript in the form of `supabase gen types`. More exact than that in
 * two places: money may be written as a decimal string, and an argument of a function may be null unless it is strict.
 */
export async function generateTypes(databaseUrl: string): Promise<string> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const [tables, routines, enums] = [
      await client.query<Table>(TABLES),
      await client.query<Routine>(ROUTINES),
      await client.query<Enum>(ENUMS),
    ]
    return render({ tables: tables.rows, routines: routines.rows, enums: enums.rows })
  } finally {
    await client.end()
  }
}

const NUMBERS = new Set(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric'])
const STRINGS = new Set([
  'text',
  'varchar',
  'bpchar',
  'char',
  'name',
  'uuid',
  'date',
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'interval',
  'bytea',
  'citext',
])

function typescript(type: string, schema: Schema): string {
  if (type.startsWith('_')) return `${typescript(type.slice(1), schema)}[]`
  if (NUMBERS.has(type)) return 'number'
  if (STRINGS.has(type)) return 'string'
  if (type === 'bool') return 'boolean'
  if (type === 'json' || type === 'jsonb') return 'Json'
  if (type === 'void') return 'undefined'
  if (schema.enums.some(({ name }) => name === type)) return `Database["public"]["Enums"]["${type}"]`
  if (schema.tables.some(({ name }) => name === type)) return `Database["public"]["Tables"]["${type}"]["Row"]`
  return 'unknown'
}

function tableType({ name, columns, relationships }: Table, schema: Schema) {
  const read = ({ type, is_nullable }: Column) => typescript(type, schema) + (is_nullable ? ' | null' : '')
  const written = (column: Column) => {
    if (column.is_generated) return 'never'
    return column.type === 'numeric' ? `string | ${read(column)}` : read(column)
  }
  const isOptional = (column: Column) => column.has_default || column.is_nullable || column.is_generated
  const row = columns.map((column) => `          ${column.name}: ${read(column)}`)
  const insert = columns.map((column) => `          ${column.name}${isOptional(column) ? '?' : ''}: ${written(column)}`)
  const update = columns.map((column) => `          ${column.name}?: ${written(column)}`)
  const links = relationships.map(
    (link) => `          {
            foreignKeyName: "${link.name}"
            columns: ${JSON.stringify(link.columns)}
            isOneToOne: ${link.is_one_to_one}
            referencedRelation: "${link.table}"
            referencedColumns: ${JSON.stringify(link.references)}
          },`,
  )
  const related = links.length > 0 ? `[\n${links.join('\n')}\n        ]` : '[]'
  return `      ${name}: {
        Row: {\n${row.join('\n')}\n        }
        Insert: {\n${insert.join('\n')}\n        }
        Update: {\n${update.join('\n')}\n        }
        Relationships: ${related}
      }`
}

function routineType(overloads: Routine[], schema: Schema) {
  const [first] = overloads
  const variants = overloads.map(({ args, returns, is_set, is_strict }) => {
    const fields = args.map(
      ({ name, type, has_default }) =>
        `${name}${has_default ? '?' : ''}: ${typescript(type, schema)}${is_strict ? '' : ' | null'}`,
    )
    const shape = fields.length > 0 ? `{ ${fields.join('; ')} }` : 'never'
    return `{ Args: ${shape}; Returns: ${typescript(returns, schema)}${is_set ? '[]' : ''} }`
  })
  return `      ${first?.name}: ${variants.join(' | ')}`
}

function render(schema: Schema) {
  const routines = Object.values(Object.groupBy(schema.routines, ({ name }) => name)).map((overloads = []) =>
    routineType(overloads, schema),
  )
  const enums = schema.enums.map(
    ({ name, values }) => `      ${name}: ${values.map((value) => `"${value}"`).join(' | ')}`,
  )
  const constants = schema.enums.map(({ name, values }) => `      ${name}: ${JSON.stringify(values)},`)
  return `// Written by npm run db:types from the migrated database: do not edit.
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  __InternalSupabase: {
    PostgrestVersion: "13.0.5"
  }
  public: {
    Tables: {
${schema.tables.map((table) => tableType(table, schema)).join('\n')}
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
${routines.join('\n')}
    }
    Enums: {
${enums.join('\n')}
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}

type PublicSchema = Database["public"]

export type Tables<Name extends keyof PublicSchema["Tables"]> = PublicSchema["Tables"][Name]["Row"]
export type TablesInsert<Name extends keyof PublicSchema["Tables"]> = PublicSchema["Tables"][Name]["Insert"]
export type TablesUpdate<Name extends keyof PublicSchema["Tables"]> = PublicSchema["Tables"][Name]["Update"]
export type Enums<Name extends keyof PublicSchema["Enums"]> = PublicSchema["Enums"][Name]

export const Constants = {
  public: {
    Enums: {
${constants.join('\n')}
    },
  },
} as const
`
}

/** Writes the types file, or with `check` only says whether it is up to date. */
export async function writeTypes({ check, databaseUrl }: { check: boolean; databaseUrl: string | undefined }) {
  if (!databaseUrl) {
    await using database = await startTestDatabase()
    return await writeTypes({ check, databaseUrl: database.databaseUrl }) // awaited: then the database goes
  }
  const types = await generateTypes(databaseUrl)
  if (!check) await writeFile(FILE, types)
  return types === (await readFile(FILE, 'utf8'))
}

if (import.meta.main) {
  const check = process.argv.includes('--check')
  const isCurrent = await writeTypes({ check, databaseUrl: process.env.DATABASE_URL })
  console.log(
    isCurrent
      ? 'supabase/database.types.ts is up to date'
      : 'supabase/database.types.ts is out of date: npm run db:types',
  )
  process.exitCode = isCurrent ? 0 : 1
}
