import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PARENTS, startWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await startWorld()
  await world.db.sql.query(`insert into private.assistant_turns (id, conversation_id, iso_agent_id, trigger)
    values ('${OMARS_TURN}', '${PARENTS.omarsRoom}', '${OMAR_ID}', '{"kind": "message"}')`)
})
afterAll(() => world.db.close())

const asDana = (text: string, params?: unknown[]) => world.db.asBroker(world.dana.sub, text, params)
const asOmar = (text: string, params?: unknown[]) => world.db.asBroker(world.omar.sub, text, params)
const REFUSED = { code: '42501' }
const DANA_ID = 'a1000000-0000-4000-8000-000000000001'
const OMAR_ID = 'a1000000-0000-4000-8000-000000000002'
const OMARS_TURN = 'ab000000-0000-4000-8000-000000000002'

describe('a foreign key', () => {
  const request = (columns: string, values: string) =>
    asDana(`insert into requests (iso_agent_id, departure_airport, arrival_airport, departure_date, passengers, ${columns})
      values ('${world.dana.id}', 'KTEB', 'KVNY', '2030-01-01', 2, ${values})`)
  const proposal = (columns: string, values: string) =>
    asDana(`insert into proposals (iso_agent_id, ${columns}) values ('${world.dana.id}', ${values})`)

  it("never reaches another broker's client from a request", async () => {
    await expect(request('client_profile_id', `'${PARENTS.omarsClient}'`)).rejects.toMatchObject(REFUSED)
    await expect(
      asDana(`update requests set client_profile_id = '${PARENTS.omarsClient}' where id = '${PARENTS.request}'`),
    ).rejects.toMatchObject(REFUSED)
  })

  it("never reaches another broker's room from a request", async () => {
    await expect(request('primary_conversation_id', `'${PARENTS.omarsRoom}'`)).rejects.toMatchObject(REFUSED)
  })

  it("never reaches another broker's request, quote or client from a proposal", async () => {
    await expect(proposal('request_id', `'${PARENTS.omarsRequest}'`)).rejects.toMatchObject(REFUSED)
    await expect(
      proposal('request_id, quote_id', `'${PARENTS.request}', '${PARENTS.omarsQuote}'`),
    ).rejects.toMatchObject(REFUSED)
    await expect(
      proposal('request_id, client_profile_id', `'${PARENTS.request}', '${PARENTS.omarsClient}'`),
    ).rejects.toMatchObject(REFUSED)
  })

  it('never reaches a message of another room from a seat', async () => {
    await expect(
      asOmar(`update conversation_participants set last_read_message_id = '${world.rows.messages}'
        where conversation_id = '${PARENTS.omarsRoom}' and iso_agent_id = '${world.omar.id}'`),
    ).rejects.toMatchObject(REFUSED)
  })

  it('never makes a reply to a message of another room', async () => {
    await expect(
      asOmar(`insert into messages (conversation_id, sender_type, sender_iso_agent_id, content, parent_message_id)
        values ('${PARENTS.omarsRoom}', 'iso_agent', '${world.omar.id}', 'hello', '${world.rows.messages}')`),
    ).rejects.toMatchObject({ code: 'PT422' })
  })

  it.each([
    `insert into requests (iso_agent_id, client_profile_id, departure_airport, arrival_airport, departure_date, passengers)
      values ('${DANA_ID}', '${PARENTS.omarsClient}', 'KTEB', 'KVNY', '2030-01-01', 2)`,
    `update requests set client_profile_id = '${PARENTS.omarsClient}' where id = '${PARENTS.request}'`,
    `update requests set iso_agent_id = '${OMAR_ID}' where id = '${PARENTS.request}'`,
    `insert into proposals (iso_agent_id, request_id) values ('${DANA_ID}', '${PARENTS.omarsRequest}')`,
    `insert into proposals (iso_agent_id, request_id, quote_id) values ('${DANA_ID}', '${PARENTS.request}', '${PARENTS.omarsQuote}')`,
    `insert into proposals (iso_agent_id, request_id, client_profile_id)
      values ('${DANA_ID}', '${PARENTS.request}', '${PARENTS.omarsClient}')`,
    `update requests set primary_conversation_id = '${PARENTS.omarsRoom}' where id = '${PARENTS.request}'`,
    `update quotes set conversation_id = '${PARENTS.omarsRoom}' where id = '${PARENTS.quote}'`,
    `update conversations set quote_id = '${PARENTS.omarsQuote}' where id = '${PARENTS.room}'`,
  ])('never crosses to another broker, not even when the service or an admin writes: %s', async (text) => {
    const admin = { sub: world.admin.sub }
    await expect(world.db.asRole('service_role', {}, text)).rejects.toMatchObject(REFUSED)
    await expect(world.db.asRole('authenticated', admin, text)).rejects.toMatchObject(REFUSED)
  })

  it.each([
    ['request_id', PARENTS.omarsRequest],
    ['conversation_id', PARENTS.omarsRoom],
    ['turn_id', OMARS_TURN],
  ])('never crosses to another broker from an approval that the service writes: %s', async (column, id) => {
    const insert = `insert into approvals (id, iso_agent_id, action, payload, payload_sha256, expires_at, ${column})
      values (gen_random_uuid(), '${DANA_ID}', 'send_proposal', '{}', repeat('a', 64), now(), '${id}')`

    await expect(world.db.asRole('service_role', {}, insert)).rejects.toMatchObject(REFUSED)
  })

  it('is checked like that wherever one leads to what a broker owns', async () => {
    const { rows } = await world.db.sql.query(`
      select format('%s.%s', k.conrelid::regclass, a.attname) as column from pg_constraint k
      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
      where k.contype = 'f' and k.connamespace = 'public'::regnamespace and k.confrelid in
        ('client_profiles'::regclass, 'requests'::regclass, 'quotes'::regclass, 'conversations'::regclass, 'messages'::regclass,
         'private.assistant_turns'::regclass)
      order by 1`)
    expect(rows.map(({ column }) => column)).toEqual([
      'agent_executions.request_id', // written by the service
      'approvals.conversation_id', // guard_approval_references
      'approvals.request_id',
      'approvals.turn_id',
      'avinode_webhook_events.conversation_id', // of no tenant
      'avinode_webhook_events.message_id',
      'avinode_webhook_events.quote_id',
      'avinode_webhook_events.request_id',
      'conversation_participants.conversation_id', // whoever may invite
      'conversation_participants.last_read_message_id', // guard_seat
      'conversations.quote_id', // guard_conversation_references
      'conversations.request_id', // start_conversation; protected
      'messages.conversation_id', // whoever may reply
      'messages.parent_message_id', // complete_message
      'messages.thread_root_id', // complete_message
      'proposals.client_profile_id', // guard_proposal_references
      'proposals.quote_id',
      'proposals.request_id',
      'quotes.conversation_id', // guard_quote_references
      'quotes.request_id', // protected
      'requests.client_profile_id', // guard_request_references
      'requests.primary_conversation_id',
      'workflow_states.request_id', // written by triggers
    ])
  })

  it('never lets one Avinode trip belong to two requests', async () => {
    await world.db.sql.query(`update requests set avinode_trip_id = 'atrip-1' where id = '${PARENTS.omarsRequest}'`)

    await expect(
      asDana(`update requests set avinode_trip_id = 'atrip-1' where id = '${PARENTS.request}'`),
    ).rejects.toMatchObject({ code: '23505' })
  })
})

