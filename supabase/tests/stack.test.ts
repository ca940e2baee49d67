import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { SignJWT } from 'jose'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkDatabase } from '../check/check.ts'
import { createSupabase, type Supabase } from '../clients.ts'
import { type EmbeddedSupabase, startEmbeddedSupabase } from '../embedded/stack.ts'

const log = { info: () => undefined, error: () => undefined }
const DANA = { id: 'a0000000-0000-4000-8000-000000000001', sub: 'user_dana_example' }
const OMAR = { id: 'a0000000-0000-4000-8000-000000000002', sub: 'user_omar_example' }
const CLERK_TOKEN = 'a.clerk.token'

const start = (dataDir: string) =>
  startEmbeddedSupabase({
    dataDir,
    apiPort: 0,
    postgresPort: 0,
    seed: true,
    log,
    durable: false,
    verifyExternalToken: async (jwt) => (jwt === CLERK_TOKEN ? { sub: OMAR.sub } : null),
  })

let dataDir: string
let stack: EmbeddedSupabase
let supabase: Supabase
let room: string
let request: string
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'jetvision-stack-'))
  stack = await start(dataDir)
  supabase = createSupabase({ ...stack, fetch }) // over HTTP
  const { data } = await supabase
    .forBroker(DANA.sub)
    .from('requests')
    .insert({
      iso_agent_id: DANA.id,
      departure_airport: 'KTEB',
      arrival_airport: 'KVNY',
      departure_date: '2030-11-20',
      passengers: 8,
      budget: '120000.10',
    })
    .select()
    .single()
    .throwOnError()
  request = data.id
  const conversation = await supabase
    .forBroker(DANA.sub)
    .rpc('get_or_create_request_conversation', { request_id: request })
    .throwOnError()
  room = conversation.data
})
afterAll(async () => {
  await stack.close()
  await rm(dataDir, { recursive: true })
})

describe('the snippets of the specification', () => {
  it('send a text message as an ISO agent', async () => {
    const { data, error } = await supabase
      .forBroker(DANA.sub)
      .from('messages')
      .insert({
        conversation_id: room,
        sender_type: 'iso_agent',
        sender_iso_agent_id: DANA.id,
        sender_name: 'John Smith',
        content_type: 'text',
        content: 'Hello, I have a question about the quote.',
        status: 'sending',
      })
      .select()
      .single()

    expect(error).toBeNull()
    expect(data).toMatchObject({ content: 'Hello, I have a question about the quote.', status: 'sending' })
  })

  it('the assistant shares a quote', async () => {
    const rich_content = {
      quote_id: 'e0000000-0000-4000-8000-000000000001',
      operator_name: 'Elite Jets',
      aircraft_type: 'Gulfstream G650',
      total_price: 125000,
      valid_until: '2025-12-15T23:59:59Z',
    }
    const { data, error } = await supabase
      .forBroker(DANA.sub)
      .from('messages')
      .insert({
        conversation_id: room,
        sender_type: 'ai_assistant',
        content_type: 'quote_shared',
        status: 'sent',
        rich_content,
      })
      .select()
      .single()

    expect(error).toBeNull()
    expect(data?.rich_content).toEqual(rich_content)
  })

  it('the webhook worker stores, claims and completes an event', async () => {
    const quote_id = 'e0000000-0000-4000-8000-000000000004'
    const { data: event } = await supabase.service
      .from('avinode_webhook_events')
      .insert({
        event_type: 'quote_received',
        avinode_event_id: 'quotes:1',
        avinode_timestamp: '2026-11-20T10:00:00Z',
        avinode_quote_id: 'aquote-1',
        raw_payload: { id: 'aquote-1' },
        processing_status: 'pending',
        signature_verified: true,
      })
      .select()
      .single()
      .throwOnError()
    const claimed = await supabase.service.rpc('claim_webhook_event', { event_id: event.id }).throwOnError()
    const completed = await supabase.service
      .rpc('complete_webhook_event', { event_id: event.id, p_quote_id: quote_id, p_conversation_id: room })
      .throwOnError()

    expect(claimed.data).toMatchObject({ event_id: event.id, attempt: 1 })
    expect(completed.data).toBe(true)
    const { data } = await supabase.service.from('avinode_webhook_events').select().eq('id', event.id).single()
    expect(data).toMatchObject({ processing_status: 'completed', quote_id, conversation_id: room })
  })
})

