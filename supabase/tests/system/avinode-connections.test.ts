import { describe, expect, it } from 'vitest'
import { rfq, sent } from './avinode-world.ts'
import { startWorld, type World } from './world.ts'

type Stored = { event_id: string; is_new: boolean }
type Lease = { claim_token: string; connection: string } | null

const row = (payload: Record<string, string>, connection?: string) => ({
  p_source: 'trip-mine',
  p_payload: payload,
  p_headers: {},
  p_source_ip: '127.0.0.1',
  p_user_agent: 'Avinode',
  p_connection: connection,
})
const store = (world: World, payload: Record<string, string>, connection?: string) =>
  world.work<Stored>('store_webhook_event', row(payload, connection))
const claim = (world: World, event_id: string) => world.work<Lease>('claim_webhook_event', { event_id })
const message = { type: 'tripmsgs', id: 'asellermsg-1' }
const change = { type: 'rfqs', id: 'arfq-1' }

describe('notifications of two Avinode connections', () => {
  it('are work of their own, although they name the same resource', async () => {
    await using world = await startWorld()

    const stored = [
      await store(world, message),
      await store(world, message, 'second-desk'),
      await store(world, message, 'default'),
      await store(world, change),
      await store(world, change, 'second-desk'),
    ]
    const leases: Lease[] = []
    for (const { event_id } of stored) leases.push(await claim(world, event_id))

    expect(stored.map(({ is_new }) => is_new)).toEqual([true, true, false, true, true])
    expect(leases.map((lease) => lease?.connection)).toEqual([
      'default',
      'second-desk',
      undefined, // claimed already
      'default',
      'second-desk',
    ])
  })

  it("change only requests of their own company's brokers", async () => {
    await using world = await startWorld()
    const danas = await world.request(world.dana)
    const omars = await world.request(world.omar, { trip: 'atrip-2', display: 'Q2W3E4' })
    await world.work('set_agent_connection', { p_iso_agent_id: world.omar.id, p_connection: 'second-desk' })
    const read = (trip: { id: string; display_id: string }, connection: string | undefined) => ({
      ...(sent(rfq(1)) as Record<string, string>),
      trip: { ...trip, external_trip_id: null, canceled: false, connection },
    })
    const apply = (given: object) =>
      world.work<{ applied: boolean; request_id: string }>('apply_avinode_change', {
        p_event_id: null,
        p_claim_token: null,
        p_change: JSON.parse(JSON.stringify(given)),
      })
    const theirs = { id: 'atrip-2', display_id: 'Q2W3E4' }

    expect(await apply(read(theirs, undefined))).toMatchObject({ applied: false })
    expect(await apply(read({ id: 'atrip-1', display_id: 'K7M2QD' }, 'second-desk'))).toMatchObject({ applied: false })
    expect(await world.sql('select from conversations where avinode_thread_id is not null')).toEqual([])

    expect(await apply(read(theirs, 'second-desk'))).toMatchObject({ applied: true, request_id: omars.id })
    expect(await world.sql('select request_id from conversations where avinode_thread_id is not null')).toEqual([
      { request_id: omars.id },
    ])
    expect(danas.id).not.toBe(omars.id)
  })

  it('cannot be moved to another connection by a broker', async () => {
    await using world = await startWorld()

    await expect(
      world.dana.call('set_agent_connection', { p_iso_agent_id: world.dana.id, p_connection: 'second-desk' }),
    ).rejects.toMatchObject({ code: '42501' })
  })
})

