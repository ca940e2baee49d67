import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { credentials, newTrip, signal, startPlayedSandbox, startReceiver } from './testing.ts'

const basic = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`
const quickly = { first_ms: 5, longest_ms: 20, give_up_ms: 60_000 }

async function subscribed(receiver: { url: string }, options: Parameters<typeof startPlayedSandbox>[0] = {}) {
  const world = await startPlayedSandbox({ webhookRetry: quickly, ...options })
  await world.avinode.ensureWebhooks(receiver.url, credentials)
  const trip = await world.avinode.createTrip(newTrip(), signal)
  return { ...world, trip }
}

describe('registering our addresses', () => {
  it('makes one setting per kind of notification, once', async () => {
    await using world = await startPlayedSandbox()
    const first = await world.avinode.ensureWebhooks('http://127.0.0.1:3000/', credentials)
    const second = await world.avinode.ensureWebhooks('http://127.0.0.1:3000', credentials)

    expect(second).toEqual(first)
    expect(first.map(({ target_url, event_types }) => [new URL(target_url).pathname, ...event_types])).toEqual([
      ['/api/webhooks/avinode/seller-response', 'TripRequestSellerResponse'],
      ['/api/webhooks/avinode/seller-chat', 'TripChatFromSeller'],
      ['/api/webhooks/avinode/trip-mine', 'TripRequestMine'],
      ['/api/webhooks/avinode/chat-mine', 'TripChatMine'],
      ['/api/webhooks/avinode/empty-legs', 'EmptyLegs'],
    ])
    expect(JSON.stringify(await world.avinode.listWebhooks(signal))).not.toContain(credentials.password)
  })

  it('changes what is not right any more: address, password, or switched off', async () => {
    await using world = await startPlayedSandbox()
    const [setting] = await world.avinode.ensureWebhooks('http://127.0.0.1:3000', credentials)

    const moved = await world.avinode.ensureWebhooks('http://127.0.0.1:3005', credentials)
    const renewed = await world.avinode.ensureWebhooks('http://127.0.0.1:3005', {
      ...credentials,
      password: 'a new one',
    })

    expect(moved[0]).toMatchObject({ id: setting?.id, target_url: expect.stringContaining(':3005/'), version: 2 })
    expect(renewed[0]).toMatchObject({ id: setting?.id, version: 3 })
    expect(await world.avinode.listWebhooks(signal)).toHaveLength(5)
  })

  it('takes only https, except on this machine', async () => {
    await using world = await startPlayedSandbox()

    await expect(world.avinode.ensureWebhooks('http://hooks.example', credentials)).rejects.toMatchObject({
      code: 'invalid_input',
    })
    await expect(world.avinode.ensureWebhooks('https://hooks.example', credentials)).resolves.toHaveLength(5)
  })
})

it('each event arrives at its own address with exactly four properties and our credentials', async () => {
  await using receiver = await startReceiver()
  await using world = await subscribed(receiver)
  const { rfqs } = await world.play(`trips/${world.trip.id}/send-rfqs`, { operators: 1 })
  await receiver.until(1)
  const quote = await world.play(`trips/${world.trip.id}/operator-quote`)
  await receiver.until(2)
  const chat = await world.play(`trips/${world.trip.id}/operator-chat`, { text: 'Hello' })
  await receiver.until(3)
  const ours = await world.avinode.sendTripMessage(rfqs[0].rfq_id, 'Hello back', signal)
  await receiver.until(4)
  await world.avinode.cancelTrip(world.trip.id, { reason: 'OTHER', message: '' }, signal)

  const received = await receiver.until(5)
  expect(received.map(({ path, body }) => [path.split('/').at(-1), body.id])).toEqual([
    ['trip-mine', rfqs[0].rfq_id],
    ['seller-response', quote.message_id],
    ['seller-chat', chat.message_id],
    ['chat-mine', ours.id],
    ['trip-mine', rfqs[0].rfq_id],
  ])
  for (const { body, authorization } of received) {
    expect(authorization).toBe(basic)
    expect(Object.keys(body)).toEqual(['id', 'href', 'type', 'tripId'])
    expect(body).toMatchObject({
      href: `${world.sandbox.apiUrl}/${body.type}/${body.id}`,
      tripId: world.trip.display_id,
    })
  }
})

it('what a notification points to can be read', async () => {
  await using receiver = await startReceiver()
  await using world = await subscribed(receiver)
  await world.play(`trips/${world.trip.id}/send-rfqs`, { operators: 1 })

  const [{ body } = { body: { id: '' } }] = await receiver.until(1)

  const resource = await world.avinode.readNotification(body as { type: string; id: string; href: string }, signal)
  expect(resource).toMatchObject({ type: 'rfqs', rfq: { id: body.id, trip_display_id: world.trip.display_id } })
})

it.each([[500], [503], [202], [204], [401]])(
  'an answer of %i consumes nothing: it is delivered again until it is 200',
  async (status) => {
    await using receiver = await startReceiver(status, status, 200)
    await using world = await subscribed(receiver)
    await world.play(`trips/${world.trip.id}/send-rfqs`, { operators: 1 })

    const received = await receiver.until(3)

    expect(new Set(received.map(({ body }) => body.id)).size).toBe(1)
  },
)

it('a receiver that is away gets it after 47 hours, and never after 48', async () => {
  const gone = await startReceiver()
  await gone[Symbol.asyncDispose]()
  const slowly = { first_ms: 3_600_000, longest_ms: 4 * 3_600_000, give_up_ms: 48 * 3_600_000 }
  await using world = await subscribed(gone, { webhookRetry: slowly })
  await world.play('dispatcher', { paused: true })
  await world.play(`trips/${world.trip.id}/send-rfqs`, { operators: 1 })
  const status = async () => (await world.call('GET', 'deliveries')).body.deliveries[0].status
  const settled = async (attempts: number) => {
    const look = async () => (await world.call('GET', 'deliveries')).body.deliveries[0].attempts
    await expect.poll(look, { interval: 5, timeout: 10_000 }).toBe(attempts)
  }

  await world.play('clock', { advance_seconds: 40 * 3_600 })
  await world.play('dispatcher', { paused: false })
  await settled(1)
  expect(await status()).toBe('waiting')
  await world.play('clock', { advance_seconds: 8 * 3_600 })
  await settled(2)

  expect(await status()).toBe('given_up')
})

describe('the dispatcher can misbehave', () => {
  it('by delivering twice', async () => {
    await using receiver = await startReceiver()
    await using world = await subscribed(receiver)
    await world.play('dispatcher', { duplicate: true })
    await world.play(`trips/${world.trip.id}/send-rfqs`, { operators: 1 })

    const [first, second] = await receiver.until(2)
    expect(first?.body).toEqual(second?.body)
  })

  it('by losing some, and by leaving the trip out', async () => {
    await using receiver = await startReceiver()
    await using world = await subscribed(receiver)
    await world.play('dispatcher', { drop_first: 1, omit_trip_id: true })
    const { rfqs } = await world.play(`trips/${world.trip.id}/send-rfqs`, { operators: 2 })

    const [only] = await receiver.until(1)
    expect(Object.keys(only?.body ?? {})).toEqual(['id', 'href', 'type'])
    expect(only?.body.id).toBe(rfqs[1].rfq_id)
  })

  it('by overtaking', async () => {
    await using receiver = await startReceiver()
    await using world = await subscribed(receiver)
    await world.play('dispatcher', { shuffle: true })
    const { rfqs } = await world.play(`trips/${world.trip.id}/send-rfqs`, { operators: 8 })

    const ids = (await receiver.until(8)).map(({ body }) => body.id)
    const sent = rfqs.map(({ rfq_id }: { rfq_id: string }) => rfq_id)
    expect(ids).not.toEqual(sent)
    expect([...ids].sort()).toEqual([...sent].sort())
  })

  it('by showing credentials only when it is challenged', async () => {
    await using receiver = await startReceiver(401, 200)
    await using world = await subscribed(receiver)
    await world.play('dispatcher', { basic_challenge: true })
    await world.play(`trips/${world.trip.id}/send-rfqs`, { operators: 1 })

    expect((await receiver.until(2)).map(({ authorization }) => authorization)).toEqual([undefined, basic])
  })

  it('by sending anything at all', async () => {
    await using receiver = await startReceiver()
    await using world = await subscribed(receiver)
    const body = { id: 'x', type: 'SchedAeroTrip', platformTripId: 1, extra: true }
    await world.play('notify', { event_type: 'TripRequestMine', body })

    expect((await receiver.until(1))[0]?.body).toEqual(body)
  })
})

it('a watch is told of new empty legs on its route', async () => {
  await using receiver = await startReceiver()
  await using world = await subscribed(receiver)
  const place = { airport: null, country: 'FR' }
  const rule = {
    segments: [{ start: place, end: null }],
    aircraft_categories: [],
    active: true,
    priced_only: true,
    days_out: null,
  }
  await world.avinode.createEmptyLegWatch({ unique_name: 'from France', ...rule }, signal)
  await world.play('publish-empty-leg', {
    departure_airport: 'EGGW',
    arrival_airport: 'LFPB',
    date: '2030-01-01',
    price: 5000,
  })
  await world.play('publish-empty-leg', { departure_airport: 'LFPB', arrival_airport: 'EGGW', date: '2030-01-01' })
  const { id } = await world.play('publish-empty-leg', {
    departure_airport: 'LFMN',
    arrival_airport: 'EGGW',
    date: '2030-01-01',
    price: 5000,
  })

  expect((await receiver.until(1)).map(({ path, body }) => [path.split('/').at(-1), body.type, body.id])).toEqual([
    ['empty-legs', 'emptylegs', id],
  ])
})

it('a restart loses neither trips nor settings nor what was not delivered', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'))
  try {
    const gone = await startReceiver()
    await gone[Symbol.asyncDispose]()
    const before = await subscribed(gone, {
      dataDir,
      webhookRetry: { first_ms: 60_000, longest_ms: 60_000, give_up_ms: 3_600_000 },
    })
    const { rfqs } = await before.play(`trips/${before.trip.id}/send-rfqs`, { operators: 1 })
    const quote = await before.play(`trips/${before.trip.id}/operator-quote`, { total_price: 101_000 })
    const trip = await before.avinode.getTrip(before.trip.id, signal)
    await before.sandbox.close()

    await using receiver = await startReceiver()
    await using after = await startPlayedSandbox({ dataDir, webhookRetry: quickly })
    await after.avinode.ensureWebhooks(receiver.url, credentials)
    await after.play('deliveries/retry')

    const received = await receiver.until(2)
    expect(received.map(({ body }) => body.id).sort()).toEqual([rfqs[0].rfq_id, quote.message_id].sort())
    expect(received[0]?.body.href).toContain(after.sandbox.apiUrl)
    expect(await after.avinode.listWebhooks(signal)).toHaveLength(5)
    expect((await after.avinode.getTrip(trip.id, signal)).rfqs).toEqual(trip.rfqs)
    expect((await after.avinode.createTrip(newTrip(), signal)).id > trip.id).toBe(true)
  } finally {
    await rm(dataDir, { recursive: true })
  }
})