describe('the API answers as Supabase does', () => {
  it('with the rights of whoever asks', async () => {
    const names = async (client: Supabase['service']) =>
      (await client.from('client_profiles').select('company_name').order('company_name')).data?.map(
        ({ company_name }) => company_name,
      )

    expect(await names(supabase.forBroker(DANA.sub))).toEqual(['Acme', 'Redwood'])
    expect(await names(supabase.forBroker(OMAR.sub))).toEqual(['Harbor Lights Media'])
    expect(await names(supabase.service)).toEqual(['Acme', 'Harbor Lights Media', 'Redwood'])
    expect(await supabase.anon.from('client_profiles').select()).toMatchObject({
      data: null,
      status: 401,
      error: { code: '42501' },
    })
  })

  it('and in this process as over HTTP', async () => {
    const { data } = await createSupabase({ ...stack, fetch: stack.fetch })
      .forBroker(OMAR.sub)
      .from('iso_agents')
      .select('id')

    expect(data).toEqual([{ id: OMAR.id }])
  })

  it('with all the rows that belong to one, also where an index lets only one of them be open', async () => {
    const dana = supabase.forBroker(DANA.sub)
    const { data: history } = await dana
      .from('requests')
      .select('workflow_states(current_state)')
      .eq('id', 'd0000000-0000-4000-8000-000000000001')
      .single()
      .throwOnError()
    const { data: seats } = await dana
      .from('conversations')
      .select('conversation_participants(role, iso_agents(full_name))')
      .eq('id', room)
      .single()
      .throwOnError()

    expect(history.workflow_states.length).toBeGreaterThan(0)
    expect(seats.conversation_participants.map(({ role }) => role).toSorted()).toEqual(['ai_assistant', 'iso_agent'])
  })

  it('with ISO timestamps, numbers, and money as text where it is asked for', async () => {
    const { data } = await supabase
      .forBroker(DANA.sub)
      .from('requests')
      .select('created_at, budget, exact:budget::text, client_profiles(company_name)')
      .eq('id', request)
      .single()
      .throwOnError()

    expect(data).toEqual({
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00$/),
      budget: 120000.1,
      exact: '120000.10',
      client_profiles: null,
    })
  })

  it('with the code, message and status of an error', async () => {
    const dana = supabase.forBroker(DANA.sub).from('requests')
    const wrong = {
      iso_agent_id: DANA.id,
      departure_airport: '?',
      arrival_airport: 'KVNY',
      departure_date: '2030-01-01',
      passengers: 1,
    }

    expect(await dana.insert(wrong)).toMatchObject({ status: 400, error: { code: '23514' } })
    expect(await dana.update({ status: 'completed' }).eq('id', request)).toMatchObject({
      status: 409,
      error: { code: 'PT409', message: 'A request that is draft cannot become completed' },
    })
    expect(await dana.insert({ ...wrong, departure_airport: 'KTEB', iso_agent_id: OMAR.id })).toMatchObject({
      status: 403,
      error: { code: '42501' },
    })
  })

  it('and leaves the rights as the migrations granted them', async () => {
    const pool = new pg.Pool({ connectionString: stack.databaseUrl, max: 1 })
    pool.on('error', () => undefined) // the server may end before the last connection has said goodbye
    const { differences } = await checkDatabase((text) => pool.query(text))
    await pool.end()

    expect(differences).toEqual([])
  })
})

describe('a bearer token', () => {
  const ask = async (bearer: string) => {
    const headers = { apikey: stack.publishableKey, authorization: `Bearer ${bearer}` }
    const response = await fetch(`${stack.url}/rest/v1/iso_agents?select=id`, { headers })
    return { status: response.status, body: await response.json() }
  }
  const sign = (claims: Record<string, unknown>, secret: string, expires = '1m') =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(expires)
      .sign(new TextEncoder().encode(secret))
  const unsigned = (claims: object) =>
    `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`

  it('of the configured issuer counts as its subject', async () => {
    expect(await ask(CLERK_TOKEN)).toEqual({ status: 200, body: [{ id: OMAR.id }] })
  })

  it('that is no good is refused, not taken for nobody', async () => {
    const claims = { sub: DANA.sub, role: 'authenticated' }
    for (const token of [
      'nonsense',
      unsigned(claims),
      unsigned({ role: 'service_role' }),
      await sign(claims, 'another secret'),
      await sign(claims, stack.jwtSecret, '-1m'),
    ]) {
      expect(await ask(token), token).toMatchObject({ status: 401 })
    }
  })
})

