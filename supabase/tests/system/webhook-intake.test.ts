import { describe, expect, it } from 'vitest'
import { startWorld, type World } from './world.ts'

type Stored = { event_id: string; is_new: boolean }

const store = (
  world: World,
  payload: Record<string, string>,
  source = 'seller-response',
  headers: Record<string, string> = {},
) =>
  world.work<Stored>('store_webhook_event', {
    p_source: source,
    p_payload: payload,
    p_headers: headers,
    p_source_ip: '127.0.0.1',
    p_user_agent: 'Avinode',
  })
const message = { type: 'tripmsgs', id: 'asellermsg-1', tripId: 'K7M2QD' }
const rfq = { type: 'rfqs', id: 'arfq-1', tripId: 'K7M2QD' }
const claim = (world: World, event_id: string) =>
  world.work<{ claim_token: string; attempt: number; source: string } | null>('claim_webhook_event', { event_id })

describe('a notification', () => {
  it('about a message is stored once, however often and at once it comes', async () => {
    await using world = await startWorld()

    const stored = await Promise.all(Array.from({ length: 50 }, () => store(world, message)))

    expect(stored.filter(({ is_new }) => is_new)).toHaveLength(1)
    expect(new Set(stored.map(({ event_id }) => event_id)).size).toBe(1)
    expect(
      await world.sql(
        'select avinode_event_id, event_type, avinode_trip_id, signature_verified from avinode_webhook_events',
      ),
    ).toEqual([
      {
        avinode_event_id: 'tripmsgs:asellermsg-1',
        event_type: 'quote_received',
        avinode_trip_id: 'K7M2QD',
        signature_verified: true,
      },
    ])
  })

  it('about anything else merges with one that still waits, and is new work once that one is being read', async () => {
    await using world = await startWorld()
    const first = await store(world, rfq, 'trip-mine')
    const merged = await store(world, rfq, 'trip-mine')
    expect(merged).toEqual({ event_id: first.event_id, is_new: false })

    await claim(world, first.event_id)
    const second = await store(world, rfq, 'trip-mine')

    expect(second.is_new).toBe(true)
    expect(
      await world.sql('select avinode_event_id, event_type, parsed_data from avinode_webhook_events order by 1'),
    ).toEqual([
      {
        avinode_event_id: 'rfqs:arfq-1:1',
        event_type: 'trip_updated',
        parsed_data: { source: 'trip-mine', notifications: 2 },
      },
      { avinode_event_id: 'rfqs:arfq-1:2', event_type: 'trip_updated', parsed_data: { source: 'trip-mine' } },
    ])
  })

  it('merges with one that failed and waits to be tried again', async () => {
    await using world = await startWorld()
    const { event_id } = await store(world, rfq)
    const lease = await claim(world, event_id)
    await world.work('fail_webhook_event', {
      event_id,
      error: 'down',
      p_claim_token: lease?.claim_token,
      p_uses_attempt: false,
    })

    expect(await store(world, rfq)).toEqual({ event_id, is_new: false })
  })

  it('is never mistaken for one of a resource whose id begins the same', async () => {
    await using world = await startWorld()
    await store(world, { type: 'rfqs', id: 'arfq-1:2' })
    await store(world, { type: 'rfqs', id: 'arfq_1' })

    expect((await store(world, { type: 'rfqs', id: 'arfq-1' })).is_new).toBe(true)
  })

  it('of a type that nobody knows is kept, and skipped', async () => {
    await using world = await startWorld()

    await store(world, { type: 'SchedAeroTrip', id: 'x-1' }, 'unknown')

    expect(await world.sql('select processing_status from avinode_webhook_events')).toEqual([
      { processing_status: 'skipped' },
    ])
  })

  it('is stored without the credentials that it came with', async () => {
    await using world = await startWorld()

    await store(world, message, 'seller-chat', { Authorization: 'Basic c2VjcmV0', 'content-type': 'application/json' })

    const [event] = await world.sql('select headers, event_type from avinode_webhook_events')
    expect(event).toEqual({ headers: { 'content-type': 'application/json' }, event_type: 'message_received' })
  })

  it('is claimed by exactly one of twenty workers, and again when that one dies', async () => {
    await using world = await startWorld()
    const { event_id } = await store(world, message, 'seller-chat')

    const claims = await Promise.all(Array.from({ length: 20 }, () => claim(world, event_id)))
    expect(claims.filter((lease) => lease !== null)).toMatchObject([{ attempt: 1, source: 'seller-chat' }])

    await world.leasesRunOut()
    const again = await Promise.all(Array.from({ length: 20 }, () => claim(world, event_id)))
    expect(again.filter((lease) => lease !== null)).toMatchObject([{ attempt: 2 }])
  })
})
