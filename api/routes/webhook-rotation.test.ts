import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { backends } from '../../queue/testing.ts'
import { addressedElsewhere, startConsumer } from '../../queue/testing-consumers.ts'
import { startTestApi, type TestApi } from '../testing.ts'

vi.setConfig({ testTimeout: 180_000 })

let api: TestApi
beforeAll(async () => {
  api = await startTestApi()
})
afterAll(() => api?.close())
const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

const OLD = { username: 'avinode', password: 'the one from last month' }
const NEW = { username: 'avinode', password: 'the one from this month' }
const basic = ({ username, password }: typeof OLD) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

it.each(backends)(
  'a password is changed under 1,000 notifications: none is lost, and the old one is over (queue on $name)',
  async ({ name, start }) => {
    const { databaseUrl } = api.world.stack
    const backend = name === 'Postgres' ? undefined : await start()
    if (backend) opened.push(backend)
    const consumer = await startConsumer(databaseUrl, backend?.connection ?? { databaseUrl }, 8)
    opened.push(consumer)
    const nothing = async () => {}
    const enqueue = { webhooks: consumer.enqueue.webhooks, turn: nothing, outbox: nothing }
    /** A process that knows these pairs, beside the others on the same database. */
    const process = async (...credentials: (typeof OLD)[]) => {
      const one = await startTestApi({ webhook: { credentials }, enqueue }, api)
      opened.push({ [Symbol.asyncDispose]: () => one.close() })
      return one
    }
    const [before, both, after] = [await process(OLD), await process(NEW, OLD), await process(NEW)]
    const run = randomUUID()
    const deliver = async (to: TestApi, id: string, credential: typeof OLD) => {
      const headers = { authorization: basic(credential) }
      return (await to.anonymous.post('/api/webhooks/avinode/seller-chat', addressedElsewhere(id), headers)).status
    }

    // Two processes are restarted one after the other, twice; Avinode changes over in its own time, for a part of it too early.
    const steps = [
      { processes: [before, before], shown: [OLD] },
      { processes: [both, before], shown: [OLD, OLD, NEW] },
      { processes: [both, both], shown: [OLD, NEW] },
      { processes: [after, both], shown: [NEW] },
      { processes: [after, after], shown: [NEW] },
    ]
    let refused: string[] = []
    let unauthorized = 0
    /** Delivers once what is due, one after the other to each process; what is refused comes again, as Avinode does it. */
    const deliverAll = async (ids: string[], { processes, shown }: (typeof steps)[number]) => {
      refused = []
      await Promise.all(
        ids.map(async (id, index) => {
          const status = await deliver(processes[index % 2] ?? after, id, shown[index % shown.length] ?? NEW)
          if (status !== 200) refused.push(id)
          if (status === 401) unauthorized += 1
        }),
      )
    }
    for (const [number, step] of steps.entries()) {
      const fresh = Array.from({ length: 200 }, (_, index) => `asellermsg-${run}-${number}-${index}`)
      unauthorized = 0
      await deliverAll([...refused, ...fresh], step)
      // Only the new password at a process that does not know it yet; once both know both, neither is ever refused.
      if (number === 1) expect(unauthorized).toBeGreaterThan(0)
      else expect(unauthorized).toBe(0)
    }
    while (refused.length > 0) await deliverAll(refused, { processes: [after, after], shown: [NEW] })
    const late = await Promise.all(
      Array.from({ length: 200 }, (_, index) => deliver(after, `asellermsg-${run}-late-${index}`, OLD)),
    )

    expect(new Set(late)).toEqual(new Set([401]))
    const { rows } = await api.sql.query<{ id: string }>(
      'select id from avinode_webhook_events where avinode_event_id like $1',
      [`tripmsgs:asellermsg-${run}-%`],
    )
    expect(rows).toHaveLength(1_000)
    const stored = new Set(rows.map(({ id }) => id))
    const applied = () => consumer.applied.filter((id) => stored.has(id))
    await vi.waitFor(
      async () => {
        if (applied().length < 1_000) await consumer.sweep()
        expect(applied().length).toBeGreaterThanOrEqual(1_000)
      },
      { timeout: 150_000, interval: 500 },
    )
    expect(applied().sort()).toEqual([...stored].sort())
  },
)
