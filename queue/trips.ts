import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Avinode, Trip } from '../tools/avinode/avinode.ts'
import { connectionOf } from '../tools/avinode/connections.ts'
import type { Broker, Db, Log, ToolContext } from '../tools/context.ts'
import { findRow, rows } from '../tools/database.ts'
import { ConflictError, NotFoundError, UpstreamError } from '../tools/errors.ts'
import { type AvinodeChange, messageChange, rfqChange, throughConnection } from './avinode-change.ts'
import type { Backoff } from './backoff.ts'
import type { Enqueue } from './enqueue.ts'
import type { System } from './system.ts'

export type TripDeps = {
  service: Db
  contextFor(broker: Broker, seed: string, signal: AbortSignal): ToolContext
  /** The verb `create_trip`. It looks for the trip first, so that there are never two. */
  createTrip(request_id: string, context: ToolContext): Promise<unknown>
  backoff: Backoff
  log: Log
}

const createMs = 60_000
const pollMs = 120_000
const openStates = [
  'trip_created',
  'awaiting_user_action',
  'avinode_session_active',
  'monitoring_for_quotes',
  'awaiting_quotes',
  'analyzing_proposals',
] as const
const isOpen = (status: string) => openStates.some((state) => state === status)
const tripsPerRound = 100
const messagesAtOnce = 200

const Owner = z.object({
  status: z.string(),
  iso_agents: z.object({
    id: z.uuid(),
    clerk_user_id: z.string(),
    role: z.enum(['iso_agent', 'admin', 'operator']),
    full_name: z.string(),
    email: z.string(),
    is_active: z.boolean(),
  }),
})

/** Creates the trip of a request that was left in searching_flights, as its broker. A request that moved on is left alone. */
export async function createWaitingTrip({ request_id }: { request_id: string }, deps: TripDeps): Promise<void> {
  const query = deps.service
    .from('requests')
    .select('status, iso_agents!requests_iso_agent_id_fkey!inner(id, clerk_user_id, role, full_name, email, is_active)')
  const owner = await findRow(Owner, query.eq('id', request_id))
  if (!owner?.iso_agents.is_active || owner.status !== 'searching_flights') return
  const { id: iso_agent_id, clerk_user_id, role, full_name, email } = owner.iso_agents
  const broker = { iso_agent_id, clerk_user_id, role, full_name, email }
  // A seed of its own for each run: two that run at once must not take each other's claim on the trip for their own.
  const context = deps.contextFor(broker, `trip/${request_id}/${randomUUID()}`, AbortSignal.timeout(createMs))
  try {
    await deps.createTrip(request_id, context)
    deps.backoff.succeeded(request_id)
  } catch (error) {
    if (error instanceof ConflictError || error instanceof NotFoundError) return
    const retry_at = deps.backoff.next(request_id)
    deps.log.warn({ err: error, request_id, retry_at }, 'the trip of a request could not be created')
  }
}

/** Enqueues a look at open trips, a bounded number each round, in turn. */
export async function enqueuePolls(slot: number, deps: { service: Db; enqueue: Pick<Enqueue, 'poll'> }): Promise<void> {
  const open = () =>
    deps.service
      .from('requests')
      .select('id')
      .in('status', openStates)
      .not('avinode_trip_id', 'is', null)
      .order('created_at')
      .order('id')
  const Id = z.object({ id: z.uuid() })
  const all = await rows(Id, open().limit(10_000))
  const rounds = Math.max(1, Math.ceil(all.length / tripsPerRound))
  const from = (slot % rounds) * tripsPerRound
  const chosen = all.slice(from, from + tripsPerRound)
  await Promise.all(chosen.map(({ id }) => deps.enqueue.poll(id, String(slot))))
}

type TripReader = Pick<Avinode, 'getTrip' | 'getRfq' | 'getQuote' | 'getTripMessage'>

export type PollDeps = {
  service: Db
  /** How many new messages one look takes up. */
  messages_at_once?: number
  /** How a connection's trips are read; undefined for one that is not set up here. */
  avinodeOf(connection: string): TripReader | undefined
  system: Pick<System, 'applyChange'>
  enqueue: Pick<Enqueue, 'analysis'>
  log: Log
}

/** Reads an open trip and applies what no notification told us: a lost one costs minutes, never a deal. */
export async function pollTrip({ request_id }: { request_id: string }, deps: PollDeps): Promise<void> {
  const OpenRequest = z.object({ status: z.string(), avinode_trip_id: z.string().nullable(), iso_agent_id: z.uuid() })
  const columns = 'status, avinode_trip_id, iso_agent_id'
  const query = deps.service.from('requests').select(columns).eq('id', request_id)
  const request = await findRow(OpenRequest, query)
  if (!request?.avinode_trip_id || !isOpen(request.status)) return
  const signal = AbortSignal.timeout(pollMs)
  try {
    const connection = await connectionOf(request.iso_agent_id, deps.service)
    const avinode = deps.avinodeOf(connection)
    if (!avinode) throw new UpstreamError('avinode', `The Avinode connection ${connection} is not set up here`)
    const trip = await avinode.getTrip(request.avinode_trip_id, signal)
    let key: string | null | undefined
    for (const change of await unseenChanges(trip, avinode, signal, deps)) {
      key = (await deps.system.applyChange(null, throughConnection(change, connection))).analysis_key
    }
    if (key) await deps.enqueue.analysis(request_id, key)
  } catch (error) {
    const fields = { err: error, request_id, avinode_trip_id: request.avinode_trip_id }
    if (error instanceof UpstreamError || error instanceof NotFoundError || signal.aborted) {
      deps.log.warn(fields, 'a trip could not be read; the next round looks again')
      return
    }
    throw error
  }
}

async function unseenChanges(
  trip: Trip,
  avinode: TripReader,
  signal: AbortSignal,
  deps: PollDeps,
): Promise<AvinodeChange[]> {
  const changes: AvinodeChange[] = []
  for (const rfq of trip.rfqs) changes.push(await rfqChange(rfq, avinode, signal, trip))
  const unseen = await unseenMessages(
    trip.rfqs.flatMap(({ message_ids }) => message_ids),
    deps,
  )
  for (const id of unseen) {
    const message = await avinode.getTripMessage(id, signal)
    changes.push(await messageChange(message, avinode, signal, trip))
  }
  return changes
}

/** The first of those that we do not have; the next look finds the others. */
async function unseenMessages(
  ids: string[],
  { service, messages_at_once: most = messagesAtOnce }: PollDeps,
): Promise<string[]> {
  const Known = z.object({ avinode_message_id: z.string() })
  const unseen: string[] = []
  for (let from = 0; from < ids.length && unseen.length < most; from += most) {
    const some = ids.slice(from, from + most)
    const stored = service.from('messages').select('avinode_message_id').in('avinode_message_id', some)
    const known = new Set((await rows(Known, stored)).map(({ avinode_message_id }) => avinode_message_id))
    unseen.push(...some.filter((id) => !known.has(id)))
  }
  return unseen.slice(0, most)
}
