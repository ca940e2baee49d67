import { expect, it, vi } from 'vitest'
import { UpstreamError } from '../tools/errors.ts'
import { processTurn, TurnAborted, type TurnDeps } from './assistant-turns.ts'
import { createBackoff } from './backoff.ts'
import type { ClaimedTurn } from './system.ts'
import { recordingLog } from './testing.ts'

const turn: ClaimedTurn = {
  turn_id: '10000000-0000-4000-8000-000000000001',
  claim_token: '20000000-0000-4000-8000-000000000001',
  attempt: 1,
  conversation_id: '30000000-0000-4000-8000-000000000001',
  iso_agent_id: '40000000-0000-4000-8000-000000000001',
  clerk_user_id: 'user_dana',
  role: 'iso_agent',
  full_name: 'Dana',
  email: 'dana@example.com',
  trigger: { kind: 'message' },
  user_message_id: null,
  run_state: null,
  sdk_version: null,
  clock_ms: 0,
}

/** Plays the database's side of one turn, and keeps what was asked of it. */
function scene(played: Partial<Pick<TurnDeps, 'runTurn' | 'shutdown'>> & { claimed?: ClaimedTurn | null } = {}) {
  const calls: [string, ...unknown[]][] = []
  const lease = { held: true, stop_requested: false, down: false }
  let wake: (() => void) | undefined
  const shutdown = new AbortController()
  const log = recordingLog()
  const deps: TurnDeps = {
    system: {
      claimTurn: async () => (played.claimed === undefined ? turn : played.claimed),
      async heartbeatTurn() {
        if (lease.down) throw new UpstreamError('database', 'down')
        return { held: lease.held, stop_requested: lease.stop_requested }
      },
      async deferTurn(_turn, retry_at, error, notice) {
        calls.push(['defer', retry_at, error, notice])
        return true
      },
      async endTurn(_turn, { status, messages, error }) {
        calls.push(['end', status, messages, error])
        return true
      },
      nextTurn: async () => ({ id: 'next', attempt: 3 }),
    },
    runTurn: played.runTurn ?? (async () => {}),
    onTurn: (_id, listener) => {
      wake = listener
      return () => {}
    },
    enqueue: { turn: async (turn_id, attempt) => void calls.push(['enqueue', turn_id, attempt]) },
    shutdown: played.shutdown ?? shutdown.signal,
    backoff: createBackoff({ first_ms: 5_000, longest_ms: 60_000 }),
    heartbeat: { every_ms: 5, at_most_every_ms: 1 },
    log,
  }
  return {
    deps,
    log,
    calls,
    lease,
    shutdown,
    wake: () => wake,
    run: () => processTurn({ turn_id: turn.turn_id }, deps),
  }
}

/** A runner that goes on until it is told to end, and ends as the signal says. */
const untilAborted =
  (seen: { reason?: unknown } = {}) =>
  async (_turn: ClaimedTurn, signal: AbortSignal) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    seen.reason = signal.reason
    throw signal.reason
  }

it('runs the claimed turn, then asks for the next of the conversation', async () => {
  const ran: ClaimedTurn[] = []
  const { run, calls } = scene({ runTurn: async (claimed) => void ran.push(claimed) })

  await run()

  expect(ran).toEqual([turn])
  expect(calls).toEqual([['enqueue', 'next', 3]])
})

it('runs nothing that it could not claim', async () => {
  const { run, calls } = scene({ claimed: null, runTurn: () => Promise.reject(new Error('must not run')) })

  await run()

  expect(calls).toEqual([])
})

it('ends the run when the broker presses Stop', async () => {
  const seen: { reason?: unknown } = {}
  const { run, lease, calls } = scene({ runTurn: untilAborted(seen) })

  lease.stop_requested = true
  await run()

  expect(seen.reason).toBeInstanceOf(TurnAborted)
  expect(seen.reason).toMatchObject({ reason: 'stopped' })
  expect(calls).toContainEqual(['end', 'stopped', [], null])
})

it('a call about the turn makes it look at once, not at the next heartbeat', async () => {
  const { run, lease, deps, wake } = scene({ runTurn: untilAborted() })
  deps.heartbeat = { every_ms: 3_600_000, at_most_every_ms: 1 }
  const running = run()
  await vi.waitFor(() => expect(wake()).toBeDefined(), 30_000)
  lease.stop_requested = true
  wake()?.()

  await running

  expect(deps.log).toMatchObject({ lines: [{ message: 'a turn was ended early', fields: { reason: 'stopped' } }] })
})

it('a call that comes while it looks is not forgotten', async () => {
  const { run, deps, wake } = scene({ runTurn: untilAborted() })
  deps.heartbeat = { every_ms: 3_600_000, at_most_every_ms: 1 }
  let looks = 0
  deps.system.heartbeatTurn = async () => {
    looks += 1
    if (looks === 1) wake()?.() // Stop is pressed when this answer is on its way already
    return { held: true, stop_requested: looks > 1 }
  }
  const running = run()
  await vi.waitFor(() => expect(wake()).toBeDefined(), 30_000)
  wake()?.()

  await running

  expect(looks).toBe(2)
})

it('ends the run, and writes nothing, when another worker has the turn', async () => {
  const { run, lease, calls } = scene({ runTurn: untilAborted() })

  lease.held = false
  await run()

  expect(calls).toEqual([['enqueue', 'next', 3]])
})

it('goes on while the database is away for a moment', async () => {
  let finish = () => {}
  const running = new Promise<void>((resolve) => {
    finish = resolve
  })
  const { run, lease, calls, log } = scene({ runTurn: () => running })
  lease.down = true

  const done = run()
  await vi.waitFor(() => expect(log.lines.length).toBeGreaterThan(1), 30_000)
  finish()
  await done

  expect(calls).toEqual([['enqueue', 'next', 3]])
})

it('an outage puts the turn back, tells the broker, and uses no attempt', async () => {
  const { run, calls } = scene({ runTurn: () => Promise.reject(new UpstreamError('model', 'The model is away')) })

  await run()

  expect(calls[0]).toEqual(['defer', expect.any(Date), 'The model is away', expect.stringContaining('go on by myself')])
})

it('a service that says when to come back is asked then', async () => {
  const overloaded = new UpstreamError('model', 'The model has too much to do', { retry_after_seconds: 1_200 })
  const { run, calls } = scene({ runTurn: () => Promise.reject(overloaded) })
  const before = Date.now()

  await run()

  const retry_at = calls[0]?.[1] as Date
  expect(retry_at.getTime()).toBeGreaterThanOrEqual(before + 1_200_000)
})

it('a defect ends the turn with an apology that does not tell what broke', async () => {
  const { run, calls } = scene({ runTurn: () => Promise.reject(new Error('secret detail')) })

  await run()

  const message = expect.objectContaining({ content: expect.not.stringContaining('secret'), content_type: 'text' })
  expect(calls[0]).toEqual(['end', 'failed', [message], 'secret detail'])
})

it('a shutdown puts the turn back for another worker at once', async () => {
  const { run, shutdown, calls } = scene({ runTurn: untilAborted() })
  const running = run()
  shutdown.abort()

  await running

  expect(calls).toEqual([['defer', expect.any(Date), 'The worker is shutting down', null]])
})