describe('storage', () => {
  const PDF = { contentType: 'application/pdf' }
  const files = (sub: string, bucket = 'proposal-documents') => supabase.forBroker(sub).storage.from(bucket)
  const path = (name: string) => `proposals/${request}/${name}`

  it("keeps a broker's document, signs it for others, and deletes it", async () => {
    const mine = files(DANA.sub)
    expect(await mine.upload(path('PROP-2030-001.pdf'), Buffer.from('one'), PDF)).toMatchObject({ error: null })
    expect(await mine.upload(path('PROP-2030-001.pdf'), Buffer.from('two'), PDF)).toMatchObject({ data: null })
    expect(await mine.upload(path('PROP-2030-001.pdf'), Buffer.from('three'), { ...PDF, upsert: true })).toMatchObject({
      error: null,
    })

    const { data } = await mine.download(path('PROP-2030-001.pdf'))
    expect([await data?.text(), data?.type]).toEqual(['three', 'application/pdf'])

    const signed = await mine.createSignedUrl(path('PROP-2030-001.pdf'), 60)
    expect(await (await fetch(signed.data?.signedUrl ?? '')).text()).toBe('three')
    const { data: both } = await mine.createSignedUrls([path('PROP-2030-001.pdf'), path('none.pdf')], 60)
    expect(both?.map(({ error }) => error)).toEqual([null, 'Object not found'])
    expect(await (await fetch(both?.[0]?.signedUrl ?? '')).text()).toBe('three')

    expect(await mine.remove([path('PROP-2030-001.pdf')])).toMatchObject({
      data: [{ name: path('PROP-2030-001.pdf') }],
    })
    expect(await mine.download(path('PROP-2030-001.pdf'))).toMatchObject({ data: null })
  })

  it('takes a Blob as well, and a name in any script', async () => {
    const mine = files(DANA.sub, 'message-attachments')
    const name = `conversations/${room}/${crypto.randomUUID()}/Reiseplan – Zürich 航班.txt`

    expect(await mine.upload(name, new Blob(['plan'], { type: 'text/plain' }))).toMatchObject({ error: null })
    expect(await (await mine.download(name)).data?.text()).toBe('plan')
  })

  it('never lets another broker list, read, sign, overwrite or delete it', async () => {
    await files(DANA.sub).upload(path('PROP-2030-002.pdf'), Buffer.from('secret'), PDF)
    const other = files(OMAR.sub)

    expect((await other.list(`proposals/${request}`)).data).toEqual([])
    expect((await other.download(path('PROP-2030-002.pdf'))).data).toBeNull()
    expect((await other.createSignedUrl(path('PROP-2030-002.pdf'), 60)).data).toBeNull()
    expect((await other.upload(path('PROP-2030-002.pdf'), Buffer.from('x'), { ...PDF, upsert: true })).data).toBeNull()
    expect((await other.upload(path('planted.pdf'), Buffer.from('x'), PDF)).data).toBeNull()
    expect((await other.remove([path('PROP-2030-002.pdf')])).data).toEqual([])
    expect((await supabase.anon.storage.from('proposal-documents').download(path('PROP-2030-002.pdf'))).data).toBeNull()
    expect(await (await files(DANA.sub).download(path('PROP-2030-002.pdf'))).data?.text()).toBe('secret')
  })

  it.each([
    (id: string) => `proposals/${id}/../d0000000-0000-4000-8000-000000000004/a.pdf`,
    (id: string) => `proposals/d0000000-0000-4000-8000-000000000004%2F..%2F${id}/a.pdf`,
    (id: string) => `proposals/${id.toUpperCase()}/a.pdf`,
    (id: string) => `elsewhere/${id}/a.pdf`,
    (id: string) => `proposals/${id}`,
    (id: string) => `proposals/${id}/deeper/a.pdf`,
  ])('refuses a path that is not exactly the place of a document: %s', async (pathOf) => {
    expect((await files(DANA.sub).upload(pathOf(request), Buffer.from('x'), PDF)).data).toBeNull()
  })

  it('opens a signed URL no longer than it says, and no other file with it', async () => {
    const mine = files(DANA.sub)
    await mine.upload(path('PROP-2030-003.pdf'), Buffer.from('three'), PDF)
    await mine.upload(path('PROP-2030-004.pdf'), Buffer.from('four'), PDF)
    const { data } = await mine.createSignedUrl(path('PROP-2030-003.pdf'), 1)
    const url = data?.signedUrl ?? ''
    expect((await fetch(url)).status).toBe(200)
    for (const other of [
      url.replace('PROP-2030-003.pdf', 'PROP-2030-004.pdf'),
      url.replace('PROP-2030-003.pdf', 'x/..%2FPROP-2030-004.pdf'),
      url.replace(/token=[^&]+/, 'token=nonsense'),
      url.replace(/token=[^&]+/, ''),
    ]) {
      expect([400, 401, 403, 404], other).toContain((await fetch(other)).status)
    }
    const pool = new pg.Pool({ connectionString: stack.databaseUrl, max: 1 })
    pool.on('error', () => undefined) // the server may end before the last connection has said goodbye
    await pool.query('select pg_sleep(1.5)') // past its end
    await pool.end()

    expect([400, 401, 403]).toContain((await fetch(url)).status)
  })

  it('refuses what is no PDF among the documents', async () => {
    const upload = files(DANA.sub).upload(path('page.html'), Buffer.from('<script>'), { contentType: 'text/html' })

    expect((await upload).data).toBeNull()
  })
})

