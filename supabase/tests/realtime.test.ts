import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type RealtimeChannel, type SupabaseClient } from '@supabase/supabase-js'
import { SignJWT } from 'jose'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createSupabase, type Supabase } from '../clients.ts'
import type { Database } from '../database.types.ts'
import { type EmbeddedSupabase, startEmbeddedSupabase } from '../embedded/stack.ts'

const DANA = { id: 'a0000000-0000-4000-8000-000000000001', sub: 'user_dana_example' }
const OMAR = { id: 'a0000000-0000-4000-8000-000000000002', sub: 'user_omar_example' }
const CLERK_TOKEN = 'a.clerk.token'
const log = { info: () => undefined, error: () => undefined }

let dataDir: string
let stack: EmbeddedSupabase
let sql: pg.Pool
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'jetvision-realtime-'))
  stack = await startEmbeddedSupabase({
    dataDir,
    apiPort: 0,
    postgresPort: 0,
    seed: true,
    log,
    durable: false,
    verifyExternalToken: async (jwt) => (jwt === CLERK_TOKEN ? { sub: OMAR.sub } : null),
  })
  sql = new pg.Pool({ connectionString: stack.databaseUrl, max: 4 })
  sql.on('error', () => undefined) // the server may end before the last connection has said goodbye
  sql.on('error', () => undefined) // the server stops while connections say goodbye
})
afterAll(async () => {
  await sql.end()
  await stack.close()
  await rm(dataDir, { recursive: true })
})

let supabase: Supabase
let conversationId: string
let opened: SupabaseClient<Database>[]
beforeEach(async () => {
  supabase = createSupabase({ ...stack, fetch }) // new clients, and so new sockets, for every test
  opened = []
  for (const { sub } of [DANA, OMAR]) await supabase.forBroker(sub).realtime.setAuth()
  conversationId = crypto.randomUUID()
  await supabase.forBroker(DANA.sub).rpc('start_conversation', { p_id: conversationId }).throwOnError()
})
afterEach(async () => {
  await Promise.all(opened.map((client) => client.removeAllChannels()))
})

function connect(sub: string) {
  const client = supabase.forBroker(sub)
  opened.push(client)
  return client
}

/** Resolves with the first status that a channel comes to. */
const subscribed = (channel: RealtimeChannel) =>
  new Promise<string>((done) => channel.subscribe((status) => done(status)))

/** Collects what a callback is called with, and waits for so many calls. */
function collect<T>() {
  const items: T[] = []
  const waiting: (() => void)[] = []
  return {
    items,
    add: (item: T) => {
      items.push(item)
      for (const wake of waiting.splice(0)) wake()
    },
    async until(count: number) {
      while (items.length < count) await new Promise<void>((wake) => waiting.push(wake))
      return items
    },
  }
}

type Seen = { eventType: string; table: string; new: Record<string, unknown>; old: Record<string, unknown> }

/** Follows changes of a table as that broker. */
async function follow(sub: string, table: string, filter?: string, event: '*' | 'INSERT' | 'UPDATE' | 'DELETE' = '*') {
  const seen = collect<Seen>()
  const options = { schema: 'public', table, ...(filter ? { filter } : {}) }
  const channel = connect(sub)
    .channel(`${table}-${crypto.randomUUID()}`)
    // The client's types name each event apart; here it is an argument.
    .on('postgres_changes', { event: event as '*', ...options }, (payload) => seen.add(payload as Seen))
  expect(await subscribed(channel)).toBe('SUBSCRIBED')
  return seen
}

const say = (content: string, conversation = conversationId) =>
  sql.query<{ id: string }>(
    `insert into messages (conversation_id, sender_type, sender_iso_agent_id, content)
     values ($1, 'iso_agent', $2, $3) returning id`,
    [conversation, DANA.id, content],
  )

