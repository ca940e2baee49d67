import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PARENTS, startWorld, type World } from './world.ts'

const CLIENT = 'Very Discreet Holdings'
const BUDGET = '123456.78'
const MARGIN = '17.43'
const ROOM = 'f2000000-0000-4000-8000-000000000001'
const OPERATOR = { id: PARENTS.operator, sub: 'user_operator_person' }

let world: World
beforeAll(async () => {
  world = await startWorld()
  const client = await world.db.sql.connect()
  await client.query(
    `update client_profiles set company_name = '${CLIENT}', notes = '${CLIENT}' where id = '${PARENTS.client}'`,
  )
  await client.query(`update requests set budget = ${BUDGET} where id = '${PARENTS.request}'`)
  await client.query(`update iso_agents set margin_value = ${MARGIN} where id = '${world.dana.id}'`)
  await client.query(`insert into conversations (id, request_id, quote_id, type, subject, avinode_thread_id)
    values ('${ROOM}', '${PARENTS.request}', '${PARENTS.quote}', 'quote_discussion', 'Elite Jets', 'arfq-1')`)
  await client.query(`insert into conversation_participants (conversation_id, iso_agent_id, operator_profile_id, role, can_invite) values
    ('${ROOM}', '${world.dana.id}', null, 'iso_agent', true), ('${ROOM}', null, '${PARENTS.operator}', 'operator', false), ('${ROOM}', null, null, 'ai_assistant', false)`)
  await client.query(`insert into messages (conversation_id, sender_type, sender_operator_id, content)
    values ('${ROOM}', 'operator', '${PARENTS.operator}', 'Good day')`)
  // Somebody of the operator's who has an account with us, as the enum of roles provides for.
  await client.query(`insert into iso_agents (clerk_user_id, email, full_name, role)
    values ('${OPERATOR.sub}', 'person@operator.example', 'Operator Person', 'operator')`)
  client.release()
})
afterAll(() => world.db.close())

const asDana = (text: string) => world.db.asBroker(world.dana.sub, text)

/** Everything that hangs on a room, as anyone who could read all of the room would see it. */
const contentOf = async (room: string) => {
  const parts = [
    `select to_jsonb(c) as part from conversations c where id = '${room}'`,
    `select to_jsonb(p) as part from conversation_participants p where conversation_id = '${room}'`,
    `select to_jsonb(m) as part from messages m where conversation_id = '${room}'`,
    `select to_jsonb(q) as part from quotes q where conversation_id = '${room}' or id = (select quote_id from conversations where id = '${room}')`,
    `select e.payload as part from private.feed_events e where e.conversation_id = '${room}'`,
  ]
  const rows = await Promise.all(parts.map(async (text) => (await world.db.sql.query(text)).rows))
  return JSON.stringify(rows)
}

describe("an operator's room", () => {
  it('holds neither the client, nor the budget, nor the margin: not in its rows, seats, messages or events', async () => {
    const content = await contentOf(ROOM)

    expect(content).toContain('Good day')
    for (const secret of [CLIENT, BUDGET, MARGIN]) expect(content).not.toContain(secret)
  })

  it('is a room in which the assistant says nothing by itself', async () => {
    await expect(
      asDana(
        `insert into messages (conversation_id, sender_type, content) values ('${ROOM}', 'ai_assistant', '${CLIENT}')`,
      ),
    ).rejects.toMatchObject({ code: '42501' })
  })

  it('cannot be made of the room in which the request is talked about', async () => {
    const seat = `insert into conversation_participants (conversation_id, operator_profile_id, role)
      values ('${PARENTS.room}', '${PARENTS.operator}', 'operator')`
    await expect(asDana(seat)).rejects.toMatchObject({ code: '42501' })
    await expect(
      asDana(`select invite_participant('${PARENTS.room}', null, '${PARENTS.operator}', 'operator')`),
    ).rejects.toMatchObject({ code: 'PT409' })
    await expect(
      asDana(`update conversations set type = 'quote_discussion' where id = '${PARENTS.room}'`),
    ).rejects.toMatchObject({
      code: '42501',
    })
  })

  it("takes no second operator, who could read the first one's prices", async () => {
    const other = 'b1000000-0000-4000-8000-000000000009'
    await world.db.sql.query(
      `insert into operator_profiles (id, avinode_operator_id, company_name) values ('${other}', 'acomp-9', 'Rival Air')`,
    )

    await expect(asDana(`select invite_participant('${ROOM}', null, '${other}', 'operator')`)).rejects.toMatchObject({
      code: 'PT409',
    })
    await expect(
      asDana(
        `insert into conversation_participants (conversation_id, operator_profile_id, role) values ('${ROOM}', '${other}', 'operator')`,
      ),
    ).rejects.toMatchObject({ code: '42501' })
  })
})

describe('somebody of an operator who has an account', () => {
  it.each(['client_profiles', 'requests', 'quotes', 'proposals', 'conversations', 'messages', 'iso_agents'])(
    'reads nothing of a broker in %s',
    async (table) => {
      const { rows } = await world.db.asBroker(OPERATOR.sub, `select to_jsonb(t) as row from ${table} t`)

      expect(rows.filter(({ row }) => row.clerk_user_id !== OPERATOR.sub)).toEqual([])
    },
  )

  it('sees in the feed what is said in rooms where it sits, and no request', async () => {
    await world.db.sql.query(`insert into conversation_participants (conversation_id, iso_agent_id, role)
      select '${ROOM}', id, 'observer' from iso_agents where clerk_user_id = '${OPERATOR.sub}'`)
    await asDana(`update requests set special_requirements = 'champagne' where id = '${PARENTS.request}'`)
    await world.db.sql.query(`insert into messages (conversation_id, sender_type, sender_operator_id, content)
      values ('${ROOM}', 'operator', '${PARENTS.operator}', 'Still available')`)

    const { rows } = await world.db.asBroker(OPERATOR.sub, 'select read_feed(0) as feed, find_conversations() as rooms')
    const told = JSON.stringify(rows)
    expect(told).toContain('Still available')
    for (const secret of [CLIENT, BUDGET, MARGIN, 'champagne', 'KTEB']) expect(told).not.toContain(secret)
  })
})
