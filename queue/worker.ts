import { z } from 'zod'
import type { DatabaseFunctions } from '../supabase/direct-functions.ts'
import { connectionNamed } from '../tools/avinode/connections.ts'
import type { Db, Log } from '../tools/context.ts'
import { UpstreamError } from '../tools/errors.ts'
import { toolNamed } from '../tools/registry.ts'
import { runTool } from '../tools/tool.ts'
import { processTurn } from './assistant-turns.ts'
import type { AvinodeReader } from './avinode-change.ts'
import { processWebhook } from './avinode-webhooks.ts'
import { type Backoff, createBackoff } from './backoff.ts'
import { type BackgroundDeps, brokerContext } from './broker-context.ts'
import type { Bus } from './bus.ts'
import { createEnqueue, type Enqueue, type Round } from './enqueue.ts'
import { type MaintenanceDeps, MaintenanceJob, processMaintenance } from './maintenance.ts'
import { processOutbox } from './outbound.ts'
import { outwardActionNamed } from './outward-actions.ts'
import type { QueueName, Queues, RunningWorker } from './queues.ts'
import { processAnalysis } from './quote-analysis.ts'
import { startSweeper } from './sweeper.ts'
import { type ClaimedTurn, createSystem } from './system.ts'

export type WorkerDeps = BackgroundDeps & {
  supabase: { service: Db; forBroker(clerk_user_id: string): Db }
  avinode: BackgroundDeps['avinode'] & AvinodeReader
  /** Further Avinode connections by name: their notifications are read through them. */
  connections?: ReadonlyMap<string, BackgroundDeps['avinode'] & AvinodeReader>
  /** How the system's own functions are called, where that is not over the API of the database. */
  systemFunctions?: DatabaseFunctions
  queues: Queues
  bus: Pick<Bus, 'onTurn'>
  runTurn(turn: ClaimedTurn, signal: AbortSignal): Promise<void>
  analyseQuotes(request_id: string, key: string, signal: AbortSignal): Promise<void>
  monitorErrors: MaintenanceDeps['monitorErrors']
  /** Looks for what stands still or keeps failing. Work that it begins anew is asked for through `enqueue`. */
  watch(signal: AbortSignal, enqueue: Pick<Enqueue, 'turn'>): Promise<unknown>
  log: Log
  timing?: Partial<Timing>
}

export type Timing = {
  sweep_ms: number
  poll_ms: number
  watch_ms: number
  heartbeat_ms: number
  /** Running work may end by itself for this long; then it is told to stop. */
  grace_ms: number
  /** And for this long after that; then it is left behind. */
  last_ms: number
}

export type Worker = {
  /** Looks for due work now instead of at the next round. */
  nudge(): void
  /** Takes nothing new, lets running work end, and resolves within 25 s. What did not end is taken over by another worker. */
  close(): Promise<void>
}

const defaults: Timing = {
  sweep_ms: 10_000,
  poll_ms: 15 * 60_000,
  watch_ms: 60_000,
  heartbeat_ms: 15_000,
  grace_ms: 15_000,
  last_ms: 6_000,
}
const concurrency: Record<QueueName, number> = {
  'avinode-webhooks': 4,
  'assistant-turns': 8,
  'quote-analysis': 2,
  outbound: 4,
  maintenance: 2,
}

/** Starts one worker for every kind of work, and the sweeper. Any number of processes may do so beside each other. */
export async function startWorker(deps: WorkerDeps): Promise<Worker> {
  const { log, queues } = deps
  const timing = { ...defaults, ...deps.timing }
  const stopping = new AbortController()
  const enqueue = createEnqueue(queues, log)
  const system = createSystem(deps.systemFunctions ?? deps.supabase.service)
  const trips = createBackoff({ first_ms: 10_000, longest_ms: 5 * 60_000 })
  const monitors = createBackoff({ first_ms: 30_000, longest_ms: 10 * 60_000 })
  const sweeper = startSweeper({ system, queues, enqueue, trips, monitors, log }, timing.sweep_ms)
  const process = workOf(deps, { ...timing, system, enqueue, trips, monitors, shutdown: stopping.signal })

  const running: RunningWorker[] = []
  const rounds = [repeat('polls', timing.poll_ms, enqueue), repeat('watch', timing.watch_ms, enqueue)]
  const close = async () => {
    for (const round of rounds) round.close()
    const grace = setTimeout(() => stopping.abort(), timing.grace_ms)
    const ended = Promise.allSettled([sweeper.close(), ...running.map((worker) => worker.close())])
    await Promise.race([ended, pause(timing.grace_ms + timing.last_ms, ended)])
    clearTimeout(grace)
    stopping.abort()
  }
  try {
    for (const [name, work] of Object.entries(process) as [QueueName, Work][]) {
      running.push(await queues.work(name, concurrency[name], logged(name, work, log)))
    }
  } catch (error) {
    await close()
    throw error
  }
  log.info({ queues: running.length }, 'the worker is running')
  return { nudge: sweeper.nudge, close }
}