describe('a column that decides ownership or trust', () => {
  it.each([
    ['iso_agents', "role = 'admin'"],
    ['iso_agents', 'is_active = false'],
    ['iso_agents', "clerk_user_id = 'user_other'"],
    ['iso_agents', "email = 'other@test.example'"],
    ['client_profiles', "iso_agent_id = 'a1000000-0000-4000-8000-000000000002'"],
    ['requests', "iso_agent_id = 'a1000000-0000-4000-8000-000000000002'"],
    ['requests', 'quotes_received = 9'],
    ['quotes', 'total_price = 1'],
    ['quotes', `request_id = '${PARENTS.omarsRequest}'`],
    ['proposals', "sent_to_email = 'someone@test.example'"],
    ['proposals', 'sent_at = now()'],
    ['conversations', `request_id = '${PARENTS.omarsRequest}'`],
    ['conversation_participants', 'can_invite = true'],
    ['conversation_participants', "role = 'observer'"],
    ['messages', "sender_name = 'Somebody else'"],
    ['messages', "original_content = 'never said'"],
    ['messages', 'is_edited = true'],
    ['messages', `conversation_id = '${PARENTS.omarsRoom}'`],
  ])('%s: a broker cannot set %s', async (table, change) => {
    const mine = table === 'iso_agents' ? `id = '${world.dana.id}'` : `id = '${world.rows[table]}'`

    await expect(asDana(`update ${table} set ${change} where ${mine}`)).rejects.toMatchObject(REFUSED)
  })

  it.each([
    "update approvals set status = 'approved', decided_by = iso_agent_id, decided_at = now()",
    "update approvals set payload = '{}'",
    "insert into approvals (id, iso_agent_id, action, payload, payload_sha256, status, expires_at) select gen_random_uuid(), get_current_iso_agent_id(), 'send_proposal', '{}', repeat('a', 64), 'pending', now()",
    'delete from approvals',
  ])('an approval is filed and decided by its functions and in no other way: %s', async (text) => {
    await expect(asDana(text)).rejects.toMatchObject(REFUSED)
    await expect(world.db.asBroker(world.admin.sub, text)).rejects.toMatchObject(REFUSED)
  })

  it.each([
    ['messages', "avinode_message_id = 'atripmsg-7'"],
    ['messages', "status = 'read'"],
    ['messages', 'read_by = \'[{"iso_agent_id": "x"}]\''],
    ['messages', 'reply_count = 9'],
    ['messages', "original_content = 'never said'"],
    ['proposals', 'sent_at = now()'],
    ['proposals', 'view_count = 9'],
    ['requests', 'quotes_received = 9'],
  ])('%s: a new row of a broker does not say %s', async (table, what) => {
    const [column, value] = what.split(' = ')
    const rows: Record<string, [string, string]> = {
      messages: [
        'conversation_id, sender_type, sender_iso_agent_id, content',
        `'${PARENTS.room}', 'iso_agent', '${world.dana.id}', 'hello'`,
      ],
      proposals: ['request_id, iso_agent_id', `'${PARENTS.request}', '${world.dana.id}'`],
      requests: [
        'iso_agent_id, departure_airport, arrival_airport, departure_date, passengers',
        `'${world.dana.id}', 'KTEB', 'KVNY', '2030-01-01', 1`,
      ],
    }
    const [columns, values] = rows[table] ?? ['', '']
    const insert = `insert into ${table} (${columns}, ${column}) values (${values}, ${value})`

    await expect(asDana(insert)).rejects.toMatchObject(REFUSED)
    expect(await world.db.asBroker(world.admin.sub, `explain ${insert}`)).toBeDefined() // and it is a statement that could be run
  })

  it("the file of a proposal lies in the folder of its request, so that no link hands out another broker's", async () => {
    const file = (folder: string) => `insert into proposals (request_id, iso_agent_id, file_path)
      values ('${PARENTS.omarsRequest}', '${world.omar.id}', 'proposals/${folder}/PROP-2030-001.pdf')`

    for (const folder of [PARENTS.request, `${PARENTS.omarsRequest}/../${PARENTS.request}`]) {
      await expect(asOmar(file(folder))).rejects.toMatchObject({ code: '23514' })
      await expect(world.db.asRole('service_role', {}, file(folder))).rejects.toMatchObject({ code: '23514' })
    }
    expect((await asOmar(file(PARENTS.omarsRequest))).rowCount).toBe(1)
  })

  it('an admin may change what a broker may not', async () => {
    const { rowCount } = await world.db.asBroker(
      world.admin.sub,
      `update iso_agents set role = 'operator' where id = '${world.rows.iso_agents}'`,
    )

    expect(rowCount).toBe(1)
  })

  it("the total of a proposal is its quote's price, whoever writes it", async () => {
    const insert = `insert into proposals (iso_agent_id, request_id, quote_id, total_amount)
      values ('${world.dana.id}', '${PARENTS.request}', '${PARENTS.quote}', 5)`

    await expect(asDana(insert)).rejects.toMatchObject({ code: 'PT422' })
  })

  it('total plus margin is the final amount, to the cent', async () => {
    const insert = `insert into proposals (iso_agent_id, request_id, quote_id, total_amount, margin_applied, final_amount)
      values ('${world.dana.id}', '${PARENTS.request}', '${PARENTS.quote}', 112000, 16800, 128800.01)`

    await expect(asDana(insert)).rejects.toMatchObject({ code: '23514' })
  })

  it('a proposal cannot be marked as sent or accepted by hand', async () => {
    const id = world.rows.proposals
    await asDana(`update proposals set status = 'generated' where id = '${id}'`)

    await expect(asDana(`update proposals set status = 'sent' where id = '${id}'`)).rejects.toMatchObject({
      code: 'PT403',
    })
  })
})

