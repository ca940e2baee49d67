import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createModels, ModelConfig } from './models.ts'
import { DANA, type Desk, OMARS_REQUEST, startDesk } from './testing/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.close())

const offline = () => createModels(ModelConfig.parse({}))

async function fromForm(status = 'pending') {
  const chat = await desk.openChat()
  const request_id = await desk.newRequest(DANA.id, status, chat)
  const turn_id = await desk.isPrompted(chat, { kind: 'request_created', request_id })
  return { chat, request_id, turn_id }
}

const requestRow = async (id: string) => (await desk.query('select * from public.requests where id = $1', [id]))[0]

describe('a request that was filled in as a form', () => {
  it('gets its trip like one from the chat, and the question for what is missing', async () => {
    const { chat, request_id, turn_id } = await fromForm()

    await desk.runs(turn_id, offline())

    const request = await requestRow(request_id)
    expect(request).toMatchObject({
      status: 'awaiting_user_action',
      avinode_deep_link: expect.stringContaining('atrip'),
    })
    const [answer, ...others] = await desk.answers(chat)
    expect(others).toEqual([])
    expect(answer?.content).toContain(`[Open Avinode](${request?.avinode_deep_link})`)
    expect(answer?.content).toMatch(/Who is the client, what is the budget and which aircraft do they have in mind\?$/)
    const states = await desk.query(
      'select current_state from public.workflow_states where request_id = $1 order by created_at',
      [request_id],
    )
    expect(states.map(({ current_state }) => current_state)).toContain('analyzing')
  })

  it('is told what its client likes, and asked only for what the form left open', async () => {
    const { chat, request_id, turn_id } = await fromForm()
    const [client] = await desk.query(
      `insert into public.client_profiles (iso_agent_id, company_name, contact_name, preferences)
       values ($1, 'Form & Sons', 'F. Orm', '{"catering": "kosher"}') returning id`,
      [DANA.id],
    )
    await desk.query(`update public.requests set client_profile_id = $2, budget = 90000 where id = $1`, [
      request_id,
      client?.id,
    ])

    await desk.runs(turn_id, offline())

    const [answer] = await desk.answers(chat)
    expect(answer?.content).toContain('catering kosher')
    expect(answer?.content).toMatch(/Which aircraft do they have in mind\?$/)
    expect((await requestRow(request_id))?.client_profile_id).toBe(client?.id)
  })

  it('has one trip, also when the turn is run again after a crash', async () => {
    const { request_id, turn_id } = await fromForm()
    const before = desk.avinode.created.length
    const turn = await desk.claim(turn_id)
    expect(turn.attempt).toBe(1)
    await desk.query(`update private.assistant_turns set lease_until = clock_timestamp() where id = $1`, [turn_id])
    await desk.query(`update public.requests set status = 'analyzing' where id = $1`, [request_id])

    await desk.runs(turn_id, offline())

    expect(desk.avinode.created.length - before).toBe(1)
    expect((await requestRow(request_id))?.status).toBe('awaiting_user_action')
  })

  it('is left alone when it was cancelled meanwhile', async () => {
    const { chat, request_id, turn_id } = await fromForm()
    await desk.query(`update public.requests set status = 'cancelled' where id = $1`, [request_id])

    await desk.runs(turn_id, offline())

    expect((await desk.answers(chat))[0]?.content).toContain('cancelled')
    expect((await requestRow(request_id))?.avinode_trip_id).toBeNull()
  })

  it('of somebody else is not reached by a turn that names it', async () => {
    const chat = await desk.openChat()
    const turn_id = await desk.isPrompted(chat, { kind: 'request_created', request_id: OMARS_REQUEST })
    const before = await requestRow(OMARS_REQUEST)

    await expect(desk.runs(turn_id, offline())).rejects.toThrow('not found')

    expect(await requestRow(OMARS_REQUEST)).toEqual(before)
  })
})
