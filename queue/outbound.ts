import { sha256 } from '../tools/canonical-json.ts'
import type { Broker, Log, ToolContext } from '../tools/context.ts'
import { ServiceError, UpstreamError } from '../tools/errors.ts'
import type { Delivery } from '../tools/tool.ts'
import { type Backoff, whenToAsk } from './backoff.ts'
import { DeliveryUnknownError, inDoubt } from './doubt.ts'
import type { Enqueue } from './enqueue.ts'
import type { OutwardAction } from './outward-actions.ts'
import type { Ended, OutboxLease, System } from './system.ts'

export type OutboundDeps = {
  system: Pick<System, 'claimOutbox' | 'markSending' | 'completeOutbox' | 'failOutbox' | 'unknownOutbox' | 'resumeTurn'>
  contextFor(broker: Broker, seed: string, signal: AbortSignal): ToolContext
  actionNamed(name: string): OutwardAction | undefined
  enqueue: Pick<Enqueue, 'turn' | 'outbox'>
  backoff: Backoff
  log: Log
}

/** Ends before the lease of 60 s does, and leaves time to write down what came of it. */
const workMs = 40_000
const recordMs = 15_000
const lastAttempt = 5

/**
 * Does one approved action, at most once. The exact stored payload is done, as the broker; between the mark `sending` and the
 * recorded end nothing is tried blindly again.
 */
export async function processOutbox({ outbox_id }: { outbox_id: string }, deps: OutboundDeps): Promise<void> {
  const lease = await deps.system.claimOutbox(outbox_id)
  if (!lease) return // done already, not due, or in another worker's hands
  const progress = { sending: false, repeatable: false }
  try {
    const result = await perform(lease, progress, deps)
    const ended = await patiently(() => deps.system.completeOutbox(lease, result))
    deps.backoff.succeeded(outbox_id)
    deps.log.info({ outbox_id, action: lease.action, ended: ended !== null }, 'an approved action was done')
    await goOn(ended, deps)
  } catch (error) {
    await recover(lease, error, progress, deps)
  }
}

/** How far it came, and whether the mail provider would know a second try. */
type Progress = { sending: boolean; repeatable: boolean }

async function perform(lease: OutboxLease, progress: Progress, deps: OutboundDeps): Promise<object> {
  if (!isAsApproved(lease)) throw new RefusedError('What is stored is not what was approved, so nothing was sent')
  const action = deps.actionNamed(lease.action)
  if (!action) throw new RefusedError(`Nothing here can do ${lease.action}`)
  const context = deps.contextFor(lease, lease.key, AbortSignal.timeout(workMs))
  progress.repeatable = context.mail.deduplicates
  const delivery: Delivery = {
    key: lease.key,
    async sending() {
      if (!(await deps.system.markSending(lease))) throw new LeaseLostError()
      progress.sending = true
    },
  }
  return action(lease.payload, lease.was_sending ? inDoubt(context) : context, delivery)
}

/** A broker's own words in a room need no approval; everything else is done exactly as its hash says. */
function isAsApproved({ approval_id, payload, payload_sha256 }: OutboxLease) {
  if (payload_sha256 === null) return approval_id === null
  return sha256(payload) === payload_sha256
}

class RefusedError extends Error {}
class LeaseLostError extends Error {}

async function recover(lease: OutboxLease, error: unknown, { sending, repeatable }: Progress, deps: OutboundDeps) {
  const { outbox_id, action } = lease
  const message = error instanceof Error ? error.message : String(error)
  const fields = { err: error, outbox_id, action, attempts: lease.attempts }
  if (error instanceof LeaseLostError) {
    deps.log.warn(fields, 'an action was taken over by another worker')
    return
  }
  const isUnknown =
    error instanceof DeliveryUnknownError ||
    (sending && !repeatable && isUntold(error, 'mail')) ||
    // It broke before it could look, and an earlier worker may have sent it.
    (lease.was_sending && !sending && !(error instanceof UpstreamError))
  if (isUnknown) {
    deps.log.error(fields, 'whether an action left the house is not known')
    return goOn(await patiently(() => deps.system.unknownOutbox(lease, message)), deps)
  }
  const inDoubt = sending && (isUntold(error, 'avinode') || isUntold(error, 'mail') || isUntold(error, 'database'))
  if (inDoubt || (lease.was_sending && error instanceof UpstreamError)) {
    // The row is left as it is: when the lease has run out, the next claim knows that it may have been sent.
    deps.log.warn(fields, 'an action waits until it can be looked up')
    return
  }
  if (error instanceof UpstreamError) return postpone(lease, error, deps)
  const final = error instanceof RefusedError || error instanceof ServiceError || lease.attempts + 1 >= lastAttempt
  const retry_at = final ? null : new Date(Date.now() + 60_000 * 2 ** lease.attempts)
  deps.log.error({ ...fields, final }, 'an approved action failed')
  const notice = final ? `${undone(action)}: ${plain(error)}` : null
  const ended = await deps.system.failOutbox(lease, { error: message, uses_attempt: true, retry_at }, { final, notice })
  if (retry_at === null) return goOn(ended, deps)
  await deps.enqueue.outbox(outbox_id, lease.attempts + 1, retry_at)
}

/** An outage uses up no attempt; the broker is told once, and then the end. */
async function postpone(lease: OutboxLease, error: UpstreamError, deps: OutboundDeps) {
  const { outbox_id, action, attempts } = lease
  const retry_at = whenToAsk(error, outbox_id, deps.backoff)
  deps.log.warn({ err: error, outbox_id, action, retry_at }, 'an approved action waits for a service that is away')
  const notice = `${plain(error)}. Nothing has been sent yet; I keep trying, and send what you approved as soon as I can.`
  await deps.system.failOutbox(lease, { error: error.message, uses_attempt: false, retry_at }, { final: false, notice })
  await deps.enqueue.outbox(outbox_id, attempts, retry_at)
}

/** The assistant goes on with the outcome, and the next message to the same operator may leave. */
async function goOn(ended: Ended, { system, enqueue }: OutboundDeps) {
  if (!ended) return
  const { turn_id, next_outbox } = ended
  // Named by the moment: the job that filed the approval may be ending just now, under the turn's earlier id.
  if (turn_id && (await system.resumeTurn(turn_id))) await enqueue.turn(turn_id, 0, new Date())
  if (next_outbox) await enqueue.outbox(next_outbox.id, next_outbox.attempt)
}

/** Whether a failure leaves open that the other side has acted. */
const isUntold = (error: unknown, upstream: UpstreamError['upstream']) =>
  error instanceof UpstreamError && error.upstream === upstream && error.details.outcome !== 'not_sent'

const undone = (action: string) =>
  action === 'relay_message'
    ? 'Your message did not reach the operator'
    : `I could not do what you approved (${action.replaceAll('_', ' ')})`
/** Only what a ServiceError says is meant for people. */
const plain = (error: unknown) =>
  error instanceof ServiceError || error instanceof RefusedError ? error.message : 'something went wrong on my side'

/** What was sent must be written down: a database that is away for a moment is waited for, within the lease. */
async function patiently<T>(record: () => Promise<T>): Promise<T> {
  const end = Date.now() + recordMs
  for (let pause = 250; ; pause *= 2) {
    try {
      return await record()
    } catch (error) {
      const mayPass = error instanceof UpstreamError && error.upstream === 'database'
      if (!mayPass || Date.now() + pause > end) throw error
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
}
