import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Agent, type Row, startWorld } from './world.ts'

/** Dana's room with the assistant, and ways to write and look there. */
async function startRoom() {
  const world = await startWorld()
  const room = await world.chat(world.dana)
  const say = async (content: string, { by = world.dana, into = room } = {}) => {
    const p_message_id: string = randomUUID()
    await by.call('post_message', { p_conversation_id: into, p_message_id, p_content: content })
    return p_message_id
  }
  const messages = async (p_query: string, { by = world.dana, ...rest }: { by?: Agent; p_limit?: number } = {}) =>
    (await by.call<Row[]>('search_messages', { p_query, ...rest })).map(({ content }) => content)
  const rooms = async (p_query: string, by: Agent = world.dana) =>
    (await by.call<Row[]>('find_conversations', { p_query })).map(({ id }) => id)
  return { ...world, room, say, messages, rooms }
}

describe('a search in messages', () => {
  it('finds a piece of a word in any case and any script, and signs as they are', async () => {
    await using chat = await startRoom()
    const said = ['Von ZÜRICH nach Köln', 'Gulfstream G650, N650JV', '100% sure, a_b', 'Cannes–Été', '飞机 to 北京市']
    for (const words of said) await chat.say(words)

    const found = async (query: string) => (await chat.messages(query)).map((content) => said.indexOf(`${content}`))
    for (const query of ['zürich', 'ürIC', 'KÖLN', 'von zürich nach']) expect(await found(query), query).toEqual([0])
    for (const query of ['stream g6', 'n650', '0, N']) expect(await found(query), query).toEqual([1])
    for (const query of ['100%', '0% s', 'a_b', '_b']) expect(await found(query), query).toEqual([2])
    expect(await found('ÉTÉ')).toEqual([3])
    expect(await found('北京市')).toEqual([4])
    for (const query of ['zurich', 'a%b', 'G560', 'axb', 'ebae']) expect(await found(query), query).toEqual([])
  })

  it('has keys in every text that contains what was typed, whatever stands around it', async () => {
    await using chat = await startRoom()
    const [counted] = await chat.sql(
      `
      with texts as (
        select n, (select string_agg(piece, case when n % 2 = 0 then ' ' else '' end) from (
            select (array['Zürich','straße','G650','N650JV','hello','a','bb','ebae','aeb','--','$1,200.50','été','北京','O''Hare','x_y'])[
              1 + abs(hashint4(n * 31 + g)) % 15] as piece from generate_series(1, 3 + n % 6) g) pieces) as said
          from generate_series(1, 600) n
      ), typed as (
        select said, case n % 3 when 0 then upper(piece) when 1 then lower(piece) else piece end as piece
          from texts, lateral (select substr(said, 1 + n % 17, 1 + n % 13) as piece) p where piece <> ''
      )
      select count(*)::int as texts, count(*) filter (where cardinality(private.wanted_keys($1, piece)) > 0)::int as with_keys,
        count(*) filter (where not private.search_keys($1, said) @> private.wanted_keys($1, piece))::int as missed
        from typed where said ilike private.containing(piece)`,
      [chat.dana.id],
    )

    expect(counted?.missed).toBe(0)
    expect(counted?.texts).toBeGreaterThan(400)
    expect(counted?.with_keys).toBeGreaterThan(200)
  })

  it('finds what is said in one’s rooms and nothing else, for as long as one has a seat', async () => {
    await using chat = await startRoom()
    const hers = await chat.say('Zanzibar')
    const his = await chat.chat(chat.omar)
    await chat.say('Zanzibar too', { by: chat.omar, into: his })
    const seat = (change: string) =>
      chat.sql(`update conversation_participants set ${change} where conversation_id = $1 and iso_agent_id = $2`, [
        chat.room,
        chat.omar.id,
      ])

    expect(await chat.messages('zanzibar')).toEqual(['Zanzibar'])
    expect(await chat.messages('zanzibar', { by: chat.omar })).toEqual(['Zanzibar too'])
    expect(await chat.rooms('zanzibar', chat.omar)).toEqual([his])

    await chat.dana.call('invite_participant', {
      p_conversation_id: chat.room,
      p_iso_agent_email: 'omar@jetvision.test',
    })
    expect(await chat.messages('zanzibar', { by: chat.omar })).toEqual(['Zanzibar too', 'Zanzibar'])
    await seat('is_active = false')
    expect(await chat.messages('zanzibar', { by: chat.omar })).toEqual(['Zanzibar too'])
    expect(await chat.messages('an', { by: chat.omar })).toEqual(['Zanzibar too']) // looked for one by one
    expect(await chat.rooms('zanzibar', chat.omar)).toEqual([his])

    await chat.dana.call('edit_message', { p_message_id: hers, p_content: 'Nassau' })
    await chat.say('Zanzibar again')
    await seat('is_active = true')
    expect(await chat.messages('zanzibar', { by: chat.omar })).toEqual(['Zanzibar again', 'Zanzibar too'])
    expect(await chat.messages('nassau', { by: chat.omar })).toEqual(['Nassau'])
  })

  it('finds nothing that was deleted or edited away', async () => {
    await using chat = await startRoom()
    const [gone, changed] = [await chat.say('xylophone one'), await chat.say('xylophone two')]
    await chat.dana.call('delete_message', { p_message_id: gone })
    await chat.dana.call('edit_message', { p_message_id: changed, p_content: 'a drum' })

    expect(await chat.messages('xylophone')).toEqual([])
    expect(await chat.rooms('xylophone')).toEqual([])
    expect(await chat.messages('drum')).toEqual(['a drum'])
    expect(await chat.sql('select message_id from private.search_entries')).toEqual([{ message_id: changed }])
  })

  it('goes from the newest on through pages, however many there are', async () => {
    await using chat = await startRoom()
    await chat.sql(
      `insert into messages (conversation_id, sender_type, content, created_at)
       select $1, 'ai_assistant', case when n % 50 = 0 then 'rare' else 'often' end || ' word ' || n, now() - n * interval '1 minute'
         from generate_series(1, 500) n`,
      [chat.room],
    )
    const pages = async (p_query: string, p_limit: number) => {
      const seen: unknown[] = []
      for (let place = {}; ; ) {
        const page = await chat.dana.call<Row[]>('search_messages', { p_query, p_limit, ...place })
        seen.push(...page.map(({ content }) => content))
        const last = page.at(-1)
        if (page.length < p_limit || !last) return seen
        place = { p_before: last.created_at, p_before_id: last.id }
      }
    }
    const numbers = (word: string, every: (n: number) => boolean) =>
      Array.from({ length: 500 }, (_, index) => index + 1)
        .filter(every)
        .map((n) => `${word} word ${n}`)

    expect(await pages('often', 90)).toEqual(numbers('often', (n) => n % 50 !== 0))
    expect(await pages('rare', 4)).toEqual(numbers('rare', (n) => n % 50 === 0))
    expect(await pages('re', 7)).toEqual(numbers('rare', (n) => n % 50 === 0)) // too short for keys
    expect(await chat.rooms('often')).toEqual([chat.room])
    expect(await chat.rooms('rare')).toEqual([chat.room])
  })

  it('misses nothing that is said while somebody comes in', async () => {
    await using chat = await startRoom()
    const speaker = await chat.db.sql.connect()
    await speaker.query('begin')
    await speaker.query(`insert into messages (conversation_id, sender_type, content) values ($1, 'system', 'Hurry')`, [
      chat.room,
    ])

    let is_seated = false
    const seated = chat
      .sql(`insert into conversation_participants (conversation_id, iso_agent_id, role) values ($1, $2, 'observer')`, [
        chat.room,
        chat.omar.id,
      ])
      .finally(() => {
        is_seated = true
      })
    const waits = () => chat.one<{ count: number }>('select count(*)::int from pg_locks where not granted')
    while (!is_seated && (await waits()).count === 0);
    await speaker.query('commit')
    speaker.release()
    await seated

    expect(await chat.messages('hurry', { by: chat.omar })).toEqual(['Hurry'])
  })
})

