import { randomUUID } from 'node:crypto'
import type { Log } from '../tools/context.ts'
import { UpstreamError } from '../tools/errors.ts'
import { type Backoff, whenToAsk } from './backoff.ts'
import type { Bus } from './bus.ts'
import type { Enqueue } from './enqueue.ts'
import type { ClaimedTurn, System } from './system.ts'

/** Why a running turn is told to end. Only after `stopped` does it still own its row. */
export type AbortReason = 'stopped' | 'lease_lost' | 'shutdown' | 'too_long'

export class TurnAborted extends Error {
  override readonly name = 'AbortError'
  readonly reason: AbortReason

  constructor(reason: AbortReason) {
    super(`The turn was ended: ${reason}`)
    this.reason = reason
  }
}

export type TurnDeps = {
  system: Pick<System, 'claimTurn' | 'heartbeatTurn' | 'deferTurn' | 'endTurn' | 'nextTurn'>
  /** Runs the assistant and completes the turn. When the signal aborts, it ends soon; the reason is a `TurnAborted`. */
  runTurn(turn: ClaimedTurn, signal: AbortSignal): Promise<void>
  /** Calls back when something happened to the turn; a request to stop is one of these things. */
  onTurn: Bus['onTurn']
  enqueue: Pick<Enqueue, 'turn'>
  /** Aborts when the process is about to end. */
  shutdown: AbortSignal
  backoff: Backoff
  /** How often the lease is renewed, and how soon after a call a stop is noticed. */
  heartbeat: { every_ms: number; at_most_every_ms: number }
  log: Log
}

/** The lease of a turn, as the database grants it. */
const leaseMs = 60_000
/** No turn needs this long; one that does is stuck. */
const longestMs = 15 * 60_000

const outageNotice =
  'I cannot reach a service that I need right now. I have kept your request and go on by myself when it is back.'
const apology = 'Something went wrong on my side, and I could not finish this. Please try again.'

/** Runs one turn of the assistant while its lease is kept. Safe to run twice: only who holds the lease writes anything. */
export async function processTurn({ turn_id }: { turn_id: string }, deps: TurnDeps): Promise<void> {
  const turn = await deps.system.claimTurn(turn_id)
  if (!turn) return // done already, in other hands, or an older turn of the conversation still runs
  const abort = new AbortController()
  const stopKeeping = keepLease(turn, abort, deps)
  const onShutdown = () => abort.abort(new TurnAborted('shutdown'))
  if (deps.shutdown.aborted) onShutdown()
  deps.shutdown.addEventListener('abort', onShutdown, { once: true })
  try {
    abort.signal.throwIfAborted()
    await deps.runTurn(turn, abort.signal)
    deps.backoff.succeeded(turn_id)
  } catch (error) {
    await recover(turn, error, abort.signal, deps)
  } finally {
    stopKeeping()
    deps.shutdown.removeEventListener('abort', onShutdown)
  }
  if (deps.shutdown.aborted) return
  const next = await deps.system.nextTurn(turn_id) // the conversation's next turn waited for the end of this one
  if (next) await deps.enqueue.turn(next.id, next.attempt)
}

function keepLease(turn: ClaimedTurn, abort: AbortController, deps: TurnDeps) {
  const { every_ms, at_most_every_ms } = deps.heartbeat
  const startedAt = Date.now()
  let heldUntil = startedAt + leaseMs
  let askedAt = startedAt
  let timer: NodeJS.Timeout | undefined
  let done = false
  /** Whether a call came while the last answer was on its way, which may not know of it. */
  let called = false

  const beat = async () => {
    askedAt = Date.now()
    called = false
    try {
      const { held, stop_requested } = await deps.system.heartbeatTurn(turn)
      if (!held) return abort.abort(new TurnAborted('lease_lost'))
      if (stop_requested) return abort.abort(new TurnAborted('stopped'))
      heldUntil = askedAt + leaseMs
    } catch (error) {
      deps.log.warn({ err: error, turn_id: turn.turn_id }, 'the lease of a turn could not be renewed')
    }
    if (Date.now() > heldUntil) return abort.abort(new TurnAborted('lease_lost'))
    if (Date.now() - startedAt > longestMs) return abort.abort(new TurnAborted('too_long'))
    schedule(called ? at_most_every_ms : every_ms)
  }
  const schedule = (pause_ms: number) => {
    clearTimeout(timer)
    if (!done && !abort.signal.aborted) timer = setTimeout(() => void beat(), pause_ms)
  }
  schedule(every_ms)
  // The turn's own chunks call too, many times a second.
  const unsubscribe = deps.onTurn(turn.turn_id, () => {
    called = true
    schedule(Math.max(0, askedAt + at_most_every_ms - Date.now()))
  })
  return () => {
    done = true
    clearTimeout(timer)
    unsubscribe()
  }
}

/** The runner ends its own turns; what it throws is an outage, an abort, or a defect. */
async function recover(turn: ClaimedTurn, error: unknown, signal: AbortSignal, deps: TurnDeps) {
  const { turn_id } = turn
  const reason = signal.aborted && signal.reason instanceof TurnAborted ? signal.reason.reason : undefined
  if (reason !== undefined) deps.log.info({ turn_id, reason }, 'a turn was ended early')
  if (reason === 'lease_lost') return
  if (reason === 'stopped') {
    await deps.system.endTurn(turn, { status: 'stopped', messages: [], error: null })
    return
  }
  if (reason === 'shutdown') {
    await deps.system.deferTurn(turn, new Date(), 'The worker is shutting down', null)
    return
  }
  if (error instanceof UpstreamError) {
    const retry_at = whenToAsk(error, turn_id, deps.backoff)
    deps.log.warn({ err: error, turn_id, retry_at }, 'a turn waits for a service that does not answer')
    await deps.system.deferTurn(turn, retry_at, error.message, outageNotice)
    return
  }
  const { held } = await deps.system.heartbeatTurn(turn)
  if (!held) {
    deps.log.info({ err: error, turn_id }, 'a turn was taken over by another worker')
    return
  }
  deps.log.error({ err: error, turn_id }, 'a turn failed')
  const message = { id: randomUUID(), content_type: 'text', content: apology, rich_content: null, metadata: {} }
  const reported = error instanceof Error ? error.message : String(error)
  await deps.system.endTurn(turn, { status: 'failed', messages: [message], error: reported })
}
