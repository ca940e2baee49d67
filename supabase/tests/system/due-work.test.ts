import { randomUUID } from 'node:crypto'
import { expect, it } from 'vitest'
import { notify, quoted, rfq, sent } from './avinode-world.ts'
import { startWorld, type World } from './world.ts'

const due = (world: Pick<World, 'work'>) => world.work('due_work', { p_limit: 100 })

it('nothing is due in an idle house', async () => {
  await using world = await startWorld()

  expect(await due(world)).toEqual({
    webhooks: [],
    turns: [],
    outbox: [],
    analyses: [],
    trips: [],
    dead_letters: [],
    expired: { quotes: 0, proposals: 0, approvals: 0 },
  })
})

it('what waits is due, what is held is not, and what was left lying is due again', async () => {
  await using world = await startWorld()
  const room = await world.chat(world.dana)
  const { turn_id } = await world.dana.call<{ turn_id: string }>('start_turn', {
    p_conversation_id: room,
    p_message_id: randomUUID(),
    p_content: 'Hi',
  })
  const { event_id } = await world.work<{ event_id: string }>('store_webhook_event', {
    p_source: 'trip-mine',
    p_payload: { id: 'arfq-1', type: 'rfqs' },
    p_headers: {},
    p_source_ip: null,
    p_user_agent: null,
  })
  expect(await due(world)).toMatchObject({
    webhooks: [{ id: event_id, attempt: 0 }],
    turns: [{ id: turn_id, attempt: 0 }],
  })

  await world.work('claim_turn', { p_turn_id: turn_id })
  await world.work('claim_webhook_event', { event_id })
  expect(await due(world)).toMatchObject({ webhooks: [], turns: [] })

  await world.leasesRunOut()
  expect(await due(world)).toMatchObject({
    webhooks: [{ id: event_id, attempt: 1 }],
    turns: [{ id: turn_id, attempt: 1 }],
  })
})

it('quotes end with their validity or their price lock, and are no longer counted', async () => {
  await using world = await startWorld()
  await world.request(world.dana)
  for (const n of [1, 2, 3]) await notify(world, quoted(n, `aquote-${n}`, '100000.00', { at: n, of: rfq(n) }))
  await world.sql(`update quotes set valid_until = now() - interval '1 second' where avinode_quote_id = 'aquote-1'`)
  await world.sql(
    `update quotes set price_locked_until = now() - interval '1 second' where avinode_quote_id = 'aquote-2'`,
  )

  const sweeps = await Promise.all([due(world), due(world)])

  expect(sweeps.map((sweep) => (sweep.expired as { quotes: number }).quotes).toSorted()).toEqual([0, 2])
  expect(await world.sql('select status from quotes order by avinode_quote_id')).toEqual([
    { status: 'expired' },
    { status: 'expired' },
    { status: 'received' },
  ])
  expect(await world.sql('select quotes_expected, quotes_received from requests')).toEqual([
    { quotes_expected: 3, quotes_received: 1 },
  ])
})

it('an accepted quote does not expire', async () => {
  await using world = await startWorld()
  await world.request(world.dana)
  await notify(world, quoted(1, 'aquote-1', '100000.00', { at: 1, of: rfq(1) }))
  await world.sql(`update quotes set status = 'accepted', valid_until = now() - interval '1 second'`)

  await due(world)

  expect(await world.sql('select status from quotes')).toEqual([{ status: 'accepted' }])
})

it('a trip that was begun and never finished is found after 15 seconds, or a minute where its creator may still be at it', async () => {
  await using world = await startWorld()
  const { id } = await world.request(world.dana, { status: 'searching_flights' })
  await world.sql('update requests set avinode_trip_id = null')
  expect(await due(world)).toMatchObject({ trips: [] })

  await world.sql('alter table requests disable trigger requests_updated_at')
  const ago = (seconds: number, creation: object | null) =>
    world.sql(
      `update requests set updated_at = now() - make_interval(secs => $1), metadata = coalesce($2::jsonb, '{}')`,
      [seconds, creation === null ? null : JSON.stringify({ trip_creation: creation })],
    )
  const begun = (seconds: number) => new Date(Date.now() - seconds * 1_000).toISOString()

  await ago(16, null)
  expect(await due(world)).toMatchObject({ trips: [{ request_id: id }] })
  await ago(16, { started_at: begun(16), by: 'somebody' })
  expect(await due(world)).toMatchObject({ trips: [] })
  await ago(16, { started_at: begun(16), by: 'somebody', released: true })
  expect(await due(world)).toMatchObject({ trips: [{ request_id: id }] })
  await ago(61, { started_at: begun(61), by: 'somebody' })
  expect(await due(world)).toMatchObject({ trips: [{ request_id: id }] })
})

