import pg from 'pg'
import type { Identity } from './identity.ts'

export type Column = {
  name: string
  type: string
  /** The type with its modifier, as SQL writes it. */
  sql_type: string
  is_key: boolean
  readable_by: Identity['role'][]
}
export type PublishedTable = { schema: string; table: string; columns: Column[] }

export type Rights = { receive: boolean; send: boolean }
export type TopicRights = Record<'broadcast' | 'presence', Rights>

const TIMEOUT_MS = 10_000
const POOL = 4

/**
 * Asks the database who may know what, each time with the rights of the one concerned: row level security is applied by
 * Postgres itself and nowhere else.
 */
export function createGate(databaseUrl: string, publication: string) {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POOL,
    statement_timeout: TIMEOUT_MS,
    allowExitOnIdle: true,
    application_name: 'realtime',
  })
  pool.on('error', () => undefined) // an idle connection broke; the next query gets a new one

  /** What is published, with the columns that each role may read. */
  async function publishedTables(): Promise<Map<string, PublishedTable>> {
    const { rows } = await pool.query<PublishedTable>(PUBLISHED, [publication])
    return new Map(rows.map((row) => [`${row.schema}.${row.table}`, row]))
  }

  /** A value as Postgres prints it for that type. Fails where it is none. */
  async function canonical(sqlType: string, value: string): Promise<string> {
    const { rows } = await pool.query<{ value: string }>(`select format('%s', $1::text::${sqlType}) as value`, [value])
    return rows[0]?.value ?? ''
  }

  async function logPosition(): Promise<bigint> {
    const { rows } = await pool.query<{ position: string }>(
      "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::text as position",
    )
    return BigInt(rows[0]?.position ?? 0)
  }

  /** Which of these rows each of these people may see at this moment. */
  async function visibleRows({ schema, table, columns }: PublishedTable, ids: string[], readers: Identity[]) {
    const name = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`
    const key = columns.find(({ is_key }) => is_key)
    if (!key || ids.length === 0) return new Map<string, Set<string>>()
    const wanted = ids.map((id) => pg.escapeLiteral(id)).join(', ')
    const column = pg.escapeIdentifier(key.name)
    // Simple queries in one round trip, however many readers there are.
    const text = readers.map(
      (reader) => `${become(reader)}
        select ${column}::text as id from ${name} where ${column} = any (array[${wanted}]::${key.sql_type}[]);`,
    )
    const results: unknown = await inTransaction(text.join('\n'))
    const seen = Array.isArray(results) ? results.filter(isRowsOfIds) : []
    return new Map(readers.map(({ key }, index) => [key, new Set(seen[index]?.rows.map(({ id }) => id))]))
  }

  /** Values that a change does not carry because they did not change and are stored apart. */
  async function storedValues({ schema, table }: PublishedTable, key: string, id: string, columns: string[]) {
    const list = columns.map((column) => `${pg.escapeIdentifier(column)}::text`).join(', ')
    const { rows } = await pool.query<Record<string, string | null>>(
      `select ${list} from ${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}
       where ${pg.escapeIdentifier(key)}::text = $1`,
      [id],
    )
    return rows[0] ?? {}
  }

  /** What the policies on realtime.messages let this person do on a topic, found out by doing it and taking it back. */
  async function topicRights(identity: Identity, topic: string): Promise<TopicRights> {
    const client = await pool.connect()
    try {
      await client.query('begin')
      await client.query("select set_config('realtime.topic', $1, true)", [topic])
      await client.query(
        "insert into realtime.messages (topic, extension) values ($1, 'broadcast'), ($1, 'presence')",
        [topic],
      )
      await client.query(become(identity))
      const heard = await readable(client, topic)
      const broadcast = { receive: heard.has('broadcast'), send: await maySend(client, topic, 'broadcast') }
      const presence = { receive: heard.has('presence'), send: await maySend(client, topic, 'presence') }
      return { broadcast, presence }
    } finally {
      await client.query('rollback').catch(() => undefined) // the connection is gone, and the transaction with it
      client.release()
    }
  }

  async function inTransaction(statements: string) {
    const client = await pool.connect()
    try {
      return await client.query(`begin read only; ${statements} rollback;`)
    } catch (error) {
      await client.query('rollback').catch(() => undefined)
      throw error
    } finally {
      client.release()
    }
  }

  return { publishedTables, canonical, logPosition, visibleRows, storedValues, topicRights, close: () => pool.end() }
}

export type Gate = ReturnType<typeof createGate>

const become = ({ role, claims }: Identity) =>
  `set local role ${role}; set local "request.jwt.claims" to ${pg.escapeLiteral(JSON.stringify(claims))};`

async function readable(client: pg.PoolClient, topic: string) {
  return attempt(client, async () => {
    const { rows } = await client.query<{ extension: string }>(
      'select distinct extension from realtime.messages where topic = $1',
      [topic],
    )
    return new Set(rows.map(({ extension }) => extension))
  }).then((found) => found ?? new Set<string>())
}

async function maySend(client: pg.PoolClient, topic: string, extension: string) {
  const sent = attempt(client, () =>
    client.query('insert into realtime.messages (topic, extension) values ($1, $2)', [topic, extension]),
  )
  return (await sent) !== undefined
}

/** undefined where the rights are missing. */
async function attempt<T>(client: pg.PoolClient, work: () => Promise<T>): Promise<T | undefined> {
  await client.query('savepoint attempt')
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === '42501')) throw error
    await client.query('rollback to savepoint attempt')
    return undefined
  }
}

type Ids = { rows: { id: string }[] }

const isRowsOfIds = (result: unknown): result is Ids =>
  typeof result === 'object' && result !== null && 'command' in result && result.command === 'SELECT'

const PUBLISHED = `
  select p.schemaname as schema, p.tablename as table,
    json_agg(json_build_object(
      'name', a.attname, 'type', t.typname, 'sql_type', format_type(a.atttypid, a.atttypmod),
      'is_key', coalesce(a.attnum = any (i.indkey), false),
      'readable_by', array(
        select r.rolname from pg_roles r
        where r.rolname in ('anon', 'authenticated', 'service_role')
          and has_column_privilege(r.oid, a.attrelid, a.attnum, 'select'))
    ) order by a.attnum) as columns
  from pg_publication_tables p
  join pg_class c on c.oid = format('%I.%I', p.schemaname, p.tablename)::regclass
  join pg_attribute a on a.attrelid = c.oid and a.attname = any (p.attnames)
  join pg_type t on t.oid = a.atttypid
  left join pg_index i on i.indrelid = c.oid and i.indisprimary
  where p.pubname = $1
  group by p.schemaname, p.tablename`