describe('a search for clients', () => {
  it('finds every word in the company or in the contact, one’s own only, and for an admin everybody’s', async () => {
    await using world = await startWorld()
    await world.sql(
      `insert into client_profiles (iso_agent_id, company_name, contact_name, created_at)
       select $1::uuid, name, contact, now() + n * interval '1 second'
         from unnest($3::text[], $4::text[]) with ordinality as c (name, contact, n) union all select $2, 'Acme of Omar', null, now()`,
      [world.dana.id, world.omar.id, ['Acme Ltd', 'Müller Söhne', 'Zed 100%'], ['Ann Buyer', 'Zoë Acme', null]],
    )
    const search = async (words: string[], by: Agent = world.dana) => {
      const { rows } = await world.db.asBroker(by.sub, 'select company_name from search_clients($1)', [words])
      return rows.map(({ company_name }) => company_name)
    }

    expect(await search(['acme'])).toEqual(['Müller Söhne', 'Acme Ltd'])
    expect(await search(['MÜLLER', 'söh'])).toEqual(['Müller Söhne'])
    expect(await search(['acme', 'buyer'])).toEqual([])
    expect(await search(['0%'])).toEqual(['Zed 100%'])
    expect(await search(['ed'])).toEqual(['Zed 100%'])
    for (const word of ['acme', 'me']) expect(await search([word], world.omar)).toEqual(['Acme of Omar'])

    await world.sql(`update iso_agents set role = 'admin' where id = $1`, [world.omar.id])
    expect((await search(['acme'], world.omar)).toSorted()).toEqual(['Acme Ltd', 'Acme of Omar', 'Müller Söhne'])
  })
})