describe('the stack', () => {
  it('keeps its data, its files and its keys over a restart', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jetvision-stack-'))
    const first = await start(folder)
    const dana = createSupabase(first).forBroker(DANA.sub)
    await dana.from('client_profiles').insert({ iso_agent_id: DANA.id, company_name: 'Kept' }).throwOnError()
    const draft = {
      iso_agent_id: DANA.id,
      departure_airport: 'KTEB',
      arrival_airport: 'KVNY',
      departure_date: '2030-01-01',
      passengers: 1,
    }
    const { data: kept } = await dana.from('requests').insert(draft).select('id').single().throwOnError()
    await dana.storage
      .from('proposal-documents')
      .upload(`proposals/${kept.id}/kept.pdf`, Buffer.from('kept'), { contentType: 'application/pdf' })
    await first.close()

    const second = await start(folder)
    const again = createSupabase(second).forBroker(DANA.sub)

    expect(second).toMatchObject({ secretKey: first.secretKey, jwtSecret: first.jwtSecret })
    expect((await again.from('client_profiles').select('id').eq('company_name', 'Kept')).data).toHaveLength(1)
    const file = await again.storage.from('proposal-documents').download(`proposals/${kept.id}/kept.pdf`)
    expect(await file.data?.text()).toBe('kept')
    await second.close()
    await rm(folder, { recursive: true })
  })

  it('says who is in the way when the folder is already in use', async () => {
    await expect(start(dataDir)).rejects.toThrow(/in use by another JetVision/)
  })

  it('starts again at once after it was killed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jetvision-stack-'))
    const program = `
      const { startEmbeddedSupabase } = await import(${JSON.stringify(join(import.meta.dirname, '../embedded/stack.ts'))})
      const log = { info: () => {}, error: () => {} }
      await startEmbeddedSupabase({ dataDir: ${JSON.stringify(folder)}, apiPort: 0, postgresPort: 0, seed: false, log })
      console.log('ready')`
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(createInterface(child.stdout), 'line')
    child.kill('SIGKILL')
    await once(child, 'exit')

    const again = await start(folder)

    expect((await createSupabase(again).service.from('iso_agents').select('id')).data).toHaveLength(4)
    await again.close()
    await rm(folder, { recursive: true })
  })
})