describe('a channel of database changes', () => {
  it('runs the snippet of the specification as it is', async () => {
    const supabase = connect(DANA.sub)
    const log = collect<unknown[]>()
    const console = { log: (...words: unknown[]) => log.add(words) }

    const channel = supabase
      .channel(`conversation:${conversationId}`)
      .on(
        'postgres_changes',
        { event: 'INSERT', schema: 'public', table: 'messages', filter: `conversation_id=eq.${conversationId}` },
        (payload) => console.log('New message:', payload.new),
      )
    expect(await subscribed(channel)).toBe('SUBSCRIBED')
    const { data } = await supabase
      .from('messages')
      .insert({
        conversation_id: conversationId,
        sender_type: 'iso_agent',
        sender_iso_agent_id: DANA.id,
        sender_name: 'John Smith',
        content_type: 'text',
        content: 'Hello, I have a question about the quote.',
        attachments: [{ file_name: 'a.pdf' }],
        status: 'sent',
      })
      .select()
      .single()
      .throwOnError()

    expect(await log.until(1)).toEqual([['New message:', data]])
  })

  it('tells of inserts, updates and deletes in the order of their commits', async () => {
    const seen = await follow(DANA.sub, 'messages')
    const { rows } = await say('one')
    const id = rows[0]?.id
    await seen.until(1)
    await sql.query("update messages set content = 'two' where id = $1", [id])
    await seen.until(2) // what is deleted before anyone was asked about it can be shown to nobody
    await sql.query('delete from messages where id = $1', [id])

    const events = await seen.until(3)
    expect(events.map(({ eventType, new: { content }, old }) => [eventType, content, old])).toEqual([
      ['INSERT', 'one', {}],
      ['UPDATE', 'two', { id }],
      ['DELETE', undefined, { id }],
    ])
  })

  it('tells only of the asked event, table and rows', async () => {
    const other = crypto.randomUUID()
    await connect(DANA.sub).rpc('start_conversation', { p_id: other }).throwOnError()
    const updates = await follow(DANA.sub, 'messages', `conversation_id=eq.${conversationId}`, 'UPDATE')
    const { rows } = await say('mine')
    await say('elsewhere', other)
    await sql.query("update messages set content = content || '!' where conversation_id = any ($1)", [
      [other, conversationId],
    ])
    await sql.query("update conversations set subject = 'changed' where id = $1", [conversationId])
    await sql.query("update messages set content = 'last' where id = $1", [rows[0]?.id])

    const events = await updates.until(2)
    expect(events.map(({ table, new: row }) => [table, row.content])).toEqual([
      ['messages', 'mine!'],
      ['messages', 'last'],
    ])
  })

  it('shows each subscriber only what its own row level security shows', async () => {
    const [dana, omar, service] = [
      await follow(DANA.sub, 'messages'),
      await follow(OMAR.sub, 'messages'),
      collect<unknown>(),
    ]
    opened.push(supabase.service)
    const all = supabase.service
      .channel('all')
      .on('postgres_changes', { event: 'INSERT', schema: 'public', table: 'messages' }, ({ new: row }) =>
        service.add(row.content),
      )
    await subscribed(all)
    const theirs = crypto.randomUUID()
    await connect(OMAR.sub).rpc('start_conversation', { p_id: theirs }).throwOnError()

    await say('for Dana')
    await sql.query(
      `insert into messages (conversation_id, sender_type, content) values ($1, 'ai_assistant', 'for Omar')`,
      [theirs],
    )
    await say('for Dana again')

    expect((await dana.until(2)).map(({ new: row }) => row.content)).toEqual(['for Dana', 'for Dana again'])
    expect(await service.until(3)).toEqual(['for Dana', 'for Omar', 'for Dana again'])
    expect((await omar.until(1)).map(({ new: row }) => row.content)).toEqual(['for Omar'])
  })

  it('leaks nothing of a deleted row but its key', async () => {
    const frames = await rawSubscribe(await token(OMAR.sub), 'messages')
    const { rows } = await say('secret')
    await sql.query('delete from messages where id = $1', [rows[0]?.id])

    const frame = JSON.stringify(await frames.next('postgres_changes'))
    expect(frame).toContain(rows[0]?.id)
    expect(frame).not.toContain('secret')
    expect(frame).not.toContain(conversationId)
    expect(JSON.parse(frame)[4].data).toMatchObject({ type: 'DELETE', old_record: { id: rows[0]?.id } })
    frames.close()
  })

  it('is silent about whoever is deactivated while subscribed, and about rolled back changes', async () => {
    await sql.query(`insert into iso_agents (clerk_user_id, email, full_name) values ('user_leaver', 'leaver@test.example', 'Leaver')
      on conflict do nothing`)
    await sql.query(
      `insert into conversation_participants (conversation_id, iso_agent_id, role)
       select $1, id, 'iso_agent' from iso_agents where clerk_user_id = 'user_leaver'`,
      [conversationId],
    )
    await supabase.forBroker('user_leaver').realtime.setAuth()
    const [leaver, dana] = [await follow('user_leaver', 'messages'), await follow(DANA.sub, 'messages')]
    await say('before')
    await leaver.until(1)
    await sql.query("update iso_agents set is_active = false where clerk_user_id = 'user_leaver'")
    await sql.query('begin; select 1; rollback')
    await say('after')

    await dana.until(2)
    expect(leaver.items).toHaveLength(1)
  })

  it('carries types, long values that did not change, and a thousand rows of one transaction', async () => {
    const seen = await follow(DANA.sub, 'messages', `conversation_id=eq.${conversationId}`)
    const long = Array.from({ length: 4000 }, (_, n) => `${n}`.padStart(8, 'x')).join('')
    await sql.query(
      `insert into messages (conversation_id, sender_type, content, rich_content) values ($1, 'ai_assistant', $2, $3)`,
      [conversationId, long, { price: 1.5, list: ['a'] }],
    )
    await sql.query("update messages set status = 'read' where conversation_id = $1", [conversationId])
    await sql.query(
      `insert into messages (conversation_id, sender_type, content) select $1, 'system', n::text from generate_series(1, 1000) n`,
      [conversationId],
    )

    const [inserted, updated, ...rest] = await seen.until(1002)
    expect(inserted?.new).toMatchObject({ is_edited: false, reply_count: 0, rich_content: { price: 1.5, list: ['a'] } })
    expect(updated?.new).toMatchObject({ status: 'read', content: long })
    expect(rest.map(({ new: row }) => row.content)).toEqual(Array.from({ length: 1000 }, (_, n) => `${n + 1}`))
  })

  it('refuses what cannot be told', async () => {
    const errorOf = async (client: SupabaseClient<Database>, table: string, filter?: string) => {
      opened.push(client)
      const channel = client
        .channel(`refused-${crypto.randomUUID()}`)
        .on('postgres_changes', { event: '*', schema: 'public', table, ...(filter ? { filter } : {}) }, () => undefined)
      const error = await new Promise<Error | undefined>((done) => channel.subscribe((_status, error) => done(error)))
      await client.removeChannel(channel)
      return error?.message
    }
    const dana = connect(DANA.sub)

    expect(await errorOf(dana, 'avinode_webhook_events')).toMatch(/not in the publication/)
    expect(await errorOf(dana, 'messages', 'conversation_id=eq.nothing')).toMatch(/what is no uuid/)
    expect(await errorOf(dana, 'messages', 'nothing=eq.1')).toMatch(/not understood/)
    expect(await errorOf(supabase.anon, 'messages')).toMatch(/Unauthorized/)
  })

  it('serves two hundred subscribers', async () => {
    const clients = Array.from({ length: 200 }, () =>
      createClient<Database>(stack.url, stack.publishableKey, {
        auth: { persistSession: false, autoRefreshToken: false },
        realtime: { timeout: 60_000, heartbeatIntervalMs: 60_000 }, // all at once, and the machine may be busy
        accessToken: () => token(DANA.sub),
      }),
    )
    opened.push(...clients)
    await Promise.all(clients.map((client) => client.realtime.setAuth()))
    const heard = collect<unknown>()
    await Promise.all(
      clients.map(
        (client) =>
          new Promise<void>((done) =>
            client
              .channel(`conversation:${conversationId}`)
              .on(
                'postgres_changes',
                {
                  event: 'INSERT',
                  schema: 'public',
                  table: 'messages',
                  filter: `conversation_id=eq.${conversationId}`,
                },
                ({ new: row }) => heard.add(row.content),
              )
              .subscribe((status) => status === 'SUBSCRIBED' && done()),
          ),
      ),
    )
    await say('to all')

    expect(await heard.until(200)).toEqual(Array(200).fill('to all'))
  })
})

