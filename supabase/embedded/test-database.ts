import { randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { migrate } from './migrate.ts'
import { startPostgres } from './postgres.ts'
import { copyTestCluster, TEMPLATE } from './test-cluster.ts'

export type Role = 'anon' | 'authenticated' | 'service_role'

export type TestDatabase = AsyncDisposable & {
  databaseUrl: string
  /** Queries as the owner, past every policy. */
  sql: pg.Pool
  /** One query in a transaction of its own, with the rights of that signed-in person. */
  asBroker(clerk_user_id: string, text: string, params?: unknown[]): Promise<pg.QueryResult>
  /** The same for any role of the API, with any claims. */
  asRole(role: Role, claims: Record<string, unknown>, text: string, params?: unknown[]): Promise<pg.QueryResult>
  close(): Promise<void>
}

let cluster: ReturnType<typeof startCluster> | undefined

/** One server per process, with a migrated template. It ends with the process. */
async function startCluster() {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-test-'))
  const isMigrated = await copyTestCluster(folder)
  const postgres = await startPostgres({ folder, port: 0, durable: false, temporary: true })
  const admin = new pg.Pool({ connectionString: postgres.url(), max: 1, allowExitOnIdle: true })
  admin.on('error', () => undefined) // the server went away at the end of the process
  if (!isMigrated) {
    await admin.query(`create database ${TEMPLATE}`)
    await migrate(postgres.url(TEMPLATE))
  }
  return { postgres, admin }
}

/** An empty, migrated database of its own, in some 50 milliseconds after the first one. */
export async function startTestDatabase(): Promise<TestDatabase> {
  cluster ??= startCluster()
  const { postgres, admin } = await cluster
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await admin.query(`create database ${name} template ${TEMPLATE} strategy file_copy`)
  const databaseUrl = postgres.url(name)
  const sql = new pg.Pool({ connectionString: databaseUrl, max: 10, allowExitOnIdle: true })
  sql.on('error', () => undefined) // `close` drops the database under connections that are still saying goodbye

  const asRole: TestDatabase['asRole'] = async (role, claims, text, params = []) => {
    const client = await sql.connect()
    try {
      await client.query('begin')
      await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify({ ...claims, role })])
      await client.query(`set local role ${role}`)
      const result = await client.query(text, params)
      await client.query('commit')
      return result
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }
  const close = async () => {
    await sql.end()
    await admin.query(`drop database if exists ${name} with (force)`)
  }
  return {
    databaseUrl,
    sql,
    asRole,
    asBroker: (sub, text, params) => asRole('authenticated', { sub }, text, params),
    close,
    [Symbol.asyncDispose]: close,
  }
}
