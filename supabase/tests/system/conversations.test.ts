import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { notify, operatorWrote, rfq, sent } from './avinode-world.ts'
import { type Agent, type Row, startWorld } from './world.ts'

async function startRoom() {
  const world = await startWorld()
  const room = await world.chat(world.dana)
  const post = async (content: string, by: Agent = world.dana, p_conversation_id = room) => {
    const id: string = randomUUID()
    const answer = await by.call<{ message: Row; turn_id: string | null; outbox_id: string | null }>('post_message', {
      p_conversation_id,
      p_message_id: id,
      p_content: content,
    })
    return { id, ...answer }
  }
  const unread = async (agent: Agent) =>
    (
      await world.one(
        'select unread_count from conversation_participants where conversation_id = $1 and iso_agent_id = $2',
        [room, agent.id],
      )
    ).unread_count
  const invite = (p_iso_agent_email: string, p_role = 'iso_agent', by: Agent = world.dana) =>
    by.call('invite_participant', { p_conversation_id: room, p_iso_agent_email, p_role })
  return { ...world, room, post, unread, invite }
}

describe('a room', () => {
  it('is opened once with its broker and the assistant', async () => {
    await using world = await startWorld()
    const { id: request_id } = await world.request(world.dana)
    const p_id = randomUUID()
    const start = (agent: Agent, p_request_id: string | null = null) =>
      agent.call('start_conversation', { p_id, p_subject: 'Acme', p_request_id })

    const rooms = await Promise.all([start(world.dana, request_id), start(world.dana, request_id)])

    expect(rooms[0]).toMatchObject({ id: p_id, subject: 'Acme', type: 'general_inquiry', request_id })
    expect(
      await world.sql('select role from conversation_participants where conversation_id = $1 order by role', [p_id]),
    ).toEqual([{ role: 'iso_agent' }, { role: 'ai_assistant' }])
    await expect(start(world.omar)).rejects.toMatchObject({ code: 'PT404' })
    await expect(
      world.omar.call('start_conversation', { p_id: randomUUID(), p_request_id: request_id }),
    ).rejects.toMatchObject({ code: 'PT404' })
  })

  it('passes what is said to the assistant', async () => {
    await using chat = await startRoom()

    const { id, message, turn_id, outbox_id } = await chat.post('Hello')

    expect(message).toMatchObject({ id, status: 'sent', content: 'Hello', sender_name: 'Dana' })
    expect(outbox_id).toBeNull()
    expect(await chat.sql('select id, user_message_id from private.assistant_turns')).toEqual([
      { id: turn_id, user_message_id: id },
    ])
  })

  it('is closed to others, and read-only to an observer', async () => {
    await using chat = await startRoom()
    await expect(chat.post('Hi', chat.omar)).rejects.toMatchObject({ code: 'PT404' })
    await chat.invite('omar@jetvision.test', 'observer')

    await expect(chat.post('Hi', chat.omar)).rejects.toMatchObject({ code: 'PT403' })
    await expect(chat.invite('dana@jetvision.test', 'observer', chat.omar)).rejects.toMatchObject({ code: 'PT403' })
    await expect(chat.invite('nobody@jetvision.test')).rejects.toMatchObject({ code: 'PT404' })
  })

  it('refuses what is no message', async () => {
    await using chat = await startRoom()
    await expect(chat.post('  ')).rejects.toMatchObject({ code: 'PT422' })
    await expect(chat.post('x'.repeat(20_001))).rejects.toMatchObject({ code: 'PT422' })
    const forged = chat.dana.call('post_message', {
      p_conversation_id: chat.room,
      p_message_id: randomUUID(),
      p_content: 'x',
      p_content_type: 'system_notification',
    })
    await expect(forged).rejects.toMatchObject({ code: 'PT422' })
  })

  it('of an operator takes text only', async () => {
    await using chat = await startRoom()
    await chat.request(chat.dana)
    const { conversation_id } = await notify(chat, sent(rfq(1)))
    const file = { file_name: 'a.pdf', file_path: 'x', mime_type: 'application/pdf', size_bytes: 1 }

    const posted = chat.dana.call('post_message', {
      p_conversation_id: conversation_id,
      p_message_id: randomUUID(),
      p_content: 'See',
      p_attachments: [file],
    })

    await expect(posted).rejects.toMatchObject({ code: 'PT422' })
  })

  it('where private things are said admits no operator', async () => {
    await using chat = await startRoom()
    await chat.request(chat.dana)
    const { conversation_id } = await notify(chat, sent(rfq(1)))
    const { id } = await chat.one('select id from operator_profiles')
    const { id: other } = await chat.one(
      `insert into operator_profiles (avinode_operator_id, company_name) values ('acompany-9', 'Nine') returning id`,
    )
    const invite = (room: string, p_operator_profile_id: unknown) =>
      chat.dana.call('invite_participant', {
        p_conversation_id: room,
        p_operator_profile_id: String(p_operator_profile_id),
        p_role: 'operator',
      })

    await expect(invite(chat.room, id)).rejects.toMatchObject({ code: 'PT409' })
    await expect(invite(String(conversation_id), other)).rejects.toMatchObject({ code: 'PT409' })
    expect(await invite(String(conversation_id), id)).toMatchObject({ role: 'operator' })
  })
})