describe('a token', () => {
  it('that is no good opens no channel', async () => {
    for (const bad of [
      'nonsense',
      await token(DANA.sub, '-1 minute'),
      await token(DANA.sub, '1 minute', 'another secret'),
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(`{"sub":"${DANA.sub}","role":"authenticated","exp":9999999999}`).toString('base64url')}.`,
      stack.publishableKey,
    ]) {
      const socket = await rawSocket()
      socket.send('phx_join', 'realtime:x', { access_token: bad, ...watching('messages') })
      const [, , , , answer] = await socket.next('phx_reply')
      expect(answer, bad).toMatchObject({ status: 'error' })
      socket.close()
    }
  })

  it('without a valid API key opens no socket', async () => {
    const socket = new WebSocket(`${stack.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=wrong&vsn=2.0.0`)
    const [error] = await once(socket, 'error')

    expect(String(error)).toContain('401')
  })

  it('of the configured issuer counts as its subject', async () => {
    const frames = await rawSubscribe(CLERK_TOKEN, 'conversations')
    const theirs = crypto.randomUUID()
    await connect(OMAR.sub).rpc('start_conversation', { p_id: theirs }).throwOnError()

    expect((await frames.next('postgres_changes'))[4]).toMatchObject({ data: { record: { id: theirs } } })
    frames.close()
  })

  it('that expires ends the channel', async () => {
    const frames = await rawSubscribe(await token(DANA.sub, '4 seconds'), 'messages')

    expect((await frames.next('system', 2))[4]).toMatchObject({
      status: 'error',
      message: expect.stringMatching(/expired/),
    })
    await frames.next('phx_close')
    await say('too late')
    frames.send('heartbeat', 'phoenix', {})
    await frames.next('phx_reply', 2)
    expect(frames.all.filter(([, , , event]) => event === 'postgres_changes')).toEqual([])
    frames.close()
  })

  it('that is renewed in time keeps the channel, and one of somebody else changes what it shows', async () => {
    const frames = await rawSubscribe(await token(DANA.sub, '4 seconds'), 'messages')
    frames.send('access_token', 'realtime:x', { access_token: await token(DANA.sub, '1 hour') })
    frames.send('heartbeat', 'phoenix', {})
    await frames.next('phx_reply', 2)
    await sql.query('select pg_sleep(4.2)') // past the end of the first token
    await say('still there')
    expect((await frames.next('postgres_changes'))[4]).toMatchObject({ data: { record: { content: 'still there' } } })

    frames.send('access_token', 'realtime:x', { access_token: 'nonsense' })
    await frames.next('phx_close')
    frames.close()
  })
})

describe('broadcast and presence', () => {
  const room = (sub: string, isPrivate = true) =>
    connect(sub).channel(`conversation:${conversationId}`, { config: { private: isPrivate, broadcast: { ack: true } } })

  async function seat(sub: string) {
    await sql.query(
      `insert into conversation_participants (conversation_id, iso_agent_id, role)
       select $1, id, 'iso_agent' from iso_agents where clerk_user_id = $2`,
      [conversationId, sub],
    )
  }

  it('carry typing between the participants of a room', async () => {
    await seat(OMAR.sub)
    const heard = collect<unknown>()
    const omar = room(OMAR.sub).on('broadcast', { event: 'typing' }, ({ payload }) => heard.add(payload))
    const dana = room(DANA.sub)
    expect([await subscribed(omar), await subscribed(dana)]).toEqual(['SUBSCRIBED', 'SUBSCRIBED'])

    expect(await dana.send({ type: 'broadcast', event: 'typing', payload: { is_typing: true } })).toBe('ok')
    expect(await heard.until(1)).toEqual([{ is_typing: true }])
    expect(await dana.httpSend('typing', { is_typing: false })).toEqual({ success: true })
    expect(await heard.until(2)).toEqual([{ is_typing: true }, { is_typing: false }])
  })

  it('are closed to whoever takes no part: private channels at the door, public ones in silence', async () => {
    const heard = collect<unknown>()
    const spy = room(OMAR.sub, false).on('broadcast', { event: '*' }, ({ payload }) => heard.add(payload))
    expect(await subscribed(spy)).toBe('SUBSCRIBED')
    const dana = room(DANA.sub, false).on('broadcast', { event: '*' }, ({ payload }) => heard.add(payload))
    expect(await subscribed(dana)).toBe('SUBSCRIBED')

    expect(await spy.send({ type: 'broadcast', event: 'typing', payload: { forged: true } })).toBe('error')
    await expect(spy.httpSend('typing', { forged: true })).rejects.toThrow(/may not send/)
    expect(await dana.send({ type: 'broadcast', event: 'typing', payload: { is_typing: true } })).toBe('ok')
    await supabase.forBroker(OMAR.sub).removeChannel(spy)

    expect(await subscribed(room(OMAR.sub))).toBe('CHANNEL_ERROR')
    expect(heard.items).toEqual([])
  })

  it('are closed to whoever was deactivated, and to topics that are no room', async () => {
    await sql.query(
      `insert into iso_agents (clerk_user_id, email, full_name) values ('user_gone', 'gone@test.example', 'Gone')`,
    )
    await supabase.forBroker('user_gone').realtime.setAuth()
    await seat('user_gone')
    const before = room('user_gone')
    expect(await subscribed(before)).toBe('SUBSCRIBED')
    await supabase.forBroker('user_gone').removeChannel(before)
    await sql.query("update iso_agents set is_active = false where clerk_user_id = 'user_gone'")

    expect(await subscribed(room('user_gone'))).toBe('CHANNEL_ERROR')
    for (const topic of [
      'conversation:',
      `conversation:${conversationId}x`,
      `conversation:${conversationId}' or true`,
      '*',
    ]) {
      const forged = connect(DANA.sub).channel(topic, { config: { private: true } })
      expect(await subscribed(forged), topic).toBe('CHANNEL_ERROR')
    }
  })

  it('tell who is there, who comes and who goes', async () => {
    await seat(OMAR.sub)
    const changes = collect<string>()
    const present = (sub: string) =>
      connect(sub).channel(`conversation:${conversationId}`, {
        config: { private: true, presence: { key: sub } },
      })
    const dana = present(DANA.sub)
      .on('presence', { event: 'join' }, ({ key }) => changes.add(`${key} came`))
      .on('presence', { event: 'leave' }, ({ key }) => changes.add(`${key} went`))
    await subscribed(dana)
    await dana.track({ online: true })
    const omar = present(OMAR.sub).on('presence', { event: 'sync' }, () => undefined)
    await subscribed(omar)
    await omar.track({ online: true })
    await changes.until(2)
    expect(Object.keys(dana.presenceState()).sort()).toEqual([DANA.sub, OMAR.sub])
    await supabase.forBroker(OMAR.sub).removeChannel(omar)

    expect(await changes.until(3)).toEqual([`${DANA.sub} came`, `${OMAR.sub} came`, `${OMAR.sub} went`])
  })
})

