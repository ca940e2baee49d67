import { afterEach, expect, it, vi } from 'vitest'
import { startProxy } from '../evals/drill/proxy.ts'
import { startTestDatabase } from '../supabase/embedded/test-database.ts'
import { type EphemeralEvent, startBus } from './bus.ts'
import { recordingLog } from './testing.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const dana = '11111111-1111-4111-8111-111111111111'
const omar = '22222222-2222-4222-8222-222222222222'

async function startScene() {
  const database = await startTestDatabase()
  closers.push(() => database.close())
  const log = recordingLog()
  const start = async () => {
    const bus = await startBus({
      databaseUrl: database.databaseUrl,
      log,
      reconnect: { first_ms: 10, longest_ms: 50 },
      ping_ms: 100,
    })
    closers.push(() => bus.close())
    return bus
  }
  const notify = (channel: string, payload: string) =>
    database.sql.query('select pg_notify($1, $2)', [channel, payload])
  /** Ends the connections of all buses, as a restart of Postgres would. */
  const cut = () =>
    database.sql.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'jetvision-bus' and datname = current_database()",
    )
  return { start, notify, cut, log }
}

it('a broker is woken by its own feed, with the newest position, and by no other', async () => {
  const { start, notify } = await startScene()
  const bus = await start()
  const heard: string[] = []
  bus.onFeed(dana, (position) => heard.push(`dana ${position}`))
  bus.onFeed(omar, (position) => heard.push(`omar ${position}`))

  await notify('jetvision_feed', JSON.stringify({ iso_agent_id: dana, position: 7 }))
  await notify('jetvision_feed', JSON.stringify({ iso_agent_id: omar, position: 1 }))

  await vi.waitFor(() => expect(heard).toEqual(['dana 7', 'omar 1']), 30_000)
})

it('a turn wakes those who follow it until they stop', async () => {
  const { start, notify } = await startScene()
  const bus = await start()
  const heard: string[] = []
  const stop = bus.onTurn('turn-a', () => heard.push('first'))
  bus.onTurn('turn-a', () => heard.push('second'))

  await notify('jetvision_turns', 'turn-a')
  await vi.waitFor(() => expect(heard).toEqual(['first', 'second']), 30_000)
  stop()
  await notify('jetvision_turns', 'turn-b')
  await notify('jetvision_turns', 'turn-a')

  await vi.waitFor(() => expect(heard).toEqual(['first', 'second', 'second']), 30_000)
})

it('an ephemeral event reaches the named brokers in every process', async () => {
  const { start } = await startScene()
  const [here, there] = [await start(), await start()]
  const heard: EphemeralEvent[] = []
  there.onEphemeral(dana, (event) => heard.push(event))
  there.onEphemeral(omar, (event) => heard.push(event))
  const event = { type: 'typing', conversation_id: 'c', iso_agent_ids: [dana], payload: { is_typing: true } }

  await here.publish(event)

  await vi.waitFor(() => expect(heard).toEqual([event]), 30_000)
})

it('an event larger than Postgres carries is dropped and said so', async () => {
  const { start, log } = await startScene()
  const bus = await start()

  await bus.publish({
    type: 'typing',
    conversation_id: 'c',
    iso_agent_ids: [dana],
    payload: { text: 'ü'.repeat(4_000) },
  })

  expect(log.lines).toContainEqual(
    expect.objectContaining({ level: 'warn', message: 'an event was too large to publish' }),
  )
})

it('after its connection was cut it connects again, and tells everyone to read again', async () => {
  const { start, notify, cut } = await startScene()
  const bus = await start()
  const heard: unknown[] = []
  bus.onFeed(dana, (position) => heard.push(position))
  bus.onTurn('turn-a', () => heard.push('turn'))

  await cut()
  await vi.waitFor(() => expect(heard).toEqual([null, 'turn']), 30_000)
  expect(bus.connected()).toBe(true)
  await notify('jetvision_feed', JSON.stringify({ iso_agent_id: dana, position: 8 }))

  await vi.waitFor(() => expect(heard).toEqual([null, 'turn', 8]), 30_000)
})

it('a connection that has died without a word is noticed, and everyone is told to read again', async () => {
  const database = await startTestDatabase()
  closers.push(() => database.close())
  const wire = await startProxy({ port: Number(new URL(database.databaseUrl).port) })
  closers.push(wire.close)
  const throughWire = new URL(database.databaseUrl)
  throughWire.port = String(wire.port)
  const bus = await startBus({
    databaseUrl: throughWire.href,
    log: recordingLog(),
    reconnect: { first_ms: 10, longest_ms: 50 },
    ping_ms: 50,
    answer_ms: 2_000,
  })
  closers.push(() => bus.close())
  const heard: unknown[] = []
  bus.onFeed(dana, (position) => heard.push(position))

  wire.forget()

  await vi.waitFor(() => expect(heard).toEqual([null]), 30_000)
  const payload = JSON.stringify({ iso_agent_id: dana, position: 8 })
  await database.sql.query('select pg_notify($1, $2)', ['jetvision_feed', payload])
  await vi.waitFor(() => expect(heard).toEqual([null, 8]), 30_000)
})

it('what is not understood, and a listener that throws, harm nobody else', async () => {
  const { start, notify, log } = await startScene()
  const bus = await start()
  const heard: unknown[] = []
  bus.onFeed(dana, () => {
    throw new Error('broken listener')
  })
  bus.onFeed(dana, (position) => heard.push(position))

  await notify('jetvision_feed', 'not json')
  await notify('jetvision_feed', JSON.stringify({ iso_agent_id: dana, position: 3 }))

  await vi.waitFor(() => expect(heard).toEqual([3]), 30_000)
  expect(log.lines.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    'a notification could not be read',
    'a listener failed',
  ])
})

it('starts without a database and keeps trying', async () => {
  const log = recordingLog()
  const bus = await startBus({
    databaseUrl: 'postgres://nobody@127.0.0.1:1/none',
    log,
    reconnect: { first_ms: 5, longest_ms: 5 },
  })
  closers.push(() => bus.close())

  expect(bus.connected()).toBe(false)
  await bus.publish({ type: 'typing', conversation_id: 'c', iso_agent_ids: [dana], payload: {} })
  await vi.waitFor(() => expect(log.lines.filter(({ level }) => level === 'warn').length).toBeGreaterThan(2), 30_000)
})
