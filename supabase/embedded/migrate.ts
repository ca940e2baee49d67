import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'

const MIGRATIONS = join(import.meta.dirname, '../migrations')
const BOOTSTRAP = join(import.meta.dirname, 'bootstrap.sql')
const LOCK = 7_346_021 // any number, the same in every process that migrates

export type Migration = { version: string; name: string; path: string }

type Applied = { name: string | null; statements: string[] | null }

/** The migration files in the order in which they apply. */
export async function listMigrations(folder = MIGRATIONS): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort()
  return files.map((file) => {
    const [, version, name] = /^(\d+)_(.+)\.sql$/.exec(file) ?? []
    if (!version || !name) throw new Error(`${file} is not named like 001_what_it_does.sql`)
    return { version, name, path: join(folder, file) }
  })
}

/**
 * Brings a database up to date and answers with the versions that were new. Each migration is one transaction, recorded
 * in the Supabase CLI's own table. Two processes may call it at once: the second waits, then finds nothing to do.
 */
export async function migrate(databaseUrl: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK])
    if (!(await isSupabase(client))) await client.query(await readFile(BOOTSTRAP, 'utf8'))
    const applied = await appliedVersions(client)
    const all = await listMigrations()
    for (const migration of all) await refuseOther(migration, applied.get(migration.version))
    const pending = all.filter(({ version }) => !applied.has(version))
    for (const migration of pending) await apply(client, migration)
    if (pending.length > 0) await client.query("notify pgrst, 'reload schema'")
    return pending.map(({ version }) => version)
  } finally {
    await client.end() // also gives the lock back
  }
}

/** A database that earlier or other migration files made. */
export class OtherMigrationsError extends Error {}

/** A file that says something else than what was applied under its number would never be applied. */
async function refuseOther({ version, name, path }: Migration, known?: Applied) {
  const isRenamed = known?.name != null && known.name !== name
  // The CLI keeps a file's statements one by one. What we applied is kept whole, and can be compared.
  const whole = known?.statements?.length === 1 && known.statements[0]?.endsWith('\n') ? known.statements[0] : null
  if (!isRenamed && (whole === null || whole === (await readFile(path, 'utf8')))) return
  const difference = isRenamed
    ? `its ${version} is ${known.name}, ours is ${name}`
    : `its ${version}_${name} says something else`
  throw new OtherMigrationsError(
    `This database was made by other migrations: ${difference}. A local one is made anew: remove its folder.`,
  )
}

/** The migrations that a database still lacks. */
export async function pendingMigrations(query: (text: string) => Promise<{ rows: { version: string }[] }>) {
  const { rows } = await query('select version from supabase_migrations.schema_migrations')
  const applied = new Set(rows.map(({ version }) => version))
  return (await listMigrations()).filter(({ version }) => !applied.has(version))
}

/** Supabase brings roles, auth and storage along, owned by roles of its own. */
async function isSupabase(client: pg.Client) {
  const { rowCount } = await client.query("select from pg_roles where rolname = 'supabase_admin'")
  return rowCount === 1
}

async function appliedVersions(client: pg.Client) {
  await client.query('create schema if not exists supabase_migrations')
  await client.query(
    'create table if not exists supabase_migrations.schema_migrations (version text primary key, statements text[], name text)',
  )
  const { rows } = await client.query<Applied & { version: string }>(
    'select version, name, statements from supabase_migrations.schema_migrations',
  )
  return new Map<string, Applied>(rows.map(({ version, ...applied }) => [version, applied]))
}

async function apply(client: pg.Client, { version, name, path }: Migration) {
  const sql = await readFile(path, 'utf8')
  try {
    await client.query('begin')
    await client.query(sql)
    await client.query(
      'insert into supabase_migrations.schema_migrations (version, name, statements) values ($1, $2, $3)',
      [version, name, [sql]],
    )
    await client.query('commit')
  } catch (error) {
    await client.query('rollback')
    throw new Error(`Migration ${version}_${name} failed: ${explain(error, sql)}`, { cause: error })
  }
}

function explain(error: unknown, sql: string) {
  if (!(error instanceof pg.DatabaseError)) return String(error)
  const line = error.position ? ` (line ${sql.slice(0, Number(error.position)).split('\n').length})` : ''
  return [`${error.message}${line}`, error.detail, error.where].filter(Boolean).join('; ')
}