it('a run that concerns no request is read by the broker in whose name it was, and by admins', async () => {
  await world.db.sql.query(
    `insert into agent_executions (agent_type, metadata) values
       ('orchestrator', jsonb_build_object('iso_agent_id', $1::text)), ('error_monitor', '{}')`,
    [world.omar.id],
  )
  const seen = async (sub: string) => {
    const { rows } = await world.db.asBroker(sub, 'select agent_type from agent_executions where request_id is null')
    return rows.map(({ agent_type }) => agent_type).toSorted()
  }

  expect(await seen(world.omar.sub)).toEqual(['orchestrator'])
  expect(await seen(world.dana.sub)).toEqual([])
  expect(await seen('user_unknown')).toEqual([])
  expect(await seen(world.admin.sub)).toEqual(['error_monitor', 'orchestrator'])
})

describe('in a conversation', () => {
  const say = (asWho: typeof asDana, values: string) =>
    asWho(`insert into messages (conversation_id, sender_type, sender_iso_agent_id, content) values (${values})`)

  it('nobody writes in a room of others, or in the name of somebody else', async () => {
    await expect(say(asOmar, `'${PARENTS.room}', 'iso_agent', '${world.omar.id}', 'hello'`)).rejects.toMatchObject(
      REFUSED,
    )
    await expect(say(asOmar, `'${PARENTS.omarsRoom}', 'iso_agent', '${world.dana.id}', 'hello'`)).rejects.toMatchObject(
      REFUSED,
    )
    await expect(say(asOmar, `'${PARENTS.omarsRoom}', 'operator', null, 'hello'`)).rejects.toMatchObject(REFUSED)
    await expect(say(asOmar, `'${PARENTS.omarsRoom}', 'system', null, 'hello'`)).rejects.toMatchObject(REFUSED)
  })

  it('the assistant speaks with the rights of a broker, but not where an operator reads along', async () => {
    await say(asOmar, `'${PARENTS.omarsRoom}', 'ai_assistant', null, 'hello'`)
    await world.db.sql.query(`insert into conversation_participants (conversation_id, operator_profile_id, role)
      values ('${PARENTS.omarsRoom}', '${PARENTS.operator}', 'operator')`)

    await expect(say(asOmar, `'${PARENTS.omarsRoom}', 'ai_assistant', null, 'hello'`)).rejects.toMatchObject(REFUSED)
  })

  it('only those who may reply do, and only those who may invite do', async () => {
    await world.db.sql.query(`insert into conversation_participants
      (conversation_id, iso_agent_id, role, can_reply) values ('${PARENTS.room}', '${world.omar.id}', 'observer', false)`)

    expect(
      (await asOmar(`select id from messages where conversation_id = '${PARENTS.room}'`)).rowCount,
    ).toBeGreaterThan(0)
    await expect(say(asOmar, `'${PARENTS.room}', 'iso_agent', '${world.omar.id}', 'hello'`)).rejects.toMatchObject(
      REFUSED,
    )
    await expect(
      asOmar(`insert into conversation_participants (conversation_id, operator_profile_id, role)
        values ('${PARENTS.room}', '${PARENTS.operator}', 'operator')`),
    ).rejects.toMatchObject(REFUSED)
    await expect(
      asOmar(`update conversations set subject = 'mine' where id = '${PARENTS.room}'`),
    ).rejects.toMatchObject(REFUSED)
  })

  it('who has left sees and changes nothing any more', async () => {
    await world.db.sql.query(
      `insert into messages (conversation_id, sender_type, sender_iso_agent_id, content) values ('${PARENTS.room}', 'iso_agent', $1, 'bye')`,
      [world.omar.id],
    )
    await world.db.sql.query(
      `update conversation_participants set is_active = false where conversation_id = '${PARENTS.room}' and iso_agent_id = '${world.omar.id}'`,
    )

    expect((await asOmar(`select id from messages where conversation_id = '${PARENTS.room}'`)).rowCount).toBe(0)
    expect((await asOmar(`select id from conversations where id = '${PARENTS.room}'`)).rowCount).toBe(0)
    await asOmar(`update messages set content = 'still here'`)
    await asOmar('delete from messages')
    await asOmar('update conversation_participants set is_active = true') // without a condition, no select policy is asked
    expect((await asOmar(`select id from messages where conversation_id = '${PARENTS.room}'`)).rowCount).toBe(0)
    const { rows } = await world.db.sql.query(
      `select content from messages where conversation_id = '${PARENTS.room}' and sender_iso_agent_id = $1`,
      [world.omar.id],
    )
    expect(rows).toEqual([{ content: 'bye' }])
  })

  describe('who only observes', () => {
    const ROOM = 'f1000000-0000-4000-8000-000000000003'
    const FORBIDDEN = { code: 'PT403' }

    beforeAll(async () => {
      await world.db.sql.query(`insert into conversations (id, type, avinode_thread_id) values ('${ROOM}', 'general_inquiry', 'arfq-observed')
        on conflict do nothing`)
      await world.db.sql.query(`insert into conversation_participants (conversation_id, iso_agent_id, role, can_reply) values
        ('${ROOM}', '${world.dana.id}', 'iso_agent', true), ('${ROOM}', '${world.omar.id}', 'observer', false) on conflict do nothing`)
    })

    it('does not make the room that of a request, by the function or by the column', async () => {
      await expect(asOmar(`select bind_conversation('${ROOM}', '${PARENTS.omarsRequest}')`)).rejects.toMatchObject(
        FORBIDDEN,
      )
      await expect(
        asOmar(`update requests set primary_conversation_id = '${ROOM}' where id = '${PARENTS.omarsRequest}'`),
      ).rejects.toMatchObject(REFUSED)
    })

    it('does not stop the assistant', async () => {
      await expect(asOmar(`select stop_turn('${ROOM}')`)).rejects.toMatchObject(FORBIDDEN)
    })

    it('does not write to its operator by approving it', async () => {
      const id = crypto.randomUUID()
      await asOmar(`select file_approval('${id}', 'reply_to_operator',
        '{"conversation_id": "${ROOM}", "rfq_id": "arfq-observed", "text": "hello"}', repeat('a', 64), null, null, null, null, null)`)

      await expect(asOmar(`select decide_approval('${id}', 'approve')`)).rejects.toMatchObject(FORBIDDEN)
    })
  })

  it("an approved reply goes to the RFQ of its room, never to another broker's", async () => {
    const id = crypto.randomUUID()
    await asOmar(`select file_approval('${id}', 'reply_to_operator',
      '{"conversation_id": "${PARENTS.omarsRoom}", "rfq_id": "arfq-of-danas", "text": "hello"}', repeat('a', 64), null, null, null, null, null)`)

    await expect(asOmar(`select decide_approval('${id}', 'approve')`)).rejects.toMatchObject({ code: 'PT409' })
  })

  it("a message that bears the id of another broker's approval does not keep that from being carried out", async () => {
    const id = crypto.randomUUID()
    await asDana(`select file_approval('${id}', 'accept_quote', '{}', repeat('a', 64), null, null, null, null, null)`)
    const { rows } = await world.db.sql.query<{ id: string }>(`with room as (
        insert into conversations (type, avinode_thread_id) values ('quote_discussion', 'arfq-${id}') returning id
      ), seats as (
        insert into conversation_participants (conversation_id, iso_agent_id, operator_profile_id, role)
        select id, '${world.omar.id}'::uuid, null, 'iso_agent'::participant_role from room
        union all select id, null, '${PARENTS.operator}'::uuid, 'operator' from room
      ) select id from room`)
    await asOmar(`insert into messages (id, conversation_id, sender_type, sender_iso_agent_id, content, status)
      values ('${id}', '${rows[0]?.id}', 'iso_agent', '${world.omar.id}', 'hello', 'sending')`)

    await expect(asDana(`select decide_approval('${id}', 'approve')`)).resolves.toMatchObject({ rowCount: 1 })
  })

  it("a broker changes and deletes its own messages, and never another's", async () => {
    const id = world.rows.messages
    expect((await asOmar(`update messages set content = 'mine' where id = '${id}'`)).rowCount).toBe(0)

    await asDana(`update messages set content = 'hello again' where id = '${id}'`)

    const { rows } = await world.db.sql.query(
      'select content, original_content, is_edited from messages where id = $1',
      [id],
    )
    expect(rows).toEqual([{ content: 'hello again', original_content: 'hello', is_edited: true }])
  })
})

