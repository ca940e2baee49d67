import { z } from 'zod'
import type { Db, Log } from '../tools/context.ts'
import { findRow } from '../tools/database.ts'
import { UpstreamError } from '../tools/errors.ts'
import type { Backoff } from './backoff.ts'
import type { Enqueue } from './enqueue.ts'
import type { System } from './system.ts'
import { createWaitingTrip, enqueuePolls, type PollDeps, pollTrip, type TripDeps } from './trips.ts'

/** A notification that was given up, and whose it may be. */
export type DeadLetter = {
  /** Names the failure: the same one is explained once. */
  id: string
  event_id: string
  execution_id: null
  request_id: string | null
  /** The room of the broker who should hear of it. */
  conversation_id: string | null
}

export type MaintenanceDeps = TripDeps &
  PollDeps & {
    /** Explains a dead letter, and cures what a retry can cure. */
    monitorErrors(failure: DeadLetter, signal: AbortSignal): Promise<unknown>
    /** Looks for what stands still or keeps failing, and tells those whom it concerns. */
    watch(signal: AbortSignal): Promise<unknown>
    system: Pick<System, 'applyChange' | 'isUntoldDeadLetter' | 'noteDeadLetter'>
    enqueue: Pick<Enqueue, 'analysis' | 'poll'>
    monitors: Backoff
    /** How often each open trip is looked at. */
    poll_ms: number
    shutdown: AbortSignal
  }

export const MaintenanceJob = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('trip'), request_id: z.uuid() }),
  z.object({ kind: z.literal('poll'), request_id: z.uuid() }),
  z.object({ kind: z.literal('monitor'), event_id: z.uuid() }),
  z.object({ kind: z.literal('watch') }),
  z.object({ kind: z.literal('polls') }),
])
export type MaintenanceJob = z.infer<typeof MaintenanceJob>

const monitorMs = 5 * 60_000
const watchMs = 5 * 60_000

/** What nobody asked for but must be done. Each kind may run twice: it looks at the present state first. */
export async function processMaintenance(job: MaintenanceJob, deps: MaintenanceDeps): Promise<void> {
  if (job.kind === 'trip') return createWaitingTrip(job, deps)
  if (job.kind === 'poll') return pollTrip(job, deps)
  if (job.kind === 'watch') return watchOnce(deps)
  if (job.kind === 'polls') return enqueuePolls(Math.floor(Date.now() / deps.poll_ms), deps)
  return explainDeadLetter(job.event_id, deps)
}

async function watchOnce({ watch, shutdown, log }: MaintenanceDeps) {
  const signal = AbortSignal.any([shutdown, AbortSignal.timeout(watchMs)])
  try {
    await watch(signal)
  } catch (error) {
    if (!signal.aborted) throw error
    log.warn({ err: error }, 'the look at what stands still was ended early; the next round goes on')
  }
}

async function explainDeadLetter(event_id: string, deps: MaintenanceDeps) {
  try {
    if (!(await deps.system.isUntoldDeadLetter(event_id))) return // told by an earlier job, or replayed since
    const letter = await readDeadLetter(event_id, deps.service)
    if (!letter) return
    await deps.monitorErrors(letter, AbortSignal.any([deps.shutdown, AbortSignal.timeout(monitorMs)]))
    await deps.system.noteDeadLetter(event_id)
    deps.monitors.succeeded(event_id)
  } catch (error) {
    deps.monitors.next(event_id) // the sweeper asks again, until it has been noted
    if (deps.shutdown.aborted) return
    logFailure(error, event_id, deps.log)
    // A defect would only be met again; the log has it, and the dead letter stays in the list.
    if (!(error instanceof UpstreamError)) await deps.system.noteDeadLetter(event_id)
  }
}

const Letter = z.object({ request_id: z.uuid().nullable(), avinode_trip_id: z.string().nullable() })
const Request = z.object({ id: z.uuid(), primary_conversation_id: z.uuid().nullable() })

async function readDeadLetter(event_id: string, service: Db): Promise<DeadLetter | undefined> {
  const events = service.from('avinode_webhook_events').select('request_id, avinode_trip_id')
  const letter = await findRow(Letter, events.eq('id', event_id).eq('processing_status', 'dead_letter'))
  if (!letter) return undefined
  const requests = () => service.from('requests').select('id, primary_conversation_id').limit(1)
  let request: z.infer<typeof Request> | undefined
  if (letter.request_id) request = await findRow(Request, requests().eq('id', letter.request_id))
  else if (letter.avinode_trip_id) {
    // A notification names its trip as people see it.
    request = await findRow(Request, requests().eq('metadata->>avinode_display_id', letter.avinode_trip_id))
  }
  return {
    id: event_id,
    event_id,
    execution_id: null,
    request_id: request?.id ?? null,
    conversation_id: request?.primary_conversation_id ?? null,
  }
}

function logFailure(error: unknown, event_id: string, log: Log) {
  const fields = { err: error, event_id }
  if (error instanceof UpstreamError) log.warn(fields, 'the error monitor waits for a service that does not answer')
  else log.error(fields, 'the error monitor failed')
}
