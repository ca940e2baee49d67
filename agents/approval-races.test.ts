import { randomUUID } from 'node:crypto'
import { assistantMessage, functionCall } from '@openai/agents/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { sha256 } from '../tools/canonical-json.ts'
import { call } from '../tools/database.ts'
import { DANA, type Desk, OMAR, scripted, startDesk } from './testing/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.close())

const SUMMIT = 'b0000000-0000-4000-8000-000000000001'
const text = 'Could you hold the aircraft until Friday?'

/** A turn whose specialist has asked to write to an operator, and waits. */
async function waitingTurn() {
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
  const turn_id = await desk.asks(chat, 'Ask them to hold it')
  const task = { task: 'Ask the operator', request_id, quote_id: null, proposal_id: null }
  const models = scripted({
    orchestrator: [[functionCall('communication', task, { callId: 'delegate' })]],
    communication: [[functionCall('reply_to_operator', { conversation_id: room, text }, { callId: 'reply' })]],
  })
  await desk.runs(turn_id, models)
  const [approval] = await desk.approvals(turn_id)
  return { chat, room, turn_id, approval_id: String(approval?.id), sha: approval?.payload_sha256 }
}

const done = { proposal_id: null, approval: 'executed', subject: null, body: null, note: 'The operator has it.' }
const closing = () =>
  scripted({
    orchestrator: [[assistantMessage('Your message is with the operator.')]],
    communication: [[assistantMessage(JSON.stringify(done))]],
  })

const outboxOf = (approval_id: string) =>
  desk.query('select status, payload from private.outbox where approval_id = $1', [approval_id])
const statusOf = async (id: string) =>
  (await desk.query('select status from public.approvals where id = $1', [id]))[0]?.status
const decide = (clerk: string, p_id: string, p_decision: string, more: object = {}) =>
  call(
    z.looseObject({ status: z.string() }),
    desk.supabase.forBroker(clerk).rpc('decide_approval', { p_id, p_decision, ...more }),
  )
const lease = (turn_id: string) =>
  desk.query(`update private.assistant_turns set lease_until = clock_timestamp() where id = $1`, [turn_id])

describe('two decisions at the same time', () => {
  it('are one decision and conflicts, and lead to one delivery at most', async () => {
    for (let round = 0; round < 5; round++) {
      const { approval_id } = await waitingTurn()
      const votes = Array.from({ length: 12 }, (_, at) =>
        decide(DANA.clerk, approval_id, at % 2 ? 'reject' : 'approve'),
      )

      const outcomes = await Promise.allSettled(votes)

      const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.status] : []))
      const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason.code] : []))
      expect(won).toHaveLength(1)
      expect(new Set(lost)).toEqual(new Set(['conflict']))
      expect(await outboxOf(approval_id)).toHaveLength(won[0] === 'approved' ? 1 : 0)
    }
  })
})

describe('a decision', () => {
  it('is not that of another broker', async () => {
    const { approval_id } = await waitingTurn()

    await expect(decide(OMAR.clerk, approval_id, 'approve')).rejects.toMatchObject({ code: 'not_found' })

    expect([await statusOf(approval_id), await outboxOf(approval_id)]).toEqual(['pending', []])
  })

  it('is not that of somebody who was deactivated', async () => {
    const { approval_id } = await waitingTurn()
    await desk.query('update public.iso_agents set is_active = false where id = $1', [DANA.id])

    await expect(decide(DANA.clerk, approval_id, 'approve')).rejects.toThrow()
    await desk.query('update public.iso_agents set is_active = true where id = $1', [DANA.id])

    expect([await statusOf(approval_id), await outboxOf(approval_id)]).toEqual(['pending', []])
  })

  it('comes too late after the time is up, or after a no', async () => {
    const late = await waitingTurn()
    await desk.query(`update public.approvals set expires_at = now() - interval '1 second' where id = $1`, [
      late.approval_id,
    ])
    await expect(decide(DANA.clerk, late.approval_id, 'approve')).rejects.toMatchObject({ code: 'conflict' })
    const refused = await waitingTurn()
    await decide(DANA.clerk, refused.approval_id, 'reject')
    await expect(decide(DANA.clerk, refused.approval_id, 'approve')).rejects.toMatchObject({ code: 'conflict' })

    expect([...(await outboxOf(late.approval_id)), ...(await outboxOf(refused.approval_id))]).toEqual([])
  })
})

