import { Redis } from 'ioredis'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { processWebhook } from './avinode-webhooks.ts'
import { backends, hasRedis, startRedis } from './testing.ts'
import { anonymous, endLeases, playDeal, processing } from './testing-notifications.ts'
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

const statusOf = async (world: World, event_id: string) => {
  const { rows } = await world.sql.query(
    'select processing_status as status, retry_count, next_retry_at, event_type from avinode_webhook_events where id = $1',
    [event_id],
  )
  return rows[0]
}

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

  it('a notification of a trip that no request has yet waits, without using an attempt, and is applied once one has', async () => {
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

    const { id } = await world.request(await world.broker())
    await world.sql.query(
      "update requests set avinode_trip_id = $2, metadata = metadata || jsonb_build_object('avinode_display_id', $3::text) where id = $1",
      [id, trip.id, trip.display_id],
    )
    await world.sql.query('update avinode_webhook_events set next_retry_at = now()')
    await process(event_id)

    expect(await statusOf(world, event_id)).toMatchObject({ status: 'completed', retry_count: 0 })
    expect(await world.outcome(id)).toMatchObject({ contacted: 1 })
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
    expect(asked).toEqual([{ kind: 'webhook', id: event_id, due: expect.any(Date) }])
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

  it.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('a worker whose clock is %s waits as long as all others', async (_how, wrong_ms) => {
    const world = await open()
    const body = { id: 'asellermsg-1', type: 'tripmsgs', href: null }
    const { event_id } = await world.store({ source: 'seller-chat', body })
    const { process, asked } = processing(world)
    await world.play('faults', { status: 429, retry_after_seconds: 300 })

    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + wrong_ms })
    await process(event_id).finally(() => vi.useRealTimers())

    const { next_retry_at } = await statusOf(world, event_id)
    const seconds = (from: number, to = next_retry_at) => Math.round((to.getTime() - from) / 60_000) * 60
    expect(seconds(Date.now())).toBe(300)
    // And so does the job, which counts by the worker's own clock.
    expect(seconds(Date.now() + wrong_ms, asked[0]?.due)).toBe(300)
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

    const minutes: number[] = []
    for (let attempt = 0; attempt < 6; attempt += 1) {
      await world.sql.query('update avinode_webhook_events set next_retry_at = now() where next_retry_at is not null')
      await process(event_id)
      const due = asked.at(-1)?.due
      if (due) minutes.push(Math.round((due.getTime() - Date.now()) / 60_000))
    }

    expect(await statusOf(world, event_id)).toMatchObject({ status: 'dead_letter', retry_count: 5 })
    expect(asked.map(({ kind }) => kind)).toEqual([...Array(5).fill('webhook'), 'monitor'])
    expect(minutes).toEqual([1, 2, 4, 8, 16])
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

  it('a worker that reads for long keeps its lease, and stops reading once somebody else has it', async () => {
    const world = await open()
    const request = await world.request(await world.broker())
    await world.play(`trips/${request.trip_id}/send-rfqs`, { operators: 1 })
    const [notified] = await world.notifications(1)
    const { event_id } = await world.store(notified as Notified)
    const { process, deps } = processing(world)
    const reading = Promise.withResolvers<void>()
    const renewed = Promise.withResolvers<void>()
    const heartbeatWebhook: typeof deps.system.heartbeatWebhook = async (lease) => {
      const isHeld = await world.system.heartbeatWebhook(lease)
      if (isHeld) renewed.resolve()
      return isHeld
    }
    const readNotification = (_notification: unknown, signal: AbortSignal) => {
      reading.resolve()
      return new Promise<never>((_done, fail) => signal.addEventListener('abort', () => fail(signal.reason)))
    }
    const slow = {
      ...deps,
      heartbeat_ms: 10,
      system: { ...world.system, heartbeatWebhook },
      avinodeOf: () => ({ ...world.avinode, readNotification }),
    }
    const endless = processWebhook({ event_id }, slow)
    await Promise.all([reading.promise, renewed.promise])

    await process(event_id)
    expect(await statusOf(world, event_id)).toMatchObject({ status: 'processing' })
    await world.sql.query('delete from private.webhook_event_leases where event_id = $1', [event_id])
    await endless
    await process(event_id)

    expect(await statusOf(world, event_id)).toMatchObject({ status: 'completed' })
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

    await vi.waitFor(async () => expect(await world.outcome(request.id)).toMatchObject({ contacted: 3 }), 30_000)
  })

  it('what came in together is one job that is spread, and needs no sweep', async () => {
    const world = await openOn(name, start)
    const request = await world.request(await world.broker())
    await world.play(`trips/${request.trip_id}/send-rfqs`, { operators: 3 })
    const notified = await world.notifications(3)
    await world.work({ timing: { sweep_ms: 3_600_000 } })

    const stored = await Promise.all(notified.map((one) => world.store(one)))
    await world.enqueue.webhooks(stored.map(({ event_id }) => event_id))

    await vi.waitFor(async () => expect(await world.outcome(request.id)).toMatchObject({ contacted: 3 }), 30_000)
  })

  it('no two workers read the same resource at once, and what fails does not hold up the rest', async () => {
    const world = await openOn(name, start)
    const request = await world.request(await world.broker())
    await world.play(`trips/${request.trip_id}/send-rfqs`, { operators: 3 })
    const notified = await world.notifications(3)
    const poison = { source: 'seller-chat', body: { id: 'asellermsg-404', type: 'tripmsgs', href: null } }
    const running = new Map<string, number>()
    let most = 0
    let read = 0
    const notify = async (one: Notified) => {
      const { event_id, is_new } = await world.store(one)
      if (is_new) await world.enqueue.webhook(event_id, 0)
      return event_id
    }
    const avinode = {
      ...world.avinode,
      async readNotification(notification: Parameters<typeof world.avinode.readNotification>[0], signal: AbortSignal) {
        const now = (running.get(notification.id) ?? 0) + 1
        running.set(notification.id, now)
        most = Math.max(most, now)
        read += 1
        // It changes while it is being read, so that the next notification of it is work of its own: a third worker tries it at once.
        const again = notified.find(({ body }) => body.id === notification.id)
        if (again && read <= 6) await third(await notify(again))
        const resource = await world.avinode.readNotification(notification, signal)
        running.set(notification.id, now - 1)
        return resource
      },
    }
    const third = (event_id: string) =>
      processWebhook({ event_id }, { ...processing(world).deps, avinodeOf: () => avinode })

    await world.work({ avinode })
    await world.work({ avinode })
    await Promise.all([poison, ...notified].map(notify))

    await vi.waitFor(async () => {
      const { rows } = await world.sql.query(
        'select processing_status as status, count(*)::int, max(retry_count) as failures from avinode_webhook_events group by 1 order by 1',
      )
      expect(rows).toEqual([
        { status: 'completed', count: 9, failures: 0 },
        { status: 'failed', count: 1, failures: 1 },
      ])
    }, 30_000)
    expect(most).toBe(1)
  })

  it('what is given up is told once; replayed, it has its effect once, however often that is asked for', async () => {
    const world = await openOn(name, start)
    const broker = await world.broker()
    const admin = await world.broker('Alex Admin')
    await world.sql.query("update iso_agents set role = 'admin' where id = $1", [admin.iso_agent_id])
    const request = await world.request(broker)
    await world.play(`trips/${request.trip_id}/send-rfqs`, { operators: 2 })
    const event_ids: string[] = []
    for (const one of await world.notifications(2)) event_ids.push((await world.store(one)).event_id)
    const letters: string[] = []
    const isBroken = { now: true }
    const avinode = {
      ...world.avinode,
      readNotification(...parameters: Parameters<typeof world.avinode.readNotification>) {
        if (isBroken.now) throw new Error('a defect')
        return world.avinode.readNotification(...parameters)
      },
    }
    await world.work({ avinode, monitorErrors: async ({ event_id }) => void letters.push(event_id) })
    await vi.waitFor(
      async () => {
        await world.sql.query(
          "update avinode_webhook_events set next_retry_at = now() where processing_status = 'failed'",
        )
        const { rows } = await world.sql.query(
          "select id from avinode_webhook_events where processing_status = 'dead_letter'",
        )
        expect(rows).toHaveLength(2)
        expect((await world.system.dueWork(10)).dead_letters).toEqual([]) // nobody is left untold
      },
      { timeout: 30_000, interval: 100 },
    )
    expect(letters.sort()).toEqual(event_ids.sort())

    isBroken.now = false
    const replay = (p_event_ids: string[] | null) =>
      world.supabase.forBroker(admin.clerk_user_id).rpc('replay_dead_letters', { p_event_ids }).throwOnError()
    await Promise.all([replay(event_ids.slice(0, 1)), replay(null), replay(null)])

    await vi.waitFor(async () => {
      for (const id of event_ids) expect(await statusOf(world, id)).toMatchObject({ status: 'completed' })
    }, 30_000)
    expect((await replay(null)).data).toMatchObject({ event_ids: [], remaining: 0 })
    expect(await world.outcome(request.id)).toMatchObject({ contacted: 2, rooms: [{}, {}] })
    expect(letters).toHaveLength(2)
    const given_up = world.log.lines.filter(({ message }) => message.startsWith('a notification was given up'))
    expect(given_up).toHaveLength(2)
  })
})