describe('who is asking', () => {
  it('a hundred brokers are each found as themselves', async () => {
    await world.db.sql.query(`insert into iso_agents (clerk_user_id, email, full_name)
      select 'user_' || n, n || '@many.example', 'Agent ' || n from generate_series(1, 100) n`)

    for (let n = 1; n <= 100; n++) {
      const { rows } = await world.db.asBroker(
        `user_${n}`,
        `select email from iso_agents where id = get_current_iso_agent_id() and owns_resource(id) and not is_admin()`,
      )
      expect(rows).toEqual([{ email: `${n}@many.example` }])
    }
  })

  it('the functions about the caller are closed to anyone who is not signed in', async () => {
    for (const call of ['get_current_iso_agent_id()', 'is_admin()', `owns_resource('${world.dana.id}')`]) {
      await expect(world.db.asRole('anon', {}, `select ${call}`)).rejects.toMatchObject(REFUSED)
    }
  })

  it('a table that somebody creates in pg_temp does not deceive them', async () => {
    const { rows } =
      await asOmar(`create temporary table iso_agents as select '${world.dana.id}'::uuid id, '${world.omar.sub}' clerk_user_id,
      true is_active, 'admin' role; select 1`).then(() =>
        asOmar('select is_admin() as is_admin, get_current_iso_agent_id() as id'),
      )

    expect(rows).toEqual([{ is_admin: false, id: world.omar.id }])
  })
})
