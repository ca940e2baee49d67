import { z } from 'zod'
import type { Db, Log } from '../tools/context.ts'
import { call } from '../tools/database.ts'
import { ServiceError } from '../tools/errors.ts'
import type { Bus } from './deps.ts'
import { createWake } from './wake.ts'

/** One part of the assistant's answer, as the AI SDK's UI message stream defines it. */
export const TurnChunk = z.looseObject({ type: z.string() })
export type TurnChunk = z.infer<typeof TurnChunk>

export const Turn = z.object({
  turn_id: z.uuid(),
  status: z.enum(['queued', 'running', 'interrupted', 'completed', 'failed', 'stopped']),
  finished: z.boolean(),
  attempt: z.number(),
  chunks: z.array(z.object({ seq: z.number(), chunk: TurnChunk })),
})
export type Turn = z.infer<typeof Turn>

type Following = {
  db: Db
  bus: Bus
  log: Log
  conversation_id: string
  turn_id: string
  signal: AbortSignal
  poll_ms?: number
  deferred_ms?: number
}

const POLL_MS = 1_000
const DEFERRED_MS = 3_000
/** After that long without the database a reader had better come back later. */
const OUTAGE_LIMIT = 60

/** The newest turn of a conversation with its chunks after `after`, or null when there was none. */
export const readTurn = (db: Db, conversation_id: string, after = -1, turn_id?: string) =>
  call(
    Turn.nullable(),
    db.rpc('read_turn', { p_conversation_id: conversation_id, p_after: after, ...(turn_id && { p_turn_id: turn_id }) }),
  )

/** Whether a turn is still being worked on, or about to be. */
export const isOpen = (turn: Turn | null): turn is Turn =>
  turn !== null && (turn.status === 'queued' || turn.status === 'running')

/**
 * The chunks of one turn from its beginning, as they come, until it ends, waits for a person or for an outage to pass. A turn that had to begin anew
 * (its worker was killed) yields a `restart` first: what was shown of it does not count any more.
 */
export async function* followTurn(
  following: Following,
): AsyncGenerator<TurnChunk | 'restart', Turn['status'] | 'deferred' | undefined> {
  const { db, bus, log, conversation_id, turn_id, signal, poll_ms = POLL_MS, deferred_ms = DEFERRED_MS } = following
  const wake = createWake()
  const unsubscribe = bus.onTurn(turn_id, wake.wake)
  let after = -1
  let attempt: number | undefined
  let failures = 0
  let deferred_since: number | undefined
  try {
    while (!signal.aborted) {
      const turn = await readTurn(db, conversation_id, after, turn_id).catch((error: unknown) => {
        failures += 1
        if (!(error instanceof ServiceError && error.retryable) || failures > OUTAGE_LIMIT) throw error
        log.warn({ err: error, turn_id }, 'a turn could not be read; trying again')
        return undefined
      })
      if (turn === null) return undefined
      if (turn) {
        failures = 0
        if (attempt !== undefined && turn.attempt > attempt && after >= 0) {
          after = -1
          attempt = turn.attempt
          yield 'restart'
          continue
        }
        attempt = turn.attempt
        for (const { seq, chunk } of turn.chunks) {
          after = seq
          yield chunk
        }
        if (turn.finished || !isOpen(turn)) return turn.status
        // Claimed before and waiting again: an outage, unless a worker takes it up at once.
        const isDeferred = turn.status === 'queued' && turn.attempt > 0
        deferred_since = isDeferred ? (deferred_since ?? Date.now()) : undefined
        if (deferred_since !== undefined && Date.now() - deferred_since >= deferred_ms) return 'deferred'
      }
      await wake.wait(poll_ms, signal)
    }
    return undefined
  } finally {
    unsubscribe()
  }
}