it.runIf(hasRedis)('a Redis that is emptied while work waits and runs loses nothing', async () => {
  const redis = await startRedis()
  opened.push(redis)
  const world = await open({ connection: { redisUrl: redis.url } })
  const request = await world.request(await world.broker())
  const notified = await playDeal(world, request.trip_id)
  const client = new Redis(redis.url)
  opened.push({ [Symbol.asyncDispose]: async () => client.disconnect() })
  const store = async (some: Notified[]) => {
    for (const one of some) await world.enqueue.webhook((await world.store(one)).event_id, 0)
  }
  await store(notified.slice(0, 3))
  await client.flushall()

  let emptied = 0
  const avinode = {
    ...world.avinode,
    async readNotification(...parameters: Parameters<typeof world.avinode.readNotification>) {
      emptied += 1
      await client.flushall()
      return world.avinode.readNotification(...parameters)
    },
  }
  await world.work({ avinode })
  await store(notified.slice(3))

  await vi.waitFor(async () => {
    const { rows } = await world.sql.query(
      "select count(*)::int as open from avinode_webhook_events where processing_status <> 'completed'",
    )
    expect(rows).toEqual([{ open: 0 }])
  }, 30_000)
  expect(emptied).toBeGreaterThanOrEqual(6)
  expect(await world.outcome(request.id)).toMatchObject({ contacted: 2, received: 1 })
})
