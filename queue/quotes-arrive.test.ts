import { afterEach, describe, expect, it, vi } from 'vitest'
import { processWebhook, type WebhookDeps } from './avinode-webhooks.ts'
import { createBackoff } from './backoff.ts'
import { backends } from './testing.ts'
import { type Notified, startWorld, type World } from './testing-world.ts'

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

async function open(options?: Parameters<typeof startWorld>[0]) {
  const world = await startWorld(options)
  opened.push(world)
  return world
}

/** On Postgres the queue lives in the world's own database. */
async function openOn(name: string, start: (typeof backends)[number]['start']) {
  if (name === 'Postgres') return open()
  const backend = await start()
  opened.push(backend)
  return open({ connection: backend.connection })
}

type Asked = { kind: string; id: string; due?: Date | undefined }

/** The work itself, without a queue: what it asks for is kept. */
function processing(world: World) {
  const asked: Asked[] = []
  const deps: WebhookDeps = {
    system: world.system,
    avinodeOf: (connection) => (connection === 'default' ? world.avinode : undefined),
    enqueue: {
      webhook: async (id, _attempt, due) => void asked.push({ kind: 'webhook', id, due }),
      analysis: async (id) => void asked.push({ kind: 'analysis', id }),
      monitor: async (id) => void asked.push({ kind: 'monitor', id }),
    },
    backoff: createBackoff({ first_ms: 5_000, longest_ms: 60_000 }),
    log: world.log,
  }
  return { asked, deps, process: (event_id: string) => processWebhook({ event_id }, deps) }
}

/** Two operators are asked; one quotes, asks something and quotes again, the other declines. */
async function playDeal(world: World, trip_id: string) {
  await world.play(`trips/${trip_id}/send-rfqs`, { operators: 2 })
  const quoted = await world.play(`trips/${trip_id}/operator-quote`, { total_price: '125000.00' })
  await world.play(`trips/${trip_id}/operator-chat`, { text: 'Is catering needed?', operator: quoted.operator })
  await world.play(`trips/${trip_id}/operator-decline`, { message: 'No crew that day' })
  await world.play(`trips/${trip_id}/operator-quote`, { total_price: '119000.00', operator: quoted.operator })
  return world.notifications(6)
}

const statusOf = async (world: World, event_id: string) => {
  const { rows } = await world.sql.query(
    'select processing_status as status, retry_count, next_retry_at, event_type from avinode_webhook_events where id = $1',
    [event_id],
  )
  return rows[0]
}

const endLeases = (world: World) =>
  world.sql.query("update private.webhook_event_leases set lease_until = now() - interval '1 second'")

