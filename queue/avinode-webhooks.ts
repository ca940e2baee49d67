import type { Log } from '../tools/context.ts'
import { UpstreamError } from '../tools/errors.ts'
import { parseInput } from '../tools/tool.ts'
import { type AvinodeReader, Notification, readChange, throughConnection } from './avinode-change.ts'
import { type Backoff, whenToAsk } from './backoff.ts'
import type { Enqueue } from './enqueue.ts'
import type { System, WebhookLease } from './system.ts'

export type WebhookDeps = {
  system: Pick<System, 'claimWebhook' | 'heartbeatWebhook' | 'applyChange' | 'failWebhook'>
  /** How a connection's notifications are read; undefined for one that is not set up here. */
  avinodeOf(connection: string): AvinodeReader | undefined
  enqueue: Pick<Enqueue, 'webhook' | 'analysis' | 'monitor'>
  backoff: Backoff
  log: Log
  /** How often the lease of 60 seconds is renewed. */
  heartbeat_ms?: number
}

/** So long one notification may take; its lease is renewed all the while. */
const workMs = 120_000
const heartbeatMs = 20_000

/** Brings one stored notification to its end. Safe to run twice, late, or beside another worker. */
export async function processWebhook({ event_id }: { event_id: string }, deps: WebhookDeps): Promise<void> {
  const lease = await deps.system.claimWebhook(event_id)
  if (!lease) return // finished already, not due, or in another worker's hands
  const { signal, stop } = keepLease(lease, deps)
  try {
    const notification = parseInput(Notification, lease.raw_payload)
    const change = await readChange(notification, readerOf(lease, deps), signal)
    // Every effect and the completion, in one transaction.
    const applied = await deps.system.applyChange(lease, throughConnection(change, lease.connection))
    deps.backoff.succeeded(event_id)
    deps.log.info({ event_id, kind: change.kind, ...applied }, 'applied a notification')
    const { request_id, analysis_key } = applied
    if (request_id && analysis_key) await deps.enqueue.analysis(request_id, analysis_key)
  } catch (error) {
    await fail(lease, signal.aborted ? tooSlow(error) : error, deps)
  } finally {
    stop()
  }
}

/** Renews the lease until it is stopped. The signal ends the work that takes too long, or that somebody else has taken over. */
function keepLease(lease: WebhookLease, { system, log, heartbeat_ms = heartbeatMs }: WebhookDeps) {
  const lost = new AbortController()
  const beat = setInterval(async () => {
    try {
      if (!(await system.heartbeatWebhook(lease))) lost.abort()
    } catch (error) {
      log.warn({ err: error, event_id: lease.event_id }, 'the lease of a notification could not be renewed')
    }
  }, heartbeat_ms)
  return { signal: AbortSignal.any([AbortSignal.timeout(workMs), lost.signal]), stop: () => clearInterval(beat) }
}

function readerOf({ connection }: WebhookLease, { avinodeOf }: WebhookDeps) {
  const avinode = avinodeOf(connection)
  if (!avinode) throw new Error(`The Avinode connection ${connection} is not set up here`)
  return avinode
}

async function fail(lease: WebhookLease, error: unknown, deps: WebhookDeps) {
  const { event_id } = lease
  const outage = error instanceof UpstreamError
  const message = error instanceof Error ? error.message : String(error)
  const retry_at = outage ? whenToAsk(error, event_id, deps.backoff) : null
  const stack = error instanceof Error && !outage ? (error.stack ?? null) : null
  deps.log.warn({ err: error, event_id, attempt: lease.attempt, retry_at }, 'a notification could not be applied')

  const failed = await deps.system.failWebhook(lease, { error: message, uses_attempt: !outage, retry_at }, stack)
  if (failed?.status === 'dead_letter') {
    deps.log.error({ event_id, attempt: lease.attempt }, 'a notification was given up: it is a dead letter now')
    return deps.enqueue.monitor(event_id)
  }
  if (failed?.next_retry_at) await deps.enqueue.webhook(event_id, lease.attempt + 1, failed.next_retry_at)
}

const tooSlow = (cause: unknown) => new UpstreamError('avinode', 'Avinode did not answer in time', { cause })
