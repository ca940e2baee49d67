import { randomUUID } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Broker } from '../tools/context.ts'
import { UpstreamError } from '../tools/errors.ts'
import { createBackoff } from './backoff.ts'
import { type DeadLetter, type MaintenanceDeps, processMaintenance } from './maintenance.ts'
import type { ClaimedTurn } from './system.ts'
import { backends } from './testing.ts'
import { startWorld, type World } from './testing-world.ts'

const opened: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]()
})

async function open(options?: Parameters<typeof startWorld>[0]) {
  const world = await startWorld(options)
  opened.push(world)
  return world
}

const soon = { timeout: 30_000, interval: 50 }

/** A chat of that broker, with as many messages as texts, each waiting for the assistant. */
async function chat(world: World, broker: Broker, ...texts: string[]) {
  const db = world.supabase.forBroker(broker.clerk_user_id)
  const conversation_id = randomUUID()
  await db.rpc('start_conversation', { p_id: conversation_id }).throwOnError()
  for (const p_content of texts) {
    await db
      .rpc('start_turn', { p_conversation_id: conversation_id, p_message_id: randomUUID(), p_content })
      .throwOnError()
  }
  return { conversation_id, stop: () => db.rpc('stop_turn', { p_conversation_id: conversation_id }).throwOnError() }
}

const turnsOf = async (world: World, conversation_id: string) => {
  const { rows } = await world.sql.query(
    'select status, attempt from private.assistant_turns where conversation_id = $1 order by created_at',
    [conversation_id],
  )
  return rows
}

/** Completes a turn as the assistant does. */
const answer = (world: World) => async (turn: ClaimedTurn) => {
  await world.supabase.service
    .rpc('complete_turn', {
      p_turn_id: turn.turn_id,
      p_claim_token: turn.claim_token,
      p_status: 'completed',
      p_messages: [{ id: randomUUID(), content: `Answer ${turn.attempt}`, content_type: 'text' }],
    })
    .throwOnError()
}

const untilAborted = (_turn: ClaimedTurn, signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })

describe.each(backends)('turns of the assistant, on $name', ({ name, start }) => {
  async function openHere() {
    if (name === 'Postgres') return open()
    const backend = await start()
    opened.push(backend)
    return open({ connection: backend.connection })
  }

  it('those of one chat run one after the other, those of others beside them', async () => {
    const world = await openHere()
    const broker = await world.broker()
    const first = await chat(world, broker, 'one', 'two', 'three')
    const second = await chat(world, broker, 'four')
    const running = new Map<string, number>()
    const run = answer(world)

    await world.work({
      async runTurn(turn) {
        const now = (running.get(turn.conversation_id) ?? 0) + 1
        running.set(turn.conversation_id, now)
        expect(now).toBe(1)
        await run(turn)
        running.set(turn.conversation_id, now - 1)
      },
    })

    await vi.waitFor(async () => {
      expect(await turnsOf(world, first.conversation_id)).toMatchObject(Array(3).fill({ status: 'completed' }))
      expect(await turnsOf(world, second.conversation_id)).toMatchObject([{ status: 'completed' }])
    }, soon)
  })

  it('a turn whose worker died is run again by another, which alone may write', async () => {
    const world = await openHere()
    const { conversation_id } = await chat(world, await world.broker(), 'hello')
    const { rows } = await world.sql.query('select id from private.assistant_turns')
    await world.system.claimTurn(rows[0].id)
    await world.sql.query("update private.assistant_turns set lease_until = now() - interval '1 second'")

    await world.work({ runTurn: answer(world) })

    await vi.waitFor(async () => {
      expect(await turnsOf(world, conversation_id)).toEqual([{ status: 'completed', attempt: 2 }])
    }, soon)
  })

  it('what fails for one chat does not hold up another', async () => {
    const world = await openHere()
    const broker = await world.broker()
    const poison = await chat(world, broker, 'poison')
    const fine = await chat(world, broker, 'fine')
    const run = answer(world)

    await world.work({
      async runTurn(turn) {
        if (turn.conversation_id === poison.conversation_id) throw new Error('a defect')
        await run(turn)
      },
    })

    await vi.waitFor(async () => {
      expect(await turnsOf(world, poison.conversation_id)).toMatchObject([{ status: 'failed' }])
      expect(await turnsOf(world, fine.conversation_id)).toMatchObject([{ status: 'completed' }])
    }, soon)
  })
})