describe('when operators answer', () => {
  it('quotes, declines and words become rows of the request, and the events are completed', async () => {
    const world = await open()
    const request = await world.request(await world.broker())
    const { process } = processing(world)

    for (const notified of await playDeal(world, request.trip_id)) await process((await world.store(notified)).event_id)

    const outcome = await world.outcome(request.id)
    expect(outcome).toMatchObject({ status: 'awaiting_quotes', contacted: 2, expected: 1, received: 1 })
    expect(outcome.quotes).toMatchObject([
      { price: '125000.00', status: 'expired' },
      { price: '119000.00', status: 'received' },
    ])
    const types = outcome.rooms.map(({ messages }: { messages: { type: string }[] }) =>
      messages.map(({ type }) => type),
    )
    expect(types.sort()).toEqual([['quote_rejected'], ['quote_shared', 'text', 'quote_updated']])
    const { rows } = await world.sql.query('select distinct processing_status as status from avinode_webhook_events')
    expect(rows).toEqual([{ status: 'completed' }])
  })

  it('the same rows come of it in whatever order, and however often, the notifications come', async () => {
    const world = await open()
    const broker = await world.broker()
    const shuffles: ((notified: Notified[]) => Notified[])[] = [
      (all) => all,
      (all) => [...all].reverse(),
      (all) => [...all, ...all],
      (all) => [...all.slice(3), ...all.slice(0, 3), ...all.slice(2, 5)],
    ]
    const outcomes: unknown[] = []
    for (const shuffle of shuffles) {
      const request = await world.request(broker)
      const { process } = processing(world)
      const notified = await playDeal(world, request.trip_id)
      await Promise.all(shuffle(notified).map(async (one) => process((await world.store(one)).event_id)))
      const { rows } = await world.sql.query(
        "select id from avinode_webhook_events where processing_status in ('pending', 'failed')",
      )
      for (const { id } of rows) await process(id)
      outcomes.push(anonymous(await world.outcome(request.id)))
    }

    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0])
  })

  it('the analysis is asked for once every operator has answered', async () => {
    const world = await open()
    const request = await world.request(await world.broker())
    const { process, asked } = processing(world)

    const notified = await playDeal(world, request.trip_id)
    for (const one of notified.slice(0, -1)) await process((await world.store(one)).event_id)
    for (const one of notified.slice(-1)) await process((await world.store(one)).event_id)

    expect(asked.at(-1)).toMatchObject({ kind: 'analysis', id: request.id })
  })

  it('a notification of a trip that belongs to no request waits, without using an attempt', async () => {
    const world = await open()
    const trip = await world.avinode.createTrip(
      {
        external_trip_id: 'made by hand',
        segments: [
          {
            departure_airport: 'KTEB',
            arrival_airport: 'KVNY',
            departure_date: '2027-06-01',
            departure_time: null,
            passengers: 2,
          },
        ],
        aircraft_category: null,
        aircraft_type: null,
      },
      AbortSignal.timeout(10_000),
    )
    await world.play(`trips/${trip.id}/send-rfqs`, { operators: 1 })
    const { process } = processing(world)

    const [notified] = await world.notifications(1)
    const { event_id } = await world.store(notified as Notified)
    await process(event_id)

    expect(await statusOf(world, event_id)).toMatchObject({ status: 'failed', retry_count: 0 })
  })
})

describe('when something is wrong', () => {
  it('an outage of Avinode uses no attempt; when it is back the event is applied', async () => {
    const world = await open()
    const request = await world.request(await world.broker())
    await world.play(`trips/${request.trip_id}/send-rfqs`, { operators: 1 })
    const [notified] = await world.notifications(1)
    const { event_id } = await world.store(notified as Notified)
    const { process, asked } = processing(world)

    await world.play('faults', { down: true })
    await process(event_id)
    const during = await statusOf(world, event_id)
    await world.play('faults', { down: false })
    await world.sql.query('update avinode_webhook_events set next_retry_at = now()')
    await process(event_id)

    expect(during).toMatchObject({ status: 'failed', retry_count: 0 })
    expect(asked).toEqual([{ kind: 'webhook', id: event_id, due: during.next_retry_at }])
    expect(await statusOf(world, event_id)).toMatchObject({ status: 'completed' })
    expect(await world.outcome(request.id)).toMatchObject({ contacted: 1, status: 'monitoring_for_quotes' })
  })

  it('a wait that Avinode asks for is kept', async () => {
    const world = await open()
    const request = await world.request(await world.broker())
    await world.play(`trips/${request.trip_id}/send-rfqs`, { operators: 1 })
    const [notified] = await world.notifications(1)
    const { event_id } = await world.store(notified as Notified)
    await world.play('faults', { status: 429, retry_after_seconds: 300 })

    const before = Date.now()
    await processing(world).process(event_id)

    const { status, next_retry_at } = await statusOf(world, event_id)
    expect(status).toBe('failed')
    expect(next_retry_at.getTime() - before).toBeGreaterThan(290_000)
  })

  it('what Avinode does not know uses up its attempts, becomes a dead letter, and is looked at', async () => {
    const world = await open()
    const body = {
      id: 'asellermsg-404',
      type: 'tripmsgs',
      href: `${(await world.play('reset')) && ''}`,
      tripId: 'NOPE',
    }
    const { event_id } = await world.store({ source: 'seller-chat', body: { ...body, href: null } })
    const { process, asked } = processing(world)

    for (let attempt = 0; attempt < 6; attempt += 1) {
      await world.sql.query('update avinode_webhook_events set next_retry_at = now() where next_retry_at is not null')
      await process(event_id)
    }

    expect(await statusOf(world, event_id)).toMatchObject({ status: 'dead_letter', retry_count: 5 })
    expect(asked.map(({ kind }) => kind)).toEqual([...Array(5).fill('webhook'), 'monitor'])
  })

  it('an address on another host is never called', async () => {
    const world = await open()
    const body = { id: 'asellermsg-1', type: 'tripmsgs', href: 'https://evil.example/api/tripmsgs/asellermsg-1' }
    const { event_id } = await world.store({ source: 'seller-chat', body })

    await processing(world).process(event_id)

    expect(await statusOf(world, event_id)).toMatchObject({ status: 'skipped' })
  })

  it('a worker that stopped in the middle is replaced when its lease ends, and cannot write any more', async () => {
    const world = await open()
    const request = await world.request(await world.broker())
    await world.play(`trips/${request.trip_id}/send-rfqs`, { operators: 1 })
    const [notified] = await world.notifications(1)
    const { event_id } = await world.store(notified as Notified)
    const { process, deps } = processing(world)
    const paused = Promise.withResolvers<void>()
    const reading = Promise.withResolvers<void>()
    const stuck = processWebhook(
      { event_id },
      {
        ...deps,
        avinodeOf: () => ({
          ...world.avinode,
          async readNotification(notification, signal) {
            reading.resolve()
            await paused.promise
            return world.avinode.readNotification(notification, signal)
          },
        }),
      },
    )
    await reading.promise

    await process(event_id)
    expect(await statusOf(world, event_id)).toMatchObject({ status: 'processing' })
    await endLeases(world)
    await process(event_id)
    expect(await statusOf(world, event_id)).toMatchObject({ status: 'completed' })
    const before = await world.outcome(request.id)
    paused.resolve()
    await stuck

    expect(await world.outcome(request.id)).toEqual(before)
    expect(world.log.lines.at(-1)).toMatchObject({ fields: { applied: false } })
  })
})

