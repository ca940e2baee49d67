import { expect, it, vi } from 'vitest'
import { UpstreamError } from '../tools/errors.ts'
import { createEnqueue } from './enqueue.ts'
import type { QueueJob, Queues } from './queues.ts'
import { recordingLog } from './testing.ts'

/** A queue whose answers the test gives. */
function scene() {
  const calls: { jobs: QueueJob[]; answers: PromiseWithResolvers<void> }[] = []
  const log = recordingLog()
  const queues = {
    add(_queue: string, ...jobs: QueueJob[]) {
      const answers = Promise.withResolvers<void>()
      calls.push({ jobs, answers })
      return answers.promise
    },
  } as unknown as Queues // enqueueing adds, and does nothing else
  return { calls, log, enqueue: createEnqueue(queues, log) }
}

const microtasks = async () => {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve()
}

it('what is asked for while the queue is busy goes there together', async () => {
  const { calls, enqueue } = scene()

  const asked = Promise.all(['a', 'b', 'c'].map((id) => enqueue.webhook(id, 0)))
  calls[0]?.answers.resolve()
  await microtasks()
  calls[1]?.answers.resolve()
  await asked

  expect(calls.map(({ jobs }) => jobs.map(({ id }) => id))).toEqual([['webhook-a-0'], ['webhook-b-0', 'webhook-c-0']])
})

it('notifications that come within a moment are one job; what comes alone goes at once', async () => {
  const { calls, enqueue } = scene()

  const first = enqueue.webhooks(['a'])
  await microtasks()
  const later = Promise.all([enqueue.webhooks(['b']), enqueue.webhooks(['c', 'd'])])
  calls[0]?.answers.resolve()
  await first
  await vi.waitFor(() => expect(calls).toHaveLength(2), 30_000)
  calls[1]?.answers.resolve()
  await later

  expect(calls.map(({ jobs }) => jobs.map(({ payload }) => payload))).toEqual([
    [{ event_id: 'a' }],
    [{ event_ids: ['b', 'c', 'd'] }],
  ])
})

it('a queue that is away is asked once for all that piled up, so that nothing gathers in memory', async () => {
  const { calls, log, enqueue } = scene()

  const asked = Promise.all(Array.from({ length: 5_000 }, (_, n) => enqueue.webhook(String(n), 0)))
  calls[0]?.answers.reject(new UpstreamError('queue', 'away'))
  await asked

  expect(calls).toHaveLength(1)
  expect(log.lines).toMatchObject([{ level: 'warn', fields: { jobs: 5_000 } }])
  void enqueue.webhook('later', 0)
  expect(calls).toHaveLength(2)
})
