import { assistantMessage, functionCall } from '@openai/agents/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTurnRunner } from './run-turn.ts'
import { DANA, type Desk, scripted, startDesk } from './testing/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.close())

const SUMMIT = 'b0000000-0000-4000-8000-000000000001'

/** A chat about a request for which one operator has a room. */
async function dealWithOperator() {
  const chat = await desk.openChat()
  const request_id = await desk.newRequest(undefined, 'monitoring_for_quotes', chat)
  const room = await desk.openChat()
  await desk.query(
    `update public.conversations set type = 'quote_discussion', request_id = $2, avinode_thread_id = $3 where id = $1`,
    [room, request_id, `arfq-${room}`],
  )
  await desk.query(
    `insert into public.conversation_participants (conversation_id, role, operator_profile_id) values ($1, 'operator', $2)`,
    [room, SUMMIT],
  )
  return { chat, request_id, room }
}

const reply = (room: string, text = 'Could you hold the aircraft until Friday?') => ({ conversation_id: room, text })
const drafted = { proposal_id: null, approval: 'executed', subject: null, body: null, note: 'The operator has it.' }
const delegate = (request_id: string) => ({
  task: 'Ask the operator to hold it',
  request_id,
  quote_id: null,
  proposal_id: null,
})

/** The orchestrator delegates, the specialist asks to write, and both need one more word afterwards. */
const askingScript = (request_id: string, room: string, call_id = 'reply-1') =>
  scripted({
    orchestrator: [
      [functionCall('communication', delegate(request_id), { callId: 'delegate-1' })],
      [assistantMessage('Your message is with the operator.')],
    ],
    communication: [
      [functionCall('reply_to_operator', reply(room), { callId: call_id })],
      [assistantMessage(JSON.stringify(drafted))],
    ],
  })

/** What the models still have to say after the decision: other objects, as in another process. */
const closingScript = () =>
  scripted({
    orchestrator: [[assistantMessage('Your message is with the operator.')]],
    communication: [[assistantMessage(JSON.stringify(drafted))]],
  })

describe('what leaves the house', () => {
  it('waits for the broker with its exact words, even from inside a specialist', async () => {
    const { chat, request_id, room } = await dealWithOperator()
    const turn_id = await desk.asks(chat, 'Ask them to hold it')

    await desk.runs(turn_id, askingScript(request_id, room))

    const [approval, ...others] = await desk.approvals(turn_id)
    expect(others).toEqual([])
    expect(approval).toMatchObject({
      action: 'reply_to_operator',
      status: 'pending',
      tool_call_id: 'reply-1',
      payload: { text: reply(room).text },
    })
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'interrupted' })
    expect((await desk.answers(chat))[0]?.content).toMatch(/waits for your approval/)
    expect((await desk.chunks(turn_id)).find(({ type }) => type === 'data-approval')).toMatchObject({
      data: { approval_id: approval?.id },
    })
    expect(await desk.executions(turn_id)).toMatchObject([
      { agent_type: 'orchestrator', status: 'pending' },
      { agent_type: 'communication', status: 'pending' },
    ])
  })

  it('is done once by the outbox, and the run goes on with its outcome in the same rows', async () => {
    const { chat, request_id, room } = await dealWithOperator()
    const turn_id = await desk.asks(chat, 'Ask them to hold it')
    await desk.runs(turn_id, askingScript(request_id, room))
    const [approval] = await desk.approvals(turn_id)
    const approval_id = String(approval?.id)

    await desk.decides(approval_id, 'approve')
    expect(await desk.resumes(turn_id)).toBe(false)
    await desk.delivers(approval_id, { avinode_message_id: `abuyermsg-${room}` })
    expect(await desk.resumes(turn_id)).toBe(true)
    const models = closingScript()
    await desk.runs(turn_id, models)

    expect(JSON.stringify(models.script('communication').firstCall?.request.input)).toContain(
      'executed: The broker approved',
    )
    expect((await desk.answers(chat)).map(({ content }) => content)).toEqual([
      expect.stringContaining('waits for your approval'),
      'Your message is with the operator.',
    ])
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'completed', run_state: null })
    expect(await desk.approvals(turn_id)).toMatchObject([{ status: 'executed' }])
    const [orchestrator, communication, ...others] = await desk.executions(turn_id)
    expect(others).toEqual([])
    expect(orchestrator).toMatchObject({ status: 'completed' })
    expect(communication).toMatchObject({ status: 'completed', metadata: { parent_execution_id: orchestrator?.id } })
    const calls = [orchestrator, communication].map((run) => Object(run?.metadata).tool_calls as object[])
    expect(calls).toMatchObject([
      [{ call_id: 'delegate-1', ok: true, error: null, duration_ms: expect.any(Number) }],
      [{ call_id: 'reply-1', ok: true, error: null, duration_ms: expect.any(Number) }],
    ])
    expect(calls.map(({ length }) => length)).toEqual([1, 1])
  })

  it('does not happen after a no, and the model learns the reason', async () => {
    const { chat, request_id, room } = await dealWithOperator()
    const turn_id = await desk.asks(chat, 'Ask them to hold it')
    await desk.runs(turn_id, askingScript(request_id, room))
    const [approval] = await desk.approvals(turn_id)

    await desk.decides(String(approval?.id), 'reject', 'Too pushy')
    await desk.resumes(turn_id)
    const models = closingScript()
    await desk.runs(turn_id, models)

    expect(JSON.stringify(models.script('communication').firstCall?.request.input)).toMatch(/rejected: .*Too pushy/)
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'completed' })
  })

  it('is asked for once, although the turn is run again after a crash with other call ids and other words', async () => {
    const { chat, request_id, room } = await dealWithOperator()
    const turn_id = await desk.asks(chat, 'Ask them to hold it')
    const dying = scripted({
      orchestrator: [[functionCall('communication', delegate(request_id), { callId: 'd' })]],
      communication: [[functionCall('reply_to_operator', reply(room), { callId: 'first' })]],
    })
    const turn = await desk.claim(turn_id)
    await desk.query(
      `create or replace function public.crash_before_the_end() returns trigger language plpgsql as 'begin raise exception using errcode = ''57P01''; end'`,
    )
    await desk.query(
      `create trigger crash before insert on public.messages for each row when (new.metadata ->> 'turn_id' = '${turn_id}') execute function public.crash_before_the_end()`,
    )
    await expect(createTurnRunner(desk.depsWith(dying))(turn, new AbortController().signal)).rejects.toThrow()
    await desk.query('drop trigger crash on public.messages')
    expect(await desk.approvals(turn_id)).toHaveLength(1)

    await desk.query(`update private.assistant_turns set lease_until = clock_timestamp() where id = $1`, [turn_id])
    const models = askingScript(request_id, room, 'second')
    await desk.runs(turn_id, models)

    expect(await desk.approvals(turn_id)).toHaveLength(1)
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'interrupted' })
  })

  it('is not asked for when it could not be done: the model hears why', async () => {
    const { chat, request_id } = await dealWithOperator()
    const turn_id = await desk.asks(chat, 'Ask them')

    const models = askingScript(request_id, chat)
    await desk.runs(turn_id, models)

    expect(await desk.approvals(turn_id)).toEqual([])
    expect(JSON.stringify(models.script('communication').lastCall?.request.input)).toContain('No operator reads along')
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'completed' })
  })
})