describe.each(backends)('through the queue on $name', ({ name, start }) => {
  it('a deal is worked off by two workers, whatever is repeated or shuffled, with Avinode down in between', async () => {
    const world = await openOn(name, start)
    const request = await world.request(await world.broker())
    const analysed: string[] = []
    const analyseQuotes = async (request_id: string) => void analysed.push(request_id)
    await world.work({ analyseQuotes })
    await world.work({ analyseQuotes })
    await world.play('faults', { down: false, status: 503, calls: 4 })

    const notified = await playDeal(world, request.trip_id)
    for (const one of [...notified, ...notified].reverse()) {
      const { event_id, is_new } = await world.store(one)
      if (is_new) await world.enqueue.webhook(event_id, 0)
    }
    await vi.waitFor(
      async () => {
        // What waits for a while after the outage is due at once, for the test.
        await world.sql.query(
          "update avinode_webhook_events set next_retry_at = now() where processing_status = 'failed'",
        )
        const { rows } = await world.sql.query(
          "select count(*)::int as open from avinode_webhook_events where processing_status not in ('completed', 'skipped')",
        )
        expect(rows).toEqual([{ open: 0 }])
        expect(analysed).toContain(request.id)
      },
      { timeout: 30_000, interval: 100 },
    )

    const outcome = await world.outcome(request.id)
    expect(outcome).toMatchObject({ contacted: 2, received: 1 })
    expect(outcome.quotes).toMatchObject([
      { price: '125000.00', status: 'expired' },
      { price: '119000.00', status: 'received' },
    ])
  })

  it('what was stored while the queue was not asked is found by the sweeper', async () => {
    const world = await openOn(name, start)
    const request = await world.request(await world.broker())
    await world.play(`trips/${request.trip_id}/send-rfqs`, { operators: 3 })
    for (const one of await world.notifications(3)) await world.store(one)

    await world.work()

    await vi.waitFor(async () => expect(await world.outcome(request.id)).toMatchObject({ contacted: 3 }), 20_000)
  })
})

type Outcome = { quotes: { id: string }[]; rooms: { thread: string; messages: { id: string }[] }[] }

/** The same deal of another trip has other ids of Avinode. */
function anonymous(outcome: Outcome) {
  const rooms = outcome.rooms.map((room) => ({
    ...room,
    thread: '',
    messages: room.messages.map((message) => ({ ...message, id: '' })),
  }))
  return { ...outcome, quotes: outcome.quotes.map((quote) => ({ ...quote, id: '' })), rooms }
}