describe('the list of rooms', () => {
  it('has those with the latest words first, in pages, with what is unread and what they are about', async () => {
    await using chat = await startRoom()
    await chat.request(chat.dana)
    await notify(chat, sent(rfq(1)))
    await notify(chat, operatorWrote(1, 'Good morning', { at: 5 }))
    const list = (args = {}) => chat.dana.call<Row[]>('find_conversations', args)

    const rooms = await list()

    expect(rooms).toMatchObject([
      {
        type: 'quote_discussion',
        unread_count: 1,
        operator: { company_name: 'Operator 1' },
        last_message: { content: 'Good morning', sender_type: 'operator' },
        request: { departure_airport: 'KTEB', client: { company_name: 'Acme Secret' } },
      },
      { type: 'rfp_negotiation', unread_count: 0, operator: null, last_message: null },
      { type: 'general_inquiry', request: null },
    ])
    const first = await list({ p_limit: 1 })
    const rest = await list({ p_before: first[0]?.last_message_at ?? first[0]?.created_at })
    expect([...first, ...rest]).toEqual(rooms)
    expect(await list({ p_status: 'archived' })).toEqual([])
    expect(await chat.omar.call('find_conversations')).toEqual([])
    await expect(list({ p_status: 'nonsense' })).rejects.toMatchObject({ code: 'PT422' })
  })

  it('tells a guest nothing of the request', async () => {
    await using chat = await startRoom()
    const { room } = await chat.request(chat.dana)
    await chat.dana.call('invite_participant', { p_conversation_id: room, p_iso_agent_email: 'omar@jetvision.test' })

    expect(await chat.omar.call('find_conversations')).toMatchObject([{ id: room, request: null }])
  })
})

describe('reading', () => {
  it('up to a message leaves the later ones unread, and never goes back', async () => {
    await using chat = await startRoom()
    await chat.invite('omar@jetvision.test')
    const [first, second] = [await chat.post('One', chat.omar), await chat.post('Two', chat.omar)]
    await chat.post('Mine')
    await chat.post('Three', chat.omar)
    const read = (p_message_id: string | null = null) =>
      chat.dana.call('mark_read', { p_conversation_id: chat.room, p_message_id })
    expect(await chat.unread(chat.dana)).toBe(3)

    await read(second.id)
    expect(await chat.unread(chat.dana)).toBe(1)
    await read(first.id)
    expect(await chat.unread(chat.dana)).toBe(1)
    await read()
    expect(await chat.unread(chat.dana)).toBe(0)
    await expect(read(randomUUID())).rejects.toMatchObject({ code: 'PT404' })
    await expect(
      chat.agent('Eve').then((eve) => eve.call('mark_read', { p_conversation_id: chat.room })),
    ).rejects.toMatchObject({ code: 'PT404' })
  })

  it('counts right while others write', async () => {
    await using chat = await startRoom()
    await chat.invite('omar@jetvision.test')
    const reading = Array.from({ length: 10 }, () => chat.dana.call('mark_read', { p_conversation_id: chat.room }))
    await Promise.all([...Array.from({ length: 20 }, (_, n) => chat.post(`${n}`, chat.omar)), ...reading])

    const [counted] = await chat.sql(
      `select p.unread_count, (select count(*)::int from messages m where m.conversation_id = p.conversation_id
         and (p.last_read_at is null or m.created_at > p.last_read_at)) as later
       from conversation_participants p where p.conversation_id = $1 and p.iso_agent_id = $2`,
      [chat.room, chat.dana.id],
    )
    expect(counted?.unread_count).toBe(counted?.later)
  })
})