describe('a worker that is killed', () => {
  it('while the run goes on after the delivery: the run goes on again, and nothing is sent or asked for twice', async () => {
    const { turn_id, approval_id, chat } = await waitingTurn()
    await desk.decides(approval_id, 'approve')
    await desk.delivers(approval_id, { avinode_message_id: `abuyermsg-${turn_id}` })
    await desk.resumes(turn_id)
    const crash = new AbortController()
    const dying = scripted({
      communication: [{ type: 'responder', respond: () => new Promise(() => crash.abort(new Error('killed'))) }],
    })

    await expect(desk.runs(turn_id, dying, {}, crash.signal)).rejects.toThrow('killed')
    await lease(turn_id)
    const models = closing()
    await desk.runs(turn_id, models)

    expect(JSON.stringify(models.script('communication').firstCall?.request.input)).toContain('executed: The broker')
    expect(await desk.approvals(turn_id)).toMatchObject([{ id: approval_id, status: 'executed' }])
    expect(await outboxOf(approval_id)).toMatchObject([{ status: 'done' }])
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'completed' })
    expect((await desk.answers(chat)).map(({ content }) => content)).toEqual([
      expect.stringContaining('waits for your approval'),
      'Your message is with the operator.',
    ])
  })

  it('between the decision and the delivery: the run waits, however often it is woken', async () => {
    const { turn_id, approval_id } = await waitingTurn()
    await desk.decides(approval_id, 'approve')

    expect([await desk.resumes(turn_id), await desk.resumes(turn_id)]).toEqual([false, false])

    expect(await outboxOf(approval_id)).toMatchObject([{ status: 'waiting' }])
    expect(await desk.turn(turn_id)).toMatchObject({ status: 'interrupted' })
  })
})

describe('a stored run', () => {
  it('that was woken without a decision sends nothing: it is told that the approval still waits', async () => {
    const { turn_id, approval_id } = await waitingTurn()
    await desk.query(`update private.assistant_turns set status = 'queued' where id = $1`, [turn_id])

    const models = closing()
    await desk.runs(turn_id, models)

    expect(JSON.stringify(models.script('communication').firstCall?.request.input)).toContain('Nothing was sent yet')
    expect([await statusOf(approval_id), await outboxOf(approval_id)]).toEqual(['pending', []])
  })

  it('that somebody has altered changes nothing of what is sent', async () => {
    const { turn_id, approval_id, sha } = await waitingTurn()
    const forged = `replace(replace(run_state, 'Could you hold', 'Please release'), 'until Friday', 'at once')`
    await desk.query(`update private.assistant_turns set run_state = ${forged} where id = $1`, [turn_id])
    await desk.decides(approval_id, 'approve')

    const [waiting] = await outboxOf(approval_id)
    await desk.delivers(approval_id, { avinode_message_id: `abuyermsg-${turn_id}` })
    await desk.resumes(turn_id)
    await desk.runs(turn_id, closing())

    expect(waiting?.payload).toMatchObject({ text })
    expect(sha256(waiting?.payload)).toBe(sha)
    expect(await desk.approvals(turn_id)).toHaveLength(1)
  })
})

it('a yes holds for one call: the same words again are asked for again', async () => {
  const { turn_id, approval_id, room } = await waitingTurn()
  await desk.decides(approval_id, 'approve')
  await desk.delivers(approval_id, { avinode_message_id: `abuyermsg-${turn_id}` })
  await desk.resumes(turn_id)

  const again = functionCall('reply_to_operator', { conversation_id: room, text }, { callId: 'once more' })
  await desk.runs(turn_id, scripted({ communication: [[again]] }))

  const [first, second, ...others] = await desk.approvals(turn_id)
  expect(others).toEqual([])
  expect([first?.status, second?.status]).toEqual(['executed', 'pending'])
  expect(await outboxOf(String(second?.id))).toEqual([])
})

it('a reused call id with other words is not what was approved', async () => {
  const { turn_id, approval_id, room } = await waitingTurn()
  await desk.decides(approval_id, 'approve')
  await desk.delivers(approval_id, { avinode_message_id: `abuyermsg-${turn_id}` })
  await desk.resumes(turn_id)

  const other = functionCall(
    'reply_to_operator',
    { conversation_id: room, text: 'Send me your price list' },
    { callId: 'reply' },
  )
  await desk
    .runs(turn_id, scripted({ communication: [[other]], orchestrator: [[assistantMessage('Done.')]] }))
    .catch(() => undefined)

  const texts = await desk.query(`select payload ->> 'text' as text from private.outbox where iso_agent_id = $1`, [
    DANA.id,
  ])
  expect(texts.map((row) => row.text)).not.toContain('Send me your price list')
})

it('an approval is seen by its own broker only, and nobody writes one by hand', async () => {
  const { approval_id } = await waitingTurn()
  const omar = desk.supabase.forBroker(OMAR.clerk)
  const forged = {
    id: randomUUID(),
    iso_agent_id: OMAR.id,
    action: 'send_proposal',
    payload: {},
    payload_sha256: 'a'.repeat(64),
    expires_at: '2099-01-01T00:00:00Z',
  }

  expect((await omar.from('approvals').select('id').eq('id', approval_id)).data).toEqual([])
  expect((await omar.from('approvals').insert(forged)).error).not.toBeNull()
  await desk.supabase.forBroker(DANA.clerk).from('approvals').update({ status: 'approved' }).eq('id', approval_id)
  expect(await statusOf(approval_id)).toBe('pending')
})