type Work = (payload: unknown) => Promise<void>
type Shared = Timing & {
  system: ReturnType<typeof createSystem>
  enqueue: ReturnType<typeof createEnqueue>
  trips: Backoff
  monitors: Backoff
  shutdown: AbortSignal
}

/** Ties each queue to its work. A payload names a row; all else is read when the work is done. */
function workOf(deps: WorkerDeps, shared: Shared): Record<QueueName, Work> {
  const { bus, log, supabase } = deps
  const { system, enqueue, shutdown } = shared
  const outages = { first_ms: 5_000, longest_ms: 60_000 }
  const avinodeOf = (connection: string) => connectionNamed(connection, deps)
  const webhooks = { system, avinodeOf, enqueue, log, backoff: createBackoff(outages) }
  const turns = {
    system,
    enqueue,
    shutdown,
    log,
    runTurn: deps.runTurn,
    onTurn: bus.onTurn,
    backoff: createBackoff(outages),
    heartbeat: { every_ms: shared.heartbeat_ms, at_most_every_ms: Math.min(1_000, shared.heartbeat_ms) },
  }
  const analyses = { enqueue, shutdown, log, analyseQuotes: deps.analyseQuotes, backoff: createBackoff(outages) }
  const contextFor = (...[broker, seed, signal]: ContextParameters) => brokerContext(broker, seed, signal, deps)
  const outbound = {
    system,
    contextFor,
    actionNamed: outwardActionNamed,
    enqueue,
    log,
    backoff: createBackoff({ first_ms: 30_000, longest_ms: 5 * 60_000 }),
  }
  const maintenance = {
    service: supabase.service,
    avinodeOf,
    system,
    contextFor,
    createTrip,
    enqueue,
    shutdown,
    log,
    monitorErrors: deps.monitorErrors,
    backoff: shared.trips,
    monitors: shared.monitors,
    watch: (signal: AbortSignal) => deps.watch(signal, enqueue),
    poll_ms: shared.poll_ms,
  }
  return {
    'avinode-webhooks': async (payload) => {
      const job = WebhookJob.parse(payload)
      if ('event_id' in job) return processWebhook(job, webhooks)
      await Promise.all(job.event_ids.map((event_id) => enqueue.webhook(event_id, 0)))
    },
    'assistant-turns': (payload) => processTurn(TurnJob.parse(payload), turns),
    'quote-analysis': (payload) => processAnalysis(AnalysisJob.parse(payload), analyses),
    outbound: (payload) => processOutbox(OutboxJob.parse(payload), outbound),
    maintenance: (payload) => processMaintenance(MaintenanceJob.parse(payload), maintenance),
  }
}

type ContextParameters = [broker: Parameters<typeof brokerContext>[0], seed: string, signal: AbortSignal]

/** One notification, or several that came in together and are spread over the workers. */
const WebhookJob = z.union([z.object({ event_id: z.uuid() }), z.object({ event_ids: z.array(z.uuid()) })])
const TurnJob = z.object({ turn_id: z.uuid() })
const AnalysisJob = z.object({ request_id: z.uuid(), key: z.string() })
const OutboxJob = z.object({ outbox_id: z.uuid() })

async function createTrip(request_id: string, context: Parameters<typeof runTool>[2]) {
  const tool = toolNamed('create_trip')
  if (!tool) throw new Error('There is no tool create_trip')
  return runTool(tool, { request_id }, context)
}

/** The error ends here: the row still says what is due, and the sweeper asks again. */
const logged =
  (queue: QueueName, work: Work, log: Log): Work =>
  async (payload) => {
    try {
      await work(payload)
    } catch (error) {
      const fields = { err: error, queue, payload }
      if (error instanceof UpstreamError) log.warn(fields, 'a job waits for a service that does not answer')
      else log.error(fields, 'a job failed')
      throw error
    }
  }

/** Asks again and again, the first time soon: a process that restarts often must ask as well. */
function repeat(kind: Round, every_ms: number, enqueue: Pick<Enqueue, 'round'>) {
  // A little less than the time between two, so that the next one is never taken for the last.
  const ask = () => void enqueue.round(kind, every_ms * 0.9)
  const first = setTimeout(ask, Math.min(every_ms, 60_000))
  const timer = setInterval(ask, every_ms)
  return {
    close() {
      clearTimeout(first)
      clearInterval(timer)
    },
  }
}

/** Waits, but no longer than for what it guards. */
async function pause(milliseconds: number, guarded: Promise<unknown>) {
  let timer: NodeJS.Timeout | undefined
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds)
  })
  void guarded.finally(() => clearTimeout(timer))
  await waited
}