describe('a message', () => {
  it('takes each reaction of a person once, and gives it back', async () => {
    await using chat = await startRoom()
    await chat.invite('omar@jetvision.test')
    const { id } = await chat.post('Hello')
    const react = (agent: Agent, p_add: boolean) => agent.call<Row>('react', { p_message_id: id, p_emoji: '👍', p_add })

    await Promise.all([react(chat.dana, true), react(chat.omar, true), react(chat.dana, true)])
    const both = (await chat.one('select reactions from messages where id = $1', [id])).reactions as Record<
      string,
      string[]
    >
    expect(both['👍']?.toSorted()).toEqual([chat.dana.id, chat.omar.id].toSorted())
    await react(chat.dana, false)
    expect(await react(chat.omar, false)).toMatchObject({ reactions: {} })
    const stranger = await chat.agent('Eve')
    await expect(react(stranger, true)).rejects.toMatchObject({ code: 'PT404' })
  })

  it('is edited and deleted by its sender only, and keeps its first words', async () => {
    await using chat = await startRoom()
    await chat.invite('omar@jetvision.test')
    const { id } = await chat.post('Helo')
    const edit = (agent: Agent, p_content = 'Hello') => agent.call('edit_message', { p_message_id: id, p_content })

    expect(await edit(chat.dana)).toMatchObject({ content: 'Hello', is_edited: true, original_content: 'Helo' })
    await expect(edit(chat.omar)).rejects.toMatchObject({ code: 'PT403' })
    await expect(chat.omar.call('delete_message', { p_message_id: id })).rejects.toMatchObject({ code: 'PT403' })
    expect(await chat.dana.call('delete_message', { p_message_id: id })).toMatchObject({
      deleted_at: expect.any(String),
    })
    await expect(edit(chat.dana, 'Again')).rejects.toMatchObject({ code: 'PT409' })
  })

  it('to an operator can be changed or taken back until it is on its way', async () => {
    await using chat = await startRoom()
    await chat.request(chat.dana)
    const room = String((await notify(chat, sent(rfq(1)))).conversation_id)
    const kept = await chat.post('Helo', chat.dana, room)
    const gone = await chat.post('Oops', chat.dana, room)
    await chat.dana.call('edit_message', { p_message_id: kept.id, p_content: 'Hello' })
    await chat.dana.call('delete_message', { p_message_id: gone.id })

    const lease = await chat.work<{ claim_token: string; payload: Row }>('claim_outbox', { p_id: kept.id })
    expect(lease.payload.text).toBe('Hello')
    await expect(chat.dana.call('edit_message', { p_message_id: kept.id, p_content: 'No' })).rejects.toMatchObject({
      code: 'PT409',
    })
    await chat.work('complete_outbox', {
      p_id: kept.id,
      p_claim_token: lease.claim_token,
      p_result: { avinode_message_id: 'abuyermsg-1' },
    })
    await expect(chat.dana.call('delete_message', { p_message_id: kept.id })).rejects.toMatchObject({ code: 'PT409' })
    expect(await chat.work('claim_outbox', { p_id: gone.id })).toBeNull()
  })

  it('that is being typed is seen in the seat, and no longer once it is sent', async () => {
    await using chat = await startRoom()
    const typing = async () =>
      (await chat.one('select is_typing from conversation_participants where iso_agent_id = $1', [chat.dana.id]))
        .is_typing
    await chat.dana.call('set_typing', { p_conversation_id: chat.room, p_is_typing: true })
    expect(await typing()).toBe(true)

    await chat.post('Hello')

    expect(await typing()).toBe(false)
  })
})
