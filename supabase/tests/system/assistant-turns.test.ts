import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { notify, rfq, sent } from './avinode-world.ts'
import { type Agent, startWorld } from './world.ts'

type Lease = { turn_id: string; claim_token: string; attempt: number; run_state: string | null }
type Turn = {
  turn_id: string
  status: string
  attempt: number
  finished: boolean
  chunks: { seq: number; chunk: unknown }[]
}

async function startChat() {
  const world = await startWorld()
  const room = await world.chat(world.dana)
  const ask = async (content: string, p_message_id: string = randomUUID()) =>
    (
      await world.dana.call<{ turn_id: string }>('start_turn', {
        p_conversation_id: room,
        p_message_id,
        p_content: content,
      })
    ).turn_id
  const claim = (p_turn_id: string) => world.work<Lease | null>('claim_turn', { p_turn_id })
  const claimed = async (turn_id: string) => {
    const lease = await claim(turn_id)
    if (!lease) throw new Error('The turn could not be claimed')
    return lease
  }
  const complete = ({ turn_id, claim_token }: Lease, p_status = 'completed', rest: Record<string, string> = {}) =>
    world.work<boolean>('complete_turn', {
      p_turn_id: turn_id,
      p_claim_token: claim_token,
      p_status,
      p_messages: [{ id: randomUUID(), content: 'Done.' }],
      ...rest,
    })
  const say = ({ turn_id, claim_token }: Lease, p_first_seq: number, p_chunks: string[]) =>
    world.work<boolean>('append_turn_chunks', { p_turn_id: turn_id, p_claim_token: claim_token, p_first_seq, p_chunks })
  const read = (p_after = -1, p_turn_id?: string) =>
    world.dana.call<Turn | null>('read_turn', { p_conversation_id: room, p_after, p_turn_id })
  const state = async (id: string) =>
    (await world.one('select status from private.assistant_turns where id = $1', [id])).status
  return { ...world, room, ask, claim, claimed, complete, say, read, state }
}

const file = (by: Agent, lease: Lease, id: string = randomUUID()) =>
  by
    .call('file_approval', {
      p_id: id,
      p_action: 'test_action',
      p_payload: { a: 1 },
      p_sha256: 'a'.repeat(64),
      p_request_id: null,
      p_conversation_id: null,
      p_turn_id: lease.turn_id,
      p_tool_call_id: 'call_1',
      p_expires_at: new Date(Date.now() + 60_000).toISOString(),
    })
    .then(() => id)