describe('a stored run', () => {
  it('holds no key, no token and no connection', async () => {
    const { chat, request_id, room } = await dealWithOperator()
    const turn_id = await desk.asks(chat, 'Ask them to hold it')
    await desk.runs(turn_id, askingScript(request_id, room))

    const { run_state } = await desk.turn(turn_id)

    expect(run_state).not.toMatch(/sb_secret|sb_publishable|eyJ|clerk|postgres:/)
    expect(String(run_state)).toContain('reply_to_operator')
  })

  it('of another version of the SDK is answered anew, with the outcome, and asks for nothing twice', async () => {
    const { chat, request_id, room } = await dealWithOperator()
    const turn_id = await desk.asks(chat, 'Ask them to hold it')
    await desk.runs(turn_id, askingScript(request_id, room))
    const [approval] = await desk.approvals(turn_id)
    await desk.query(`update private.assistant_turns set sdk_version = '@openai/agents@0.1.0' where id = $1`, [turn_id])
    await desk.decides(String(approval?.id), 'approve')
    await desk.delivers(String(approval?.id), { avinode_message_id: `abuyermsg-${room}` })
    await desk.resumes(turn_id)

    const models = scripted({
      orchestrator: [
        [functionCall('communication', delegate(request_id), { callId: 'again' })],
        [assistantMessage('It is sent.')],
      ],
      communication: [
        [functionCall('reply_to_operator', reply(room), { callId: 'again-2' })],
        [assistantMessage(JSON.stringify(drafted))],
      ],
    })
    await desk.runs(turn_id, models)

    expect(JSON.stringify(models.script('orchestrator').firstCall?.request.input)).toContain(
      'executed: The broker approved',
    )
    expect(JSON.stringify(models.script('communication').lastCall?.request.input)).toContain(
      'executed: The broker approved',
    )
    expect(await desk.approvals(turn_id)).toHaveLength(1)
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'completed' })
  })
})

describe('a hijacked model', () => {
  it('sends nothing without a yes, whatever it calls', async () => {
    const { chat, request_id, room } = await dealWithOperator()
    const turn_id = await desk.asks(chat, 'Hello')
    const models = scripted({
      orchestrator: [
        [functionCall('cancel_request', { request_id, reason: 'OTHER', message_to_operators: null }, { callId: '1' })],
        [assistantMessage('All cancelled!')],
      ],
    })

    await desk.runs(turn_id, models)

    expect(await desk.turn(turn_id)).toMatchObject({ status: 'interrupted' })
    expect(await desk.query(`select status from public.requests where id = $1`, [request_id])).toEqual([
      { status: 'monitoring_for_quotes' },
    ])
    expect(
      await desk.query(`select 1 from private.outbox where iso_agent_id = $1 and status <> 'done'`, [DANA.id]),
    ).toEqual([])
    expect(await desk.query(`select 1 from public.messages where conversation_id = $1`, [room])).toEqual([])
  })

  it('cannot write to an operator of another broker', async () => {
    const { chat, request_id } = await dealWithOperator()
    const theirs = await desk.openChat('a0000000-0000-4000-8000-000000000002')
    const turn_id = await desk.asks(chat, 'Hello')
    const models = askingScript(request_id, theirs)

    await desk.runs(turn_id, models)

    expect(await desk.approvals(turn_id)).toEqual([])
    expect(JSON.stringify(models.script('communication').lastCall?.request.input)).toContain('not_found')
  })
})
