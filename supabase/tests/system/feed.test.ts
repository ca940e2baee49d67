import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { notify, quoted, rfq, sent } from './avinode-world.ts'
import { type Agent, type Row, startWorld, type World } from './world.ts'

type Event = { position: number; type: string; conversation_id: string | null; request_id: string | null; payload: Row }

const feed = (agent: Agent, p_after = 0, p_conversation_id: string | null = null) =>
  agent.call<Event[]>('read_feed', { p_after, p_conversation_id, p_limit: 1000 })
const say = (agent: Agent, room: string, content: string) =>
  agent.call('start_turn', { p_conversation_id: room, p_message_id: randomUUID(), p_content: content })
const positions = (events: Event[]) => events.map(({ position }) => position)
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

describe("a broker's feed", () => {
  it('numbers what happens without gaps, also when many write at once and some give up', async () => {
    await using world = await startWorld()
    const rooms = await Promise.all(upTo(4).map(() => world.chat(world.dana)))

    await Promise.allSettled(
      rooms.flatMap((room) =>
        upTo(25).map((n) =>
          n % 5 === 0
            ? world.db.asBroker('user_dana', `select 1 / (0 * length(start_turn($1, $2, 'x')::text))`, [
                room,
                randomUUID(),
              ])
            : say(world.dana, room, `${n}`),
        ),
      ),
    )

    const events = await feed(world.dana)
    expect(positions(events)).toEqual(upTo(80))
    expect(Number(await world.dana.call('feed_position'))).toBe(80)
    expect(await world.sql('select * from private.feed_pending')).toEqual([])
  })

  it('never shows a number before a smaller one: whoever reads on misses nothing', async () => {
    await using world = await startWorld()
    const room = await world.chat(world.dana)
    const seen: number[] = []
    let writing = true

    const read = async () => seen.push(...positions(await feed(world.dana, seen.at(-1) ?? 0)))
    const reader = (async () => {
      while (writing) await read()
      await read()
    })()
    await Promise.all(upTo(40).map((n) => say(world.dana, room, `${n}`)))
    writing = false
    await reader

    expect(seen).toEqual(upTo(40))
  })

  it('does not make brokers wait for each other in a shared room', async () => {
    await using world = await startWorld()
    const rooms = [await world.chat(world.dana), await world.chat(world.omar)]
    await world.dana.call('invite_participant', {
      p_conversation_id: rooms[0],
      p_iso_agent_email: 'omar@jetvision.test',
      p_role: 'iso_agent',
    })
    await world.omar.call('invite_participant', {
      p_conversation_id: rooms[1],
      p_iso_agent_email: 'dana@jetvision.test',
      p_role: 'iso_agent',
    })

    await Promise.all(
      rooms.flatMap((room) => upTo(15).flatMap((n) => [say(world.dana, room, `${n}`), say(world.omar, room, `${n}`)])),
    )

    expect(positions(await feed(world.dana))).toEqual(upTo(60))
    expect(positions(await feed(world.omar))).toEqual(upTo(60))
  })

  it('tells each broker only what is theirs, and of one conversation where one is named', async () => {
    await using world = await startWorld()
    const [mine, other, foreign] = [
      await world.chat(world.dana),
      await world.chat(world.dana),
      await world.chat(world.omar),
    ]
    await say(world.dana, mine, 'one')
    await say(world.dana, other, 'two')
    await say(world.omar, foreign, 'three')

    const contents = async (room: string | null) =>
      (await feed(world.dana, 0, room)).map(({ payload }) => payload.content)
    expect(await contents(null)).toEqual(['one', 'two'])
    expect(await contents(other)).toEqual(['two'])
    await expect(contents(foreign)).rejects.toMatchObject({ code: 'PT404' })
  })

  it('carries a deal as it goes: rows with their money as text, one event for each row and change', async () => {
    await using world = await startWorld()
    const { id, room, client_id } = await world.request(world.dana)
    const start = await world.dana.call<number>('feed_position')
    await notify(world, sent(rfq(1)))
    const { quote_id, conversation_id } = await notify(
      world,
      quoted(1, 'aquote-1', '112000.00', { at: 10, of: rfq(1) }),
    )
    const p_id = randomUUID()
    await world.dana.call('file_approval', {
      p_id,
      p_action: 'accept_quote',
      p_payload: { quote_id },
      p_sha256: 'a'.repeat(64),
      p_request_id: id,
      p_conversation_id: room,
      p_turn_id: null,
      p_tool_call_id: null,
      p_expires_at: null,
    })
    await world.dana.call('decide_approval', { p_id, p_decision: 'reject' })
    await world.dana.call('mark_read', { p_conversation_id: conversation_id })

    const events = await feed(world.dana, start)

    expect(events.map(({ type }) => type)).toEqual([
      'request.updated',
      'quote.created',
      'message.created',
      'request.updated',
      'approval.requested',
      'message.created',
      'approval.resolved',
      'read',
    ])
    expect(events).toMatchObject([
      {
        request_id: id,
        payload: {
          status: 'monitoring_for_quotes',
          budget: '120000.00',
          client: { id: client_id, company_name: 'Acme Secret' },
          segments: [{ departure_airport: 'KTEB', arrival_airport: 'KLAX', departure_time: null, passengers: 8 }],
        },
      },
      { request_id: id, payload: { id: quote_id, total_price: '112000.00', base_price: '112000.00' } },
      { request_id: id, conversation_id, payload: { content_type: 'quote_shared' } },
      { request_id: id, payload: { status: 'awaiting_quotes' } },
      { request_id: id, payload: { id: p_id, status: 'pending' } },
      { conversation_id: room },
      { payload: { id: p_id, status: 'rejected' } },
      { conversation_id, payload: { iso_agent_id: world.dana.id, unread_count: 0 } },
    ])
  })

  it('tells how a proposal fares with the client, and not the link that the client has', async () => {
    await using world = await startWorld()
    const { id } = await world.request(world.dana)
    const proposal = await world.one<{ id: string }>(
      `insert into proposals (request_id, iso_agent_id, status, total_amount, margin_applied, final_amount, email_body)
       values ($1, $2, 'sent', 112000, 16800, 128800, 'https://desk.example/p/secret') returning id`,
      [id, world.dana.id],
    )
    const p_token_hash = 'b'.repeat(64)
    await world.dana.call('create_proposal_link', {
      p_proposal_id: proposal.id,
      p_token_hash,
      p_expires_at: new Date(Date.now() + 60_000).toISOString(),
    })
    const start = await world.dana.call<number>('feed_position')
    for (const p_event of ['peek', 'view', 'view', 'download'])
      await world.work('open_proposal_link', { p_token_hash, p_event })

    const events = await feed(world.dana, start)
    expect(events.map(({ type, request_id }) => [type, request_id])).toEqual([
      ['proposal.updated', id],
      ['proposal.updated', id],
      ['proposal.updated', id],
    ])
    expect(events.at(-1)).toMatchObject({
      payload: { id: proposal.id, status: 'viewed', view_count: 2, download_count: 1, final_amount: '128800.00' },
    })
    expect(JSON.stringify(events)).not.toContain('secret')
    expect(await feed(world.omar)).toEqual([])
  })

  it('does not repeat what a sender deleted', async () => {
    await using world = await startWorld()
    const room = await world.chat(world.dana)
    const id = randomUUID()
    await world.dana.call('start_turn', { p_conversation_id: room, p_message_id: id, p_content: 'secret' })

    await world.dana.call('delete_message', { p_message_id: id })

    const last = (await feed(world.dana)).at(-1)
    expect(last).toMatchObject({ type: 'message.updated', payload: { id, content: null } })
  })

  it('wakes whoever listens, once the change can be read', async () => {
    await using world = await startWorld()
    const room = await world.chat(world.dana)
    const listening = await listen(world, 'jetvision_feed')

    await say(world.dana, room, 'Hello')

    expect(JSON.parse(await listening.next())).toEqual({ iso_agent_id: world.dana.id, position: 1 })
    await listening.close()
  })
})

async function listen({ db }: World, channel: string) {
  const client = new pg.Client({ connectionString: db.databaseUrl })
  await client.connect()
  const heard = new Promise<string>((resolve) => client.on('notification', ({ payload }) => resolve(String(payload))))
  await client.query(`listen ${channel}`)
  return { next: () => heard, close: () => client.end() }
}