describe('a turn', () => {
  it('starts once for a message, however often it is asked for', async () => {
    await using chat = await startChat()
    const id = randomUUID()

    const turns = await Promise.all(Array.from({ length: 10 }, () => chat.ask('Hello', id)))

    expect(new Set(turns).size).toBe(1)
    expect(await chat.sql('select id, content, sender_type, status from messages')).toEqual([
      { id, content: 'Hello', sender_type: 'iso_agent', status: 'sent' },
    ])
    expect(await chat.sql('select status from private.assistant_turns')).toEqual([{ status: 'queued' }])
  })

  it('cannot be started in the room of somebody else, by an observer, or where an operator reads along', async () => {
    await using chat = await startChat()
    const start = (agent: Agent, p_conversation_id: string) =>
      agent.call('start_turn', { p_conversation_id, p_message_id: randomUUID(), p_content: 'Hello' })
    await expect(start(chat.omar, chat.room)).rejects.toMatchObject({ code: 'PT404' })
    await expect(start(chat.dana, randomUUID())).rejects.toMatchObject({ code: 'PT404' })

    await chat.dana.call('invite_participant', {
      p_conversation_id: chat.room,
      p_iso_agent_email: 'OMAR@jetvision.test',
    })
    await expect(start(chat.omar, chat.room)).rejects.toMatchObject({ code: 'PT403' })

    await chat.request(chat.dana)
    const { conversation_id } = await notify(chat, sent(rfq(1)))
    await expect(start(chat.dana, String(conversation_id))).rejects.toMatchObject({ code: 'PT409' })
  })

  it('does not take over the message id of another room or person', async () => {
    await using chat = await startChat()
    const id = randomUUID()
    await chat.ask('Mine', id)
    const other = await chat.chat(chat.omar)

    const taken = chat.omar.call('start_turn', { p_conversation_id: other, p_message_id: id, p_content: 'Yours?' })

    await expect(taken).rejects.toMatchObject({ code: 'PT409' })
  })

  it('is claimed by exactly one of twenty workers, with the broker for whom it runs', async () => {
    await using chat = await startChat()
    const turn_id = await chat.ask('Hello')

    const leases = await Promise.all(Array.from({ length: 20 }, () => chat.claim(turn_id)))

    expect(leases.filter((lease) => lease !== null)).toMatchObject([
      {
        turn_id,
        attempt: 1,
        conversation_id: chat.room,
        iso_agent_id: chat.dana.id,
        clerk_user_id: 'user_dana',
        full_name: 'Dana',
        trigger: { kind: 'message' },
      },
    ])
  })

  it('waits for the older ones of its conversation, and for no other conversation', async () => {
    await using chat = await startChat()
    const first = await chat.ask('First')
    const second = await chat.ask('Second')
    const elsewhere = await chat.omar.call<{ turn_id: string }>('start_turn', {
      p_conversation_id: await chat.chat(chat.omar),
      p_message_id: randomUUID(),
      p_content: 'Hello',
    })

    expect(await chat.claim(second)).toBeNull()
    expect(await chat.claim(elsewhere.turn_id)).not.toBeNull()
    const lease = await chat.claimed(first)
    expect(await chat.claim(second)).toBeNull()

    await chat.complete(lease)
    expect(await chat.work('next_turn', { p_turn_id: first })).toEqual({ id: second, attempt: 0 })
    expect(await chat.claim(second)).toMatchObject({ turn_id: second })
  })

  it('runs beside three others of its broker, and a fifth waits until one of them ends', async () => {
    await using chat = await startChat()
    const askIn = async (who: Agent) =>
      (
        await who.call<{ turn_id: string }>('start_turn', {
          p_conversation_id: await chat.chat(who),
          p_message_id: randomUUID(),
          p_content: 'Hello',
        })
      ).turn_id
    const running: Lease[] = []
    for (let n = 0; n < 4; n++) running.push(await chat.claimed(await askIn(chat.dana)))
    const fifth = await askIn(chat.dana)
    const sixth = await askIn(chat.dana)
    const omars = await askIn(chat.omar)
    const due = async () => (await chat.work<{ turns: { id: string }[] }>('due_work', { p_limit: 10 })).turns

    expect(await chat.claim(fifth)).toBeNull()
    expect(await due()).toEqual([{ id: omars, attempt: 0 }])
    expect(await chat.claim(omars)).not.toBeNull()

    const [ended] = running
    if (!ended) throw new Error('Nothing runs')
    await chat.complete(ended)
    expect(await chat.work('next_turn', { p_turn_id: ended.turn_id })).toEqual({ id: fifth, attempt: 0 })
    expect(await due()).toEqual([{ id: fifth, attempt: 0 }])
    // Whoever asks first has the one place.
    const both = await Promise.all([chat.claim(fifth), chat.claim(sixth)])
    expect(both.filter((lease) => lease !== null)).toHaveLength(1)
  })

  it('is taken over when its worker dies, and the dead worker can change nothing any more', async () => {
    await using chat = await startChat()
    const dead = await chat.claimed(await chat.ask('Hello'))
    await chat.say(dead, 0, ['He', 'llo'])
    await chat.leasesRunOut()
    const alive = await chat.claimed(dead.turn_id)

    expect(alive.attempt).toBe(2)
    expect(await chat.say(dead, 2, ['?'])).toBe(false)
    expect(await chat.complete(dead)).toBe(false)
    expect(
      await chat.work('heartbeat_turn', { p_turn_id: dead.turn_id, p_claim_token: dead.claim_token }),
    ).toMatchObject({ held: false })
    expect(
      await chat.work('defer_turn', {
        p_turn_id: dead.turn_id,
        p_claim_token: dead.claim_token,
        p_retry_at: null,
        p_error: 'x',
      }),
    ).toBe(false)
    expect(await chat.read()).toMatchObject({ attempt: 2, chunks: [] })
    expect(await chat.complete(alive)).toBe(true)
    expect(await chat.sql(`select content from messages where sender_type = 'ai_assistant'`)).toEqual([
      { content: 'Done.' },
    ])
  })

  it('stays with a worker that says in time that it lives', async () => {
    await using chat = await startChat()
    const lease = await chat.claimed(await chat.ask('Hello'))
    await chat.leasesRunOut()

    expect(await chat.work('heartbeat_turn', { p_turn_id: lease.turn_id, p_claim_token: lease.claim_token })).toEqual({
      held: true,
      stop_requested: false,
    })
    expect(await chat.claim(lease.turn_id)).toBeNull()
  })

  it('is given up, in plain words, when five workers died of it', async () => {
    await using chat = await startChat()
    const turn_id = await chat.ask('Hello')
    for (let death = 0; death < 5; death += 1) {
      await chat.claimed(turn_id)
      await chat.leasesRunOut()
    }

    expect(await chat.claim(turn_id)).toBeNull()
    expect(await chat.state(turn_id)).toBe('failed')
    expect(await chat.sql(`select content_type from messages where sender_type = 'system'`)).toEqual([
      { content_type: 'system_notification' },
    ])
  })

  it('streams what it says to whoever takes part, from any point on', async () => {
    await using chat = await startChat()
    const lease = await chat.claimed(await chat.ask('Hello'))
    await chat.say(lease, 0, ['a', 'b'])
    await chat.say(lease, 2, ['c'])
    await chat.say(lease, 2, ['c'])

    expect(await chat.read()).toMatchObject({ status: 'running', finished: false })
    expect((await chat.read(0))?.chunks).toEqual([
      { seq: 1, chunk: 'b' },
      { seq: 2, chunk: 'c' },
    ])
    await expect(chat.omar.call('read_turn', { p_conversation_id: chat.room, p_after: -1 })).rejects.toMatchObject({
      code: 'PT404',
    })
    await chat.complete(lease)
    expect(await chat.read(2)).toMatchObject({ status: 'completed', finished: true, chunks: [] })
  })

  it('that is running is told to stop; one that waits, or that nobody holds, is stopped at once', async () => {
    await using chat = await startChat()
    const running = await chat.claimed(await chat.ask('First'))
    const waiting = await chat.ask('Second')
    await expect(chat.omar.call('stop_turn', { p_conversation_id: chat.room })).rejects.toMatchObject({ code: 'PT404' })

    expect(await chat.dana.call('stop_turn', { p_conversation_id: chat.room })).toBe(true)

    expect(await chat.state(waiting)).toBe('stopped')
    expect(
      await chat.work('heartbeat_turn', { p_turn_id: running.turn_id, p_claim_token: running.claim_token }),
    ).toEqual({ held: true, stop_requested: true })
    await chat.leasesRunOut()
    expect(await chat.claim(running.turn_id)).toBeNull()
    expect(await chat.state(running.turn_id)).toBe('stopped')
    expect(await chat.dana.call('stop_turn', { p_conversation_id: chat.room })).toBe(false)
  })

  it('that an outage held up waits, says so once, and counts no crash', async () => {
    await using chat = await startChat()
    const turn_id = await chat.ask('Hello')
    for (let outage = 0; outage < 7; outage += 1) {
      const { claim_token } = await chat.claimed(turn_id)
      await chat.work('defer_turn', {
        p_turn_id: turn_id,
        p_claim_token: claim_token,
        p_retry_at: new Date(Date.now() + 60_000).toISOString(),
        p_error: 'down',
        p_notice: 'The model is down.',
      })
      expect(await chat.claim(turn_id)).toBeNull()
      await chat.sql('update private.assistant_turns set next_attempt_at = now()')
    }

    expect(await chat.claim(turn_id)).toMatchObject({ attempt: 8 })
    expect(await chat.sql(`select content from messages where content_type = 'system_notification'`)).toEqual([
      { content: 'The model is down.' },
    ])
  })

  it('writes its messages once, together with its end', async () => {
    await using chat = await startChat()
    const lease = await chat.claimed(await chat.ask('Hello'))
    const messages = [
      { id: randomUUID(), content: 'One', metadata: { model: 'offline' } },
      { id: randomUUID(), content: null, content_type: 'workflow_update', rich_content: { card: 'trip' } },
    ]
    const end = () =>
      chat.work('complete_turn', {
        p_turn_id: lease.turn_id,
        p_claim_token: lease.claim_token,
        p_status: 'completed',
        p_messages: messages,
      })

    expect([await end(), await end()]).toEqual([true, false])
    expect(
      await chat.sql(
        `select content, content_type, rich_content, metadata, sender_name, status from messages where sender_type = 'ai_assistant' order by created_at`,
      ),
    ).toEqual([
      {
        content: 'One',
        content_type: 'text',
        rich_content: null,
        metadata: { model: 'offline' },
        sender_name: 'JetVision',
        status: 'sent',
      },
      {
        content: null,
        content_type: 'workflow_update',
        rich_content: { card: 'trip' },
        metadata: {},
        sender_name: 'JetVision',
        status: 'sent',
      },
    ])
  })
})

