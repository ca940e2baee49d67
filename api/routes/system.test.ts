import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../../supabase/embedded/test-database.ts'
import { createReadiness } from '../readiness.ts'
import { caller, DANA, startTestApi, type TestApi } from '../testing.ts'

let api: TestApi
let webDir: string
const account = { id: DANA.id, email: DANA.email, full_name: 'Dana Whitfield', role: 'iso_agent' }

beforeAll(async () => {
  webDir = await mkdtemp(join(tmpdir(), 'jetvision-page-'))
  await mkdir(join(webDir, 'assets'))
  await writeFile(join(webDir, 'index.html'), '<!doctype html><title>JetVision</title>')
  await writeFile(join(webDir, 'assets', 'index-abc.js'), 'export {}')
  await writeFile(join(webDir, '.env'), 'SECRET=1')
  api = await startTestApi({
    webDir,
    local: {
      accounts: async () => [account],
      issueToken: async (email) => (email === DANA.email ? { token: 'token', iso_agent: account } : undefined),
      links: { marketplace_url: null, mailbox_url: null, simulated: [] },
    },
    mcp: async (request, context, allow) =>
      Response.json({ method: request.method, broker: context.broker.email, kind: context.origin.kind, allow }),
  })
})
afterAll(async () => {
  await api.close()
  await rm(webDir, { recursive: true, force: true })
})

describe('the probes', () => {
  it('say that it lives and that it can work', async () => {
    expect(await api.anonymous.get('/healthz')).toMatchObject({ status: 200, body: { status: 'ok' } })
    expect(await api.anonymous.get('/readyz')).toMatchObject({
      status: 200,
      body: { status: 'ready', checks: { database: { ok: true } } },
    })
  })

  it('count by route, never by path or secret', async () => {
    const id = crypto.randomUUID()
    await api.as(DANA).get(`/api/requests/${id}`)
    await api.anonymous.get('/p/a-secret-that-opens-a-proposal')

    const { body } = await api.anonymous.get('/metrics')

    expect(body.text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/api/requests/:id",status="404"} 1',
    )
    expect(body.text).not.toContain(id)
    expect(body.text).not.toContain('a-secret')
  })
})

describe('readiness', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await startTestDatabase()
  })
  afterAll(() => database.close())

  const fine = async () => {}
  const ready = (parts: Partial<Parameters<typeof createReadiness>[0]> = {}) =>
    createReadiness({ pool: database.sql, queueReady: fine, apiReady: fine, timeout_ms: 1_000, ...parts })()

  it('needs database, API, queue and every migration', async () => {
    expect(Object.values(await ready()).map(({ ok }) => ok)).toEqual([true, true, true, true])
  })

  it('names what is missing', async () => {
    await database.sql.query(
      'delete from supabase_migrations.schema_migrations where version = (select max(version) from supabase_migrations.schema_migrations)',
    )

    const { migrations, queue } = await ready({ queueReady: () => Promise.reject(new Error('down')) })

    expect(migrations).toEqual({ ok: false, detail: '1 migrations are not applied' })
    expect(queue).toEqual({ ok: false, detail: 'does not answer' })
  })

  it('does not wait for a database that says nothing', async () => {
    const pool = new pg.Pool({ connectionString: 'postgresql://nobody@127.0.0.1:9/none', connectionTimeoutMillis: 500 })

    const { database, migrations } = await ready({ pool, queueReady: () => new Promise(() => {}), timeout_ms: 50 })
    await pool.end()

    expect([database?.ok, migrations?.ok]).toEqual([false, false])
  })
})

describe('the page', () => {
  it('is one document at each of its addresses', async () => {
    for (const path of ['/', '/deals', `/deals/${crypto.randomUUID()}`]) {
      const response = await api.app.request(path)
      expect(await response.text()).toContain('<title>JetVision</title>')
      expect(response.headers.get('cache-control')).toBe('no-cache')
      expect(response.headers.get('content-security-policy')).toContain("script-src 'self'")
    }
  })

  it('keeps its hashed files for ever, and answers a known one without sending it again', async () => {
    const response = await api.app.request('/assets/index-abc.js')
    const again = await api.app.request('/assets/index-abc.js', {
      headers: { 'if-none-match': response.headers.get('etag') ?? '' },
    })

    expect(response.headers.get('content-type')).toContain('text/javascript')
    expect(response.headers.get('cache-control')).toContain('immutable')
    expect(again.status).toBe(304)
  })

  it.each([
    '/.env',
    '/assets/../.env',
    '/assets/%2e%2e/.env',
    '/assets/..%2f.env',
    '/assets/nothing.js',
    '/index.html',
  ])('gives nothing else away at %s', async (path) => {
    const response = await api.app.request(path)

    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('SECRET')
  })
})

describe('local mode', () => {
  it('lets one sign in as a seeded agent', async () => {
    expect((await api.anonymous.get('/api/dev/accounts')).body.data).toEqual([account])
    expect((await api.anonymous.post('/api/dev/token', { email: DANA.email })).body).toEqual({
      token: 'token',
      iso_agent: account,
    })
    expect((await api.anonymous.post('/api/dev/token', { email: 'nobody@example.com' })).status).toBe(404)
  })
})

describe('the MCP server', () => {
  it('gets the call with the identity of its sender', async () => {
    expect((await api.as(DANA).post('/mcp', { jsonrpc: '2.0' })).body).toEqual({
      method: 'POST',
      broker: DANA.email,
      kind: 'mcp',
      allow: null,
    })
  })

  it('gets what a token is restricted to, and such a token opens nothing else: no program approves in its person’s place', async () => {
    const scoped = (scope: unknown) => caller(api.app, () => api.signer.sign({ sub: DANA.sub, scope }))
    const reader = scoped('openid jetvision:read')

    expect((await reader.post('/mcp', {})).body).toMatchObject({ broker: DANA.email, allow: ['read'] })
    expect((await scoped('jetvision:everything').post('/mcp', {})).body).toMatchObject({ allow: [] })
    for (const scope of ['jetvision:read', 'jetvision:write', 'jetvision:everything'])
      for (const path of ['/api/me', '/api/approvals', '/api/events'])
        expect(await scoped(scope).get(path)).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } })
    expect((await reader.post(`/api/approvals/${DANA.id}`, { decision: 'approve' })).status).toBe(403)
    // The issuer's own scopes say nothing about us.
    expect((await scoped('openid profile').get('/api/me')).status).toBe(200)
    expect((await scoped(['jetvision:read']).get('/api/me')).status).toBe(401)
  })

  it('tells a client without a token where to get one', async () => {
    const { status, headers } = await api.anonymous.post('/mcp', {})
    const metadata = /resource_metadata="([^"]+)"/.exec(headers.get('www-authenticate') ?? '')?.[1] ?? ''

    expect(status).toBe(401)
    expect((await api.anonymous.get(new URL(metadata).pathname)).body).toMatchObject({
      resource: 'https://jetvision.example.com/mcp',
      scopes_supported: ['jetvision:read', 'jetvision:write'],
    })
  })
})