describe('the server', () => {
  it('decodes nothing while nobody listens', async () => {
    await Promise.all(opened.map((client) => client.removeAllChannels()))
    const socket = await rawSocket()
    socket.send('heartbeat', 'phoenix', {})
    expect((await socket.next('phx_reply'))[4]).toMatchObject({ status: 'ok' })
    socket.close()

    const { rows } = await sql.query('select count(*)::int as slots from pg_replication_slots where not temporary')
    expect(rows).toEqual([{ slots: 0 }])
  })

  it('closes on what is no message', async () => {
    const socket = await rawSocket()
    socket.raw('[1]')

    expect(await socket.closed).toBe(1008)
  })

  it('ends while clients are connected, and does not wait for them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'jetvision-realtime-'))
    const second = await startEmbeddedSupabase({
      dataDir: folder,
      apiPort: 0,
      postgresPort: 0,
      seed: true,
      log,
      durable: false,
    })
    const dana = createSupabase({ ...second, fetch }).forBroker(DANA.sub)
    await dana.realtime.setAuth()
    const channel = dana
      .channel('messages')
      .on('postgres_changes', { event: '*', schema: 'public', table: 'messages' }, () => undefined)
    expect(await subscribed(channel)).toBe('SUBSCRIBED')
    await second.close()

    await dana.removeAllChannels()
    await rm(folder, { recursive: true })
  })

  it('has its subscribers join again when the stream of changes breaks', async () => {
    const frames = await rawSubscribe(await token(DANA.sub), 'messages')
    await sql.query("select pg_terminate_backend(pid) from pg_stat_activity where backend_type = 'walsender'")
    await frames.next('phx_error')

    frames.send('phx_join', 'realtime:x', { access_token: await token(DANA.sub), ...watching('messages') })
    await frames.next('system', 2)
    await say('again')
    expect((await frames.next('postgres_changes'))[4]).toMatchObject({ data: { record: { content: 'again' } } })
    frames.close()
  })
})

