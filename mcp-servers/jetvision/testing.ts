import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import pg from 'pg'
import { createSupabase } from '../../supabase/clients.ts'
import { startEmbeddedSupabase } from '../../supabase/embedded/stack.ts'
import { copyTestCluster } from '../../supabase/embedded/test-cluster.ts'
import type { Avinode } from '../../tools/avinode/avinode.ts'
import type { Broker, Log, ToolContext } from '../../tools/context.ts'
import { effectsOf } from '../../tools/scopes.ts'
import { createJetVisionMcpHandler } from './http.ts'

export const DANA: Broker = {
  iso_agent_id: 'a0000000-0000-4000-8000-000000000001',
  clerk_user_id: 'user_dana_example',
  role: 'iso_agent',
  full_name: 'Dana Whitfield',
  email: 'dana@example.com',
}
export const OMAR: Broker = {
  iso_agent_id: 'a0000000-0000-4000-8000-000000000002',
  clerk_user_id: 'user_omar_example',
  role: 'iso_agent',
  full_name: 'Omar Haddad',
  email: 'omar@example.com',
}

const BROKERS: Record<string, Broker> = { 'token-of-dana': DANA, 'token-of-omar': OMAR }

/** The endpoint on the real database, behind a door that knows two tokens, as the API's does. */
export async function startEndpoint() {
  const folder = await mkdtemp(join(tmpdir(), 'jetvision-mcp-'))
  await copyTestCluster(join(folder, 'postgres'))
  const errors: string[] = []
  const log: Log = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: (_fields, message) => void errors.push(message),
  }
  const stack = await startEmbeddedSupabase({
    dataDir: folder,
    apiPort: 0,
    postgresPort: 0,
    seed: true,
    log,
    durable: false,
  })
  const supabase = createSupabase(stack)
  const sql = new pg.Pool({ connectionString: stack.databaseUrl, max: 2 })
  sql.on('error', () => undefined) // the server may end before the last connection has said goodbye

  const contextOf = (broker: Broker): ToolContext => ({
    broker,
    db: supabase.forBroker(broker.clerk_user_id),
    avinode: {} as Avinode, // no tool in these tests reaches the marketplace
    mail: { deduplicates: true, send: async () => {} },
    origin: { kind: 'mcp', turn_id: null, conversation_id: null },
    newId: () => randomUUID(),
    publicUrl: 'http://127.0.0.1:3000',
    now: () => new Date(),
    signal: AbortSignal.timeout(30_000),
    log,
  })
  const mcp = createJetVisionMcpHandler()
  const app = new Hono()
    .post('/api/dev/token', async (c) => {
      const { email } = await c.req.json()
      const found = Object.entries(BROKERS).find(([, broker]) => broker.email === email)
      return found ? c.json({ token: found[0] }) : c.json({}, 404)
    })
    .all('/mcp', async (c) => {
      // "token-of-dana jetvision:read": as if the token carried the scope.
      const [token = '', ...granted] = c.req.header('authorization')?.replace('Bearer ', '').split(' ') ?? []
      const broker = BROKERS[token]
      return broker ? mcp(c.req.raw, contextOf(broker), effectsOf(granted)) : c.body(null, 401)
    })
  let server: ServerType | undefined
  const url = await new Promise<string>((resolve) => {
    server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve(`http://127.0.0.1:${port}`),
    )
  })
  return {
    url,
    errors,
    contextOf,
    query: async (text: string, params: unknown[] = []): Promise<Record<string, unknown>[]> =>
      (await sql.query(text, params)).rows,
    async close() {
      await new Promise((closed) => {
        if (!server) return closed(undefined)
        server.close(closed)
        if ('closeAllConnections' in server) server.closeAllConnections()
      })
      await sql.end()
      await stack.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
