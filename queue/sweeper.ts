import type { Log } from '../tools/context.ts'
import type { Backoff } from './backoff.ts'
import type { Enqueue } from './enqueue.ts'
import type { Queues } from './queues.ts'
import type { DueWork, System } from './system.ts'

export type SweepDeps = {
  system: Pick<System, 'dueWork'>
  queues: Pick<Queues, 'ready'>
  enqueue: Enqueue
  /** Trips that could not be created pause here. */
  trips: Backoff
  /** Dead letters that could not be explained pause here. */
  monitors: Backoff
  log: Log
}

export type Sweeper = {
  /** Sweeps soon, instead of at the next round. */
  nudge(): void
  close(): Promise<void>
}

const limit = 500
/** When more waits than one round takes up, the next comes sooner. */
const backlog_ms = 1_000

/** Asks the database for all that waits or was abandoned, and enqueues it. What is enqueued already is not added again. */
export async function sweep({ system, queues, enqueue, trips, monitors, log }: SweepDeps): Promise<DueWork> {
  await queues.ready() // one failure instead of one for each piece of work
  const due = await system.dueWork(limit)
  await Promise.all([
    ...due.webhooks.map(({ id, attempt }) => enqueue.webhook(id, attempt)),
    ...due.turns.map(({ id, attempt }) => enqueue.turn(id, attempt)),
    ...due.outbox.map(({ id, attempt }) => enqueue.outbox(id, attempt)),
    ...due.analyses.map(({ request_id, key }) => enqueue.analysis(request_id, key)),
    ...due.trips
      .filter(({ request_id }) => !trips.pausing(request_id))
      .map(({ request_id }) => enqueue.trip(request_id)),
    ...due.dead_letters
      .filter(({ event_id }) => !monitors.pausing(event_id))
      .map(({ event_id }) => enqueue.monitor(event_id)),
  ])
  const { quotes, proposals, approvals } = due.expired
  if (quotes + proposals + approvals > 0) log.info({ ...due.expired }, 'expired what was out of date')
  return due
}

/** Sweeps again and again until closed: the first time at once, so that a restart takes up what was left lying. */
export function startSweeper(deps: SweepDeps, every_ms: number): Sweeper {
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let again = false
  let closed = false

  const round = async () => {
    clearTimeout(timer)
    let pause_ms = every_ms
    try {
      const { webhooks, turns, outbox } = await sweep(deps)
      if ([webhooks, turns, outbox].some(({ length }) => length === limit)) pause_ms = Math.min(every_ms, backlog_ms)
    } catch (error) {
      deps.log.warn({ err: error }, 'a sweep failed; the next one makes up for it')
    }
    running = undefined
    if (closed) return
    if (again) {
      again = false
      start()
    } else {
      timer = setTimeout(start, pause_ms)
    }
  }
  const start = () => {
    if (closed) return
    if (running) again = true
    else running = round()
  }
  start()

  return {
    nudge: start,
    async close() {
      closed = true
      clearTimeout(timer)
      await running
    },
  }
}
