import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log } from '../tools/context.ts'
import type { QueueJob, QueueName, Queues } from './queues.ts'

/**
 * Asks for work to be done soon, or at `due`. Never throws: the row that asks for the work is stored already, so that a lost
 * request only costs the time until the sweeper finds it.
 */
export type Enqueue = {
  webhook(event_id: string, attempt: number, due?: Date): Promise<void>
  /** Notifications that have just come in. What comes within a moment is one job, which a worker spreads. */
  webhooks(event_ids: readonly string[]): Promise<void>
  turn(turn_id: string, attempt: number, due?: Date): Promise<void>
  outbox(outbox_id: string, attempt: number, due?: Date): Promise<void>
  /** `key` names the state that is to be analysed, so that the same state is asked for once. */
  analysis(request_id: string, key: string, due?: Date): Promise<void>
  /** Creates the Avinode trip of a request that was left waiting for it. */
  trip(request_id: string): Promise<void>
  /** Reads an open trip from Avinode, in case a notification was lost. `slot` names the round. */
  poll(request_id: string, slot: string): Promise<void>
  /** Lets the error monitor look at a dead letter. */
  monitor(event_id: string): Promise<void>
  /** Work of the whole house, asked for by every worker and done by one of them, once in that time. */
  round(kind: Round, once_in_ms: number): Promise<void>
}

/** `watch` looks for what stands still or keeps failing, `polls` chooses the open trips to look at. */
export type Round = 'watch' | 'polls'

/** Job ids derive from the row and the attempt, so that asking twice adds one job. */
export function createEnqueue(queues: Queues, log: Log): Enqueue {
  const waiting = new Map<QueueName, Waiting[]>()

  /** What is asked for while the queue is busy with earlier jobs goes there together, as soon as it has answered. */
  const drain = async (queue: QueueName, asked: Waiting[]) => {
    while (asked.length > 0) {
      const batch = asked.splice(0, mostAtOnce)
      try {
        await queues.add(queue, ...batch.map(({ job }) => job))
      } catch (error) {
        batch.push(...asked.splice(0)) // it is away: what piled up meanwhile would only wait for the same
        const fields = { err: error, queue, jobs: batch.length, job_id: batch[0]?.job.id }
        log.warn(fields, 'work could not be enqueued; the sweeper will find it')
      }
      for (const { resolve } of batch) resolve()
    }
    waiting.delete(queue)
  }
  const add = (queue: QueueName, job: QueueJob, due?: Date) =>
    new Promise<void>((resolve) => {
      const delayed = due === undefined ? job : { ...job, id: `${job.id}-${seconds(due)}`, delay_ms: remaining(due) }
      const busy = waiting.get(queue)
      if (busy) return void busy.push({ job: delayed, resolve })
      const asked = [{ job: delayed, resolve }]
      waiting.set(queue, asked)
      void drain(queue, asked)
    })
  const addTogether = async (event_ids: string[]) => {
    const jobs: QueueJob[] = []
    while (event_ids.length > 1) {
      jobs.push({ id: `webhooks-${randomUUID()}`, payload: { event_ids: event_ids.splice(0, mostAtOnce) } })
    }
    for (const event_id of event_ids) jobs.push(webhookJob(event_id, 0))
    await Promise.all(jobs.map((job) => add('avinode-webhooks', job)))
  }
  return {
    webhook: (event_id, attempt, due) => add('avinode-webhooks', webhookJob(event_id, attempt), due),
    webhooks: gather(momentMs, addTogether),
    turn: (turn_id, attempt, due) =>
      add('assistant-turns', { id: `turn-${turn_id}-${attempt}`, payload: { turn_id } }, due),
    outbox: (outbox_id, attempt, due) =>
      add('outbound', { id: `outbox-${outbox_id}-${attempt}`, payload: { outbox_id } }, due),
    analysis: (request_id, key, due) =>
      add('quote-analysis', { id: `analysis-${request_id}-${safe(key)}`, payload: { request_id, key } }, due),
    trip: (request_id) => add('maintenance', { id: `trip-${request_id}`, payload: { kind: 'trip', request_id } }),
    poll: (request_id, slot) =>
      add('maintenance', { id: `poll-${request_id}-${safe(slot)}`, payload: { kind: 'poll', request_id } }),
    monitor: (event_id) => add('maintenance', { id: `monitor-${event_id}`, payload: { kind: 'monitor', event_id } }),
    round: (kind, once_in_ms) => add('maintenance', { id: kind, payload: { kind }, once_in_ms }),
  }
}

type Waiting = { job: QueueJob; resolve(): void }

const mostAtOnce = 250
const momentMs = 10

const webhookJob = (event_id: string, attempt: number): QueueJob => ({
  id: `webhook-${event_id}-${attempt}`,
  payload: { event_id },
})

/** Passes on at once what comes alone, and together what comes within a moment after that. */
function gather(moment_ms: number, pass: (ids: string[]) => Promise<unknown>) {
  let waiting: string[] = []
  let next: Promise<unknown> | undefined
  let moment: Promise<unknown> = Promise.resolve()
  const passOn = () => {
    const ids = waiting
    waiting = []
    next = undefined
    const passed = pass(ids)
    moment = Promise.allSettled([passed, delay(moment_ms)])
    return passed
  }
  return async (ids: readonly string[]) => {
    waiting.push(...ids)
    next ??= moment.then(passOn)
    await next
  }
}

/** BullMQ refuses a colon in an id. */
const safe = (part: string) => part.replaceAll(/[^\w-]/g, '_')
/** A second request for the same moment is the same job; it must differ from the job that is just being done. */
const seconds = (due: Date) => Math.ceil(due.getTime() / 1_000)
const remaining = (due: Date) => due.getTime() - Date.now()