describe('a running turn', () => {
  it('is stopped when the broker says so, long before the next heartbeat', async () => {
    const world = await open()
    const { conversation_id, stop } = await chat(world, await world.broker(), 'hello')
    await world.work({ runTurn: untilAborted, timing: { heartbeat_ms: 60_000 } })
    await vi.waitFor(
      async () => expect(await turnsOf(world, conversation_id)).toMatchObject([{ status: 'running' }]),
      soon,
    )

    await stop()

    await vi.waitFor(
      async () => expect(await turnsOf(world, conversation_id)).toMatchObject([{ status: 'stopped' }]),
      soon,
    )
  })

  it('goes back at a shutdown, and the next worker takes it up', async () => {
    const world = await open()
    const { conversation_id } = await chat(world, await world.broker(), 'hello')
    const worker = await world.work({ runTurn: untilAborted, timing: { grace_ms: 50 } })
    await vi.waitFor(
      async () => expect(await turnsOf(world, conversation_id)).toMatchObject([{ status: 'running' }]),
      soon,
    )

    await worker.close()
    expect(await turnsOf(world, conversation_id)).toEqual([{ status: 'queued', attempt: 1 }])
    await world.work({ runTurn: answer(world) })

    await vi.waitFor(async () => {
      expect(await turnsOf(world, conversation_id)).toEqual([{ status: 'completed', attempt: 2 }])
    }, soon)
  })

  it('waits while the model is away, tells the broker once, and uses up nothing', async () => {
    const world = await open()
    const { conversation_id } = await chat(world, await world.broker(), 'hello')
    const run = answer(world)
    let outages = 2

    await world.work({
      async runTurn(turn) {
        outages -= 1
        if (outages >= 0) throw new UpstreamError('model', 'The language model does not answer')
        await run(turn)
      },
    })
    await vi.waitFor(async () => {
      await world.sql.query('update private.assistant_turns set next_attempt_at = now()')
      expect(await turnsOf(world, conversation_id)).toMatchObject([{ status: 'completed' }])
    }, soon)

    const { rows } = await world.sql.query("select content from messages where content_type = 'system_notification'")
    expect(rows).toHaveLength(1)
  })
})

