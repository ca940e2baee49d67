import { expect, it, vi } from 'vitest'
import { UpstreamError } from '../tools/errors.ts'
import { createBackoff } from './backoff.ts'
import type { Enqueue } from './enqueue.ts'
import { type SweepDeps, startSweeper, sweep } from './sweeper.ts'
import type { DueWork } from './system.ts'
import { recordingLog } from './testing.ts'

const nothing: DueWork = {
  webhooks: [],
  turns: [],
  outbox: [],
  analyses: [],
  trips: [],
  dead_letters: [],
  expired: { quotes: 0, proposals: 0, approvals: 0 },
}

function scene(due: () => Promise<DueWork>) {
  const asked: unknown[][] = []
  const record =
    (kind: keyof Enqueue) =>
    async (...rest: unknown[]) =>
      void asked.push([kind, ...rest])
  const deps: SweepDeps = {
    system: { dueWork: due },
    queues: { ready: async () => {} },
    enqueue: {
      webhook: record('webhook'),
      webhooks: record('webhooks'),
      turn: record('turn'),
      outbox: record('outbox'),
      analysis: record('analysis'),
      trip: record('trip'),
      poll: record('poll'),
      monitor: record('monitor'),
      round: record('round'),
    },
    trips: createBackoff({ first_ms: 60_000, longest_ms: 60_000 }),
    monitors: createBackoff({ first_ms: 60_000, longest_ms: 60_000 }),
    log: recordingLog(),
  }
  return { deps, asked }
}

it('enqueues everything that waits', async () => {
  const { deps, asked } = scene(async () => ({
    ...nothing,
    webhooks: [{ id: 'w', attempt: 2 }],
    turns: [{ id: 't', attempt: 0 }],
    outbox: [{ id: 'o', attempt: 1 }],
    analyses: [{ request_id: 'r', key: 'k' }],
    trips: [{ request_id: 'r' }],
    dead_letters: [{ event_id: 'd' }],
  }))

  await sweep(deps)

  expect(asked).toEqual([
    ['webhook', 'w', 2],
    ['turn', 't', 0],
    ['outbox', 'o', 1],
    ['analysis', 'r', 'k'],
    ['trip', 'r'],
    ['monitor', 'd'],
  ])
})

it('what failed a moment ago, a trip or the explanation of a dead letter, is left alone for a while', async () => {
  const { deps, asked } = scene(async () => ({
    ...nothing,
    trips: [{ request_id: 'r' }, { request_id: 's' }],
    dead_letters: [{ event_id: 'd' }, { event_id: 'e' }],
  }))
  deps.trips.next('r')
  deps.monitors.next('d')

  await sweep(deps)

  expect(asked).toEqual([
    ['trip', 's'],
    ['monitor', 'e'],
  ])
})

it('sweeps at once, and goes on after a failure', async () => {
  let rounds = 0
  const { deps } = scene(async () => {
    rounds += 1
    if (rounds === 1) throw new UpstreamError('database', 'down')
    return nothing
  })

  const sweeper = startSweeper(deps, 1)
  await vi.waitFor(() => expect(rounds).toBeGreaterThan(2), 30_000)
  await sweeper.close()

  expect(deps.log).toMatchObject({ lines: [{ message: 'a sweep failed; the next one makes up for it' }] })
})

it('a nudge during a round starts one more, and never two at once', async () => {
  let rounds = 0
  let running = 0
  const releases: (() => void)[] = []
  const { deps } = scene(async () => {
    rounds += 1
    running += 1
    expect(running).toBe(1)
    await new Promise<void>((resolve) => releases.push(resolve))
    running -= 1
    return nothing
  })
  const sweeper = startSweeper(deps, 3_600_000)
  await vi.waitFor(() => expect(releases).toHaveLength(1), 30_000)

  sweeper.nudge()
  sweeper.nudge()
  releases[0]?.()
  await vi.waitFor(() => expect(releases).toHaveLength(2), 30_000)
  releases[1]?.()
  await sweeper.close()

  expect(rounds).toBe(2)
})

it('asks the database for nothing while the queue is away', async () => {
  let rounds = 0
  const { deps } = scene(async () => {
    rounds += 1
    return nothing
  })
  deps.queues.ready = async () => {
    throw new UpstreamError('queue', 'down')
  }

  await expect(sweep(deps)).rejects.toMatchObject({ upstream: 'queue' })
  expect(rounds).toBe(0)
})