it('a dead letter is due until somebody has been told, and again when it dies again', async () => {
  await using world = await startWorld()
  const { event_id } = await world.work<{ event_id: string }>('store_webhook_event', {
    p_source: 'trip-mine',
    p_payload: { id: 'arfq-1', type: 'rfqs' },
    p_headers: {},
    p_source_ip: null,
    p_user_agent: null,
  })
  const dies = () =>
    world.sql(`update avinode_webhook_events set processing_status = 'dead_letter', processed_at = clock_timestamp()`)
  await dies()
  expect(await due(world)).toMatchObject({ webhooks: [], dead_letters: [{ event_id }] })

  await world.work('note_dead_letter', { p_event_id: event_id })
  expect(await due(world)).toMatchObject({ dead_letters: [] })

  await dies()
  expect(await due(world)).toMatchObject({ dead_letters: [{ event_id }] })
})

it('what nobody reads any more is forgotten, a bounded number at a time', async () => {
  await using world = await startWorld()
  const room = await world.chat(world.dana)
  for (const n of [1, 2]) {
    await world.sql(
      `insert into private.assistant_turns (id, conversation_id, iso_agent_id, trigger, status, finished_at)
       values (gen_random_uuid(), $1, $2, '{}', 'completed', now() - make_interval(mins => $3))`,
      [room, world.dana.id, n === 1 ? 61 : 59],
    )
  }
  await world.sql(
    `insert into private.assistant_turn_chunks (turn_id, seq, chunk)
     select id, n, '{}' from private.assistant_turns, generate_series(1, 6) as n`,
  )
  await world.sql(
    `insert into private.feed_events (iso_agent_id, position, type, payload, created_at)
     select $1, 1000 + n, 'read', '{}', now() - interval '31 days' from generate_series(1, 6) as n`,
    [world.dana.id],
  )
  const kept = async () =>
    world.sql(`select (select count(*)::int from private.assistant_turn_chunks) as chunks,
      (select count(*)::int from private.feed_events where position > 1000) as events`)

  await world.sql('select private.forget_old(4)')
  expect(await kept()).toEqual([{ chunks: 8, events: 2 }])
  await due(world)
  expect(await kept()).toEqual([{ chunks: 6, events: 0 }])
})

it('settled notifications and ended runs are forgotten after 400 days, and what waits for somebody never', async () => {
  await using world = await startWorld()
  const { id } = await world.request(world.dana)
  await world.sql(`insert into avinode_webhook_events (event_type, avinode_event_id, raw_payload, processing_status, created_at)
    select 'quote_received', format('%s:%s', s, days), '{}', s, now() - days * interval '1 day'
    from unnest(array['completed', 'skipped', 'dead_letter']::webhook_processing_status[]) s, unnest(array[399, 401]) days`)
  await world.sql(
    `insert into agent_executions (request_id, agent_type, status, agent_id, created_at)
     select $1, 'orchestrator', s, format('%s:%s', s, days), now() - days * interval '1 day'
     from unnest(array['completed', 'running']::execution_status[]) s, unnest(array[399, 401]) days`,
    [id],
  )

  await due(world)

  const names = async (text: string) => (await world.sql<{ name: string }>(text)).map(({ name }) => name)
  expect(await names('select avinode_event_id as name from avinode_webhook_events order by 1')).toEqual([
    'completed:399',
    'dead_letter:399',
    'dead_letter:401',
    'skipped:399',
  ])
  expect(await names('select agent_id as name from agent_executions order by 1')).toEqual([
    'completed:399',
    'running:399',
    'running:401',
  ])
})

it('RFQs that were faster than the trip itself move the request on once the trip is there', async () => {
  await using world = await startWorld()
  await world.request(world.dana, { status: 'searching_flights' })
  await notify(world, sent(rfq(1)))
  await world.sql(`update requests set status = 'trip_created'`)
  await world.sql(`update requests set status = 'awaiting_user_action'`)

  await due(world)

  expect(await world.sql('select status from requests')).toEqual([{ status: 'monitoring_for_quotes' }])
})