describe('an interrupted turn', () => {
  it('goes on once its approvals are settled, with the run that it stored', async () => {
    await using chat = await startChat()
    const lease = await chat.claimed(await chat.ask('Send it'))
    const [one, two] = [await file(chat.dana, lease), await file(chat.dana, lease)]
    await chat.complete(lease, 'interrupted', { p_run_state: '{"run":1}', p_sdk_version: '0.20.0' })
    const resume = () => chat.work('resume_turn', { p_turn_id: lease.turn_id })
    expect(await chat.read()).toMatchObject({ status: 'interrupted', finished: true })
    expect([await chat.claim(lease.turn_id), await resume()]).toEqual([null, false])

    await chat.dana.call('decide_approval', { p_id: one, p_decision: 'reject' })
    await chat.dana.call('decide_approval', { p_id: two, p_decision: 'approve' })
    expect(await resume()).toBe(false)
    const sending = await chat.work<{ claim_token: string }>('claim_outbox', { p_id: two })
    expect(
      await chat.work('complete_outbox', { p_id: two, p_claim_token: sending.claim_token, p_result: {} }),
    ).toMatchObject({ turn_id: lease.turn_id })

    expect([await resume(), await resume()]).toEqual([true, true])
    expect(await chat.claim(lease.turn_id)).toMatchObject({ run_state: '{"run":1}', sdk_version: '0.20.0', attempt: 2 })
  })

  it('goes on at once when the broker was quicker than the turn came to rest', async () => {
    await using chat = await startChat()
    const lease = await chat.claimed(await chat.ask('Send it'))
    await chat.dana.call('decide_approval', { p_id: await file(chat.dana, lease), p_decision: 'reject' })

    await chat.complete(lease, 'interrupted', { p_run_state: '{}' })

    expect(await chat.state(lease.turn_id)).toBe('queued')
  })

  it('leaves the conversation free for other questions', async () => {
    await using chat = await startChat()
    const lease = await chat.claimed(await chat.ask('Send it'))
    await file(chat.dana, lease)
    await chat.complete(lease, 'interrupted', { p_run_state: '{}' })

    expect(await chat.claim(await chat.ask('And the weather?'))).not.toBeNull()
  })

  it('is found by the sweeper when its approval expires', async () => {
    await using chat = await startChat()
    const lease = await chat.claimed(await chat.ask('Send it'))
    const id = await file(chat.dana, lease)
    await chat.complete(lease, 'interrupted', { p_run_state: '{}' })
    await chat.sql(`update approvals set expires_at = now() - interval '1 second' where id = $1`, [id])

    const due = await chat.work('due_work', { p_limit: 10 })

    expect(due).toMatchObject({ expired: { approvals: 1 }, turns: [{ id: lease.turn_id, attempt: 1 }] })
  })

  it('must have filed something that it waits for', async () => {
    await using chat = await startChat()
    const lease = await chat.claimed(await chat.ask('Send it'))

    await expect(chat.complete(lease, 'interrupted')).rejects.toMatchObject({ code: 'PT409' })
  })
})

describe('a background turn', () => {
  it('runs once for the broker whose request it is', async () => {
    await using chat = await startChat()
    const { room } = await chat.request(chat.omar)
    const start = (p_turn_id: string) =>
      chat.work('start_background_turn', { p_conversation_id: room, p_turn_id, p_trigger: { kind: 'quotes' } })
    const id = randomUUID()

    expect([await start(id), await start(id)]).toEqual([
      { turn_id: id, is_new: true },
      { turn_id: id, is_new: false },
    ])
    expect(await chat.claim(id)).toMatchObject({
      iso_agent_id: chat.omar.id,
      trigger: { kind: 'quotes' },
      user_message_id: null,
    })
  })
})
