import { afterEach, describe, expect, it, vi } from 'vitest'
import { createModels, ModelConfig } from '../agents/models.ts'
import { startAgentsWorker } from './compose-worker.ts'
import { backends } from './testing.ts'
import { startWorld, type World } from './testing-world.ts'

const closers: (() => PromiseLike<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** The worker as the worker process starts it, with the agents by rules. */
async function work(world: World) {
  const worker = await startAgentsWorker({
    ...world,
    models: createModels(ModelConfig.parse({})),
    publicUrl: 'https://jets.example',
    timing: { watch_ms: 500, grace_ms: 500 },
  })
  closers.push(worker.close)
}

describe.each(backends)('workers with their agents, on $name', ({ name, start }) => {
  it('tell a broker, once, of a request that stands still', async () => {
    const backend = name === 'Postgres' ? undefined : await start()
    if (backend) closers.push(() => backend[Symbol.asyncDispose]())
    const world = await startWorld(backend ? { connection: backend.connection } : {})
    closers.push(() => world[Symbol.asyncDispose]())
    const request = await world.request(await world.broker())
    await world.sql.query("update workflow_states set state_entered_at = now() - interval '26 hours'")
    const notices = async () =>
      (await world.sql.query("select content from messages where rich_content ->> 'card' = 'notice'")).rows

    await work(world)
    await work(world)

    await vi.waitFor(async () => expect(await notices()).toHaveLength(1), { timeout: 20_000, interval: 100 })
    expect((await notices())[0].content).toContain('waiting in Avinode for a day')
    const problems = () => world.sql.query('select request_id, last_seen_at from private.problems')
    const before = (await problems()).rows
    await vi.waitFor(
      async () => {
        const [seen] = (await problems()).rows
        expect(seen?.last_seen_at.getTime()).toBeGreaterThan(before[0]?.last_seen_at.getTime())
      },
      { timeout: 20_000, interval: 100 },
    )
    expect(await notices()).toHaveLength(1)
    expect(before).toMatchObject([{ request_id: request.id }])
  })
})