describe('two notifications of one resource', () => {
  it('are never read side by side; the second waits for the end of the first, or of its lease', async () => {
    await using world = await startWorld()
    const first = await store(world, change)
    const lease = await claim(world, first.event_id)
    const second = await store(world, change)
    expect(second.is_new).toBe(true)

    expect(await claim(world, second.event_id)).toBeNull()
    await world.work('complete_webhook_event', { event_id: first.event_id, p_claim_token: lease?.claim_token })
    expect(await claim(world, second.event_id)).not.toBeNull()

    const third = await store(world, change)
    expect(await claim(world, third.event_id)).toBeNull()
    await world.leasesRunOut()
    expect(await claim(world, third.event_id)).not.toBeNull()
    // And the other way round: the abandoned one waits for the one that is being read now.
    expect(await claim(world, second.event_id)).toBeNull()
  })

  it('of two messages, or of a resource whose id begins the same, do not wait for each other', async () => {
    await using world = await startWorld()
    const stored = [
      await store(world, message),
      await store(world, { ...message, id: 'asellermsg-1:2' }),
      await store(world, change),
      await store(world, { ...change, id: 'arfq-11' }),
      await store(world, { type: 'emptylegs', id: 'arfq-1' }),
    ]

    const leases: Lease[] = []
    for (const { event_id } of stored) leases.push(await claim(world, event_id))

    expect(leases.every((lease) => lease !== null)).toBe(true)
  })

  it('are claimed by exactly one of many who want both at once', async () => {
    await using world = await startWorld()
    const ids: string[] = []
    for (let n = 0; n < 5; n += 1) {
      const { event_id } = await store(world, change)
      ids.push(event_id)
      await claim(world, event_id) // so that the next is work of its own
    }
    await world.leasesRunOut()

    const leases = await Promise.all([...ids, ...ids].map((event_id) => claim(world, event_id)))

    expect(leases.filter((lease) => lease !== null)).toHaveLength(1)
  })
})

describe('several notifications in one transaction', () => {
  const batch = (world: World, rows: ReturnType<typeof row>[]) =>
    world.work<Stored[]>('store_webhook_events', { p_notifications: rows })

  it('are answered in their order, each as if it had come alone', async () => {
    await using world = await startWorld()
    const known = await store(world, { type: 'tripmsgs', id: 'z' })

    const stored = await batch(world, [
      row({ type: 'tripmsgs', id: 'z' }),
      row({ type: 'tripmsgs', id: 'b' }),
      row({ type: 'rfqs', id: 'r' }),
      row({ type: 'tripmsgs', id: 'b' }),
      row({ type: 'rfqs', id: 'r' }),
      row({ type: 'leads', id: 'l' }),
    ])
    const rows = await world.sql(
      "select id, avinode_event_id, processing_status, parsed_data ->> 'notifications' as times from avinode_webhook_events",
    )

    expect(stored.map(({ is_new }) => is_new)).toEqual([false, true, true, false, false, true])
    expect(stored[0]?.event_id).toBe(known.event_id)
    expect(stored[3]?.event_id).toBe(stored[1]?.event_id)
    expect(stored[4]?.event_id).toBe(stored[2]?.event_id)
    expect(rows.find(({ id }) => id === stored[2]?.event_id)).toMatchObject({
      avinode_event_id: 'rfqs:r:1',
      times: '2',
    })
    expect(rows.find(({ id }) => id === stored[5]?.event_id)).toMatchObject({ processing_status: 'skipped' })
    expect(rows).toHaveLength(4)
  })

  it('are stored all, or none where one cannot be', async () => {
    await using world = await startWorld()

    const wrong = { ...row({ type: 'tripmsgs', id: 'b' }), p_source: 'elsewhere' }
    await expect(batch(world, [row(message), wrong])).rejects.toMatchObject({ code: 'PT422' })

    expect(await world.sql('select from avinode_webhook_events')).toEqual([])
  })

  it('do not block others that hold the same in another order', async () => {
    await using world = await startWorld()
    const rows = Array.from({ length: 30 }, (_, n) =>
      row(n % 2 ? { type: 'rfqs', id: `r${n}` } : { ...message, id: `m${n}` }),
    )

    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, turn) => batch(world, turn % 2 ? rows.toReversed() : rows)),
    )

    expect(answers.flat().filter(({ is_new }) => is_new)).toHaveLength(30)
    expect(await world.sql('select from avinode_webhook_events')).toHaveLength(30)
  })
})