describe('what a worker does by itself', () => {
  it('an expired approval lets its turn go on', async () => {
    const world = await open()
    const broker = await world.broker()
    const { conversation_id } = await chat(world, broker, 'send it')
    const db = world.supabase.forBroker(broker.clerk_user_id)
    const seen: unknown[] = []
    const run = answer(world)

    await world.work({
      async runTurn(turn) {
        seen.push(turn.run_state)
        if (turn.run_state !== null) return run(turn)
        await db
          .rpc('file_approval', {
            p_id: randomUUID(),
            p_action: 'cancel_request',
            p_payload: { request_id: randomUUID() },
            p_sha256: 'a'.repeat(64),
            p_request_id: null,
            p_conversation_id: conversation_id,
            p_turn_id: turn.turn_id,
            p_tool_call_id: 'call-1',
            p_expires_at: new Date(Date.now() + 3_600_000).toISOString(),
          })
          .throwOnError()
        await world.supabase.service
          .rpc('complete_turn', {
            p_turn_id: turn.turn_id,
            p_claim_token: turn.claim_token,
            p_status: 'interrupted',
            p_messages: [],
            p_run_state: 'paused here',
            p_sdk_version: '0',
          })
          .throwOnError()
      },
    })
    await vi.waitFor(
      async () => expect(await turnsOf(world, conversation_id)).toMatchObject([{ status: 'interrupted' }]),
      soon,
    )
    await world.sql.query("update approvals set expires_at = now() - interval '1 second'")

    await vi.waitFor(
      async () => expect(await turnsOf(world, conversation_id)).toMatchObject([{ status: 'completed' }]),
      soon,
    )
    expect(seen).toEqual([null, 'paused here'])
  })

  it('a dead letter is shown to the error monitor, with the request and the room that it belongs to', async () => {
    const world = await open()
    const request = await world.request(await world.broker())
    const { event_id } = await world.store({
      source: 'seller-chat',
      body: { id: 'asellermsg-404', type: 'tripmsgs', tripId: request.display_id },
    })
    await world.sql.query('update avinode_webhook_events set retry_count = max_retries')
    const letters: DeadLetter[] = []

    await world.work({ monitorErrors: async (letter) => void letters.push(letter) })

    await vi.waitFor(() => expect(letters).toHaveLength(1), soon)
    expect(letters).toMatchObject([
      { id: event_id, event_id, request_id: request.id, conversation_id: expect.any(String) },
    ])
    await vi.waitFor(
      async () => expect(await world.system.dueWork(10)).toMatchObject({ webhooks: [], dead_letters: [] }),
      soon,
    )
    expect(world.log.lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { event_id } }])
  })

  it('a dead letter is explained once, although it is asked for twice', async () => {
    const world = await open()
    const { event_id } = await world.store({ source: 'seller-chat', body: { id: 'asellermsg-404', type: 'tripmsgs' } })
    await world.sql.query("update avinode_webhook_events set processing_status = 'dead_letter', processed_at = now()")
    const letters: DeadLetter[] = []
    const deps = {
      system: world.system,
      service: world.supabase.service,
      monitorErrors: async (letter: DeadLetter) => void letters.push(letter),
      monitors: createBackoff({ first_ms: 60_000, longest_ms: 60_000 }),
      shutdown: new AbortController().signal,
      log: world.log,
    } as unknown as MaintenanceDeps // all that explaining needs

    await processMaintenance({ kind: 'monitor', event_id }, deps)
    await processMaintenance({ kind: 'monitor', event_id }, deps)

    expect(letters).toMatchObject([{ event_id }])
  })

  it('a dead letter whose alert was lost with the queue is shown to the error monitor all the same', async () => {
    const world = await open()
    const { event_id } = await world.store({ source: 'seller-chat', body: { id: 'asellermsg-404', type: 'tripmsgs' } })
    await world.sql.query("update avinode_webhook_events set processing_status = 'dead_letter', processed_at = now()")
    const letters: DeadLetter[] = []
    let isDown = true

    await world.work({
      async monitorErrors(letter) {
        letters.push(letter)
        if (isDown) throw new Error('the monitor is broken')
      },
    })
    await vi.waitFor(() => expect(letters).toMatchObject([{ event_id }]), soon)
    await vi.waitFor(async () => expect(await world.system.dueWork(10)).toMatchObject({ dead_letters: [] }), soon)

    // Replayed and dead once more, it is explained once more.
    isDown = false
    await world.sql.query("update avinode_webhook_events set processed_at = now() + interval '1 second'")
    expect(await world.system.dueWork(10)).toMatchObject({ dead_letters: [{ event_id }] })
  })

  it('an analysis that fails pauses, and does not hold up that of another request', async () => {
    const world = await open()
    const broker = await world.broker()
    const [poison, fine] = [await world.request(broker), await world.request(broker)]
    for (const { trip_id } of [poison, fine]) {
      await world.play(`trips/${trip_id}/send-rfqs`, { operators: 1 })
      await world.play(`trips/${trip_id}/operator-quote`, { total_price: '90000.00' })
    }
    for (const notified of await world.notifications(4)) await world.store(notified)
    const tried: string[] = []

    await world.work({
      async analyseQuotes(request_id) {
        tried.push(request_id)
        if (request_id === poison.id) throw new Error('a defect')
        await world.sql.query("update quotes set status = 'analyzed' where request_id = $1", [request_id])
      },
    })

    await vi.waitFor(() => expect(new Set(tried)).toEqual(new Set([poison.id, fine.id])), soon)
    await vi.waitFor(
      async () => expect((await world.queues.counts())['quote-analysis']).toMatchObject({ delayed: 1 }),
      soon,
    )
    expect(tried.filter((id) => id === poison.id)).toHaveLength(1)
  })

  it('closes although work hangs that does not listen', async () => {
    const world = await open()
    await chat(world, await world.broker(), 'hello')
    let hanging = false
    const worker = await world.work({
      timing: { grace_ms: 10, last_ms: 100 },
      runTurn: () => {
        hanging = true
        return new Promise(() => {})
      },
    })
    await vi.waitFor(() => expect(hanging).toBe(true), soon)

    await worker.close() // which does not wait for it
  })
})