const token = (sub: string, expires = '5 minutes', secret = stack.jwtSecret) =>
  new SignJWT({ role: 'authenticated' })
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(sub)
    .setExpirationTime(expires)
    .sign(new TextEncoder().encode(secret))

const watching = (table: string) => ({ config: { postgres_changes: [{ event: '*', schema: 'public', table }] } })

type RawFrame = [string | null, string | null, string, string, Record<string, unknown>]

/** The protocol by hand, for what supabase-js does not let through. */
async function rawSocket() {
  const url = `${stack.url.replace('http', 'ws')}/realtime/v1/websocket?apikey=${stack.publishableKey}&vsn=2.0.0`
  const socket = new WebSocket(url)
  const frames = collect<RawFrame>()
  socket.on('message', (data) => frames.add(JSON.parse(String(data))))
  const closed = new Promise<number>((done) => socket.once('close', done))
  await once(socket, 'open')
  let ref = 0
  return {
    all: frames.items,
    closed,
    raw: (text: string) => socket.send(text),
    send(event: string, topic: string, payload: object) {
      ref += 1
      socket.send(JSON.stringify(['1', String(ref), topic, event, payload]))
    },
    /** The so-manieth frame with that event. */
    async next(event: string, which = 1): Promise<RawFrame> {
      for (let count = 1; ; count++) {
        const found = (await frames.until(count)).filter((frame) => frame[3] === event)[which - 1]
        if (found) return found
        count = frames.items.length
      }
    },
    close: () => socket.terminate(),
  }
}

async function rawSubscribe(access_token: string, table: string) {
  const socket = await rawSocket()
  socket.send('phx_join', 'realtime:x', { access_token, ...watching(table) })
  await socket.next('system')
  return socket
}
