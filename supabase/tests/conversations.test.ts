import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PARENTS, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.db.close())

const newRequest = async () => {
  const { rows } = await world.db.sql.query(
    `insert into requests (iso_agent_id, departure_airport, arrival_airport, departure_date, passengers)
     values ($1, 'KTEB', 'KVNY', '2030-01-01', 2) returning id`,
    [world.dana.id],
  )
  return String(rows[0].id)
}

describe('the room of a request', () => {
  it('is made once, however many ask for it at the same time', async () => {
    const id = await newRequest()
    const ask = () => world.db.asBroker(world.dana.sub, 'select get_or_create_request_conversation($1) as room', [id])

    const answers = await Promise.all(Array.from({ length: 8 }, ask))

    expect(new Set(answers.map(({ rows }) => rows[0].room)).size).toBe(1)
    const { rows } = await world.db.sql.query(
      `select p.role, p.iso_agent_id, p.can_invite from conversations c
       join conversation_participants p on p.conversation_id = c.id where c.request_id = $1 order by p.role`,
      [id],
    )
    expect(rows).toEqual([
      { role: 'iso_agent', iso_agent_id: world.dana.id, can_invite: true },
      { role: 'ai_assistant', iso_agent_id: null, can_invite: false },
    ])
  })

  it('is not made, nor shown, to another broker', async () => {
    const id = await newRequest()

    await expect(
      world.db.asBroker(world.omar.sub, 'select get_or_create_request_conversation($1)', [id]),
    ).rejects.toMatchObject({ code: 'PT404' })
  })
})

describe('a message', () => {
  const say = async (columns: string, values: string) => {
    const { rows } = await world.db.sql.query(
      `insert into messages (conversation_id, ${columns}) values ('${PARENTS.omarsRoom}', ${values}) returning *`,
    )
    return rows[0]
  }
  const room = async () => {
    const { rows } = await world.db.sql.query('select * from conversations where id = $1', [PARENTS.omarsRoom])
    return rows[0]
  }

  it('moves the counters of its room and of everyone else in it', async () => {
    await world.db.sql.query(`insert into conversation_participants (conversation_id, operator_profile_id, role)
      values ('${PARENTS.omarsRoom}', '${PARENTS.operator}', 'operator')`)
    await say('sender_type, sender_operator_id, content', `'operator', '${PARENTS.operator}', 'hello'`)
    const last = await say('sender_type, sender_iso_agent_id, content', `'iso_agent', '${world.omar.id}', 'hi'`)

    expect(await room()).toMatchObject({
      message_count: 2,
      unread_count_iso: 1,
      unread_count_operator: 1,
      last_message_by: world.omar.id,
      last_message_at: last.created_at,
    })
    const { rows } = await world.db.sql.query(
      'select role, unread_count from conversation_participants where conversation_id = $1 order by role',
      [PARENTS.omarsRoom],
    )
    expect(rows).toEqual([
      { role: 'iso_agent', unread_count: 1 },
      { role: 'operator', unread_count: 1 },
    ])
  })

  it('carries the name of its sender', async () => {
    expect(await say('sender_type, sender_operator_id', `'operator', '${PARENTS.operator}'`)).toMatchObject({
      sender_name: 'Elite Jets',
    })
    expect(await say('sender_type, sender_iso_agent_id', `'iso_agent', '${world.omar.id}'`)).toMatchObject({
      sender_name: 'Omar',
    })
  })

  it('counts as a reply of its parent and of the thread, until it is deleted', async () => {
    const counts = async (...ids: string[]) => {
      const { rows } = await world.db.sql.query('select id, reply_count from messages where id = any ($1)', [ids])
      return ids.map((id) => rows.find((row) => row.id === id).reply_count)
    }
    const root = await say('sender_type, content', "'ai_assistant', 'root'")
    const reply = await say('sender_type, content, parent_message_id', `'ai_assistant', 'reply', '${root.id}'`)
    const nested = await say('sender_type, content, parent_message_id', `'ai_assistant', 'nested', '${reply.id}'`)
    expect(nested).toMatchObject({ thread_root_id: root.id })
    expect(await counts(root.id, reply.id)).toEqual([2, 1])

    await world.db.sql.query('update messages set deleted_at = now() where id = $1', [nested.id])

    expect(await counts(root.id, reply.id)).toEqual([1, 0])
  })

  it('answers only a message of its own conversation', async () => {
    await expect(
      say('sender_type, content, parent_message_id', `'ai_assistant', 'reply', '${world.rows.messages}'`),
    ).rejects.toMatchObject({ code: 'PT422' })
  })

  it('that only says somebody is typing does not count', async () => {
    const { message_count } = await room()

    await say('sender_type, content_type', "'ai_assistant', 'typing_indicator'")

    expect(await room()).toMatchObject({ message_count })
  })
})

describe('a participant', () => {
  it.each([
    ['nobody as a broker', "'iso_agent', null, null"],
    [
      'a broker and an operator at once',
      `'observer', '${'a1000000-0000-4000-8000-000000000001'}', '${PARENTS.operator}'`,
    ],
    ['an assistant with a person in it', `'ai_assistant', '${'a1000000-0000-4000-8000-000000000001'}', null`],
    ['an observer who is nobody', "'observer', null, null"],
  ])('is never %s', async (_what, values) => {
    await expect(
      world.db.sql.query(`insert into conversation_participants (conversation_id, role, iso_agent_id, operator_profile_id)
        values ('${PARENTS.room}', ${values})`),
    ).rejects.toMatchObject({ code: '23514' })
  })

  it('sits in a room once', async () => {
    const seat = (values: string) =>
      world.db.sql.query(
        `insert into conversation_participants (conversation_id, role, iso_agent_id) values ('${PARENTS.room}', ${values})`,
      )
    await seat("'ai_assistant', null")

    await expect(seat("'ai_assistant', null")).rejects.toMatchObject({ code: '23505' })
    await expect(seat(`'iso_agent', '${world.dana.id}'`)).rejects.toMatchObject({ code: '23505' })
  })
})
