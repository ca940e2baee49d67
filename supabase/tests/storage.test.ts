import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PARENTS, startWorld, type World } from './world.ts'

/** Their own rooms, with nothing in them yet. */
const MESSAGE = 'f3000000-0000-4000-8000-000000000001'
const FILES = {
  'proposal-documents': `proposals/${PARENTS.request}/PROP-2030-001.pdf`,
  'message-attachments': `conversations/${PARENTS.room}/${MESSAGE}/plan.pdf`,
}
type Bucket = keyof typeof FILES

let world: World
beforeAll(async () => {
  world = await startWorld()
  const { sql } = world.db
  for (const [bucket, name] of Object.entries(FILES)) {
    await sql.query('insert into storage.objects (bucket_id, name, owner_id) values ($1, $2, $3)', [
      bucket,
      name,
      world.dana.sub,
    ])
  }
  // Tara reads along in Dana's room, and may not write there.
  await sql.query(`insert into conversation_participants (conversation_id, iso_agent_id, role, can_reply)
    select '${PARENTS.room}', id, 'observer', false from iso_agents where clerk_user_id = 'user_tara'`)
})
afterAll(() => world.db.close())

type Role = 'anon' | 'authenticated' | 'service_role'
const ACTORS: Record<string, [Role, object]> = {
  owner: ['authenticated', { sub: 'user_dana' }],
  observer: ['authenticated', { sub: 'user_tara' }],
  other: ['authenticated', { sub: 'user_omar' }],
  unknown: ['authenticated', { sub: 'user_unknown' }],
  nobody: ['authenticated', {}],
  inactive: ['authenticated', { sub: 'user_gone' }],
  admin: ['authenticated', { sub: 'user_admin' }],
  anon: ['anon', {}],
  service: ['service_role', {}],
}

// s, i, u, d: select, insert, update, delete of Dana's file, or of one beside it.
const EXPECTED: Record<Bucket, Record<string, string>> = {
  'proposal-documents': { owner: 'siud', admin: 'siud', service: 'siud' },
  'message-attachments': { owner: 'siud', observer: 's', admin: 'siud', service: 'siud' },
}

async function reach([role, claims]: [Role, object], text: string) {
  const client = await world.db.sql.connect()
  try {
    await client.query('begin')
    await client.query("select set_config('request.jwt.claims', $1, true)", [JSON.stringify({ ...claims, role })])
    await client.query(`set local role ${role}`)
    return (await client.query(text)).rowCount ?? 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === '42501') return 0
    throw error
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const statements = (bucket: Bucket, name: string) => ({
  s: `select from storage.objects where bucket_id = '${bucket}' and name = '${name}'`,
  i: `insert into storage.objects (bucket_id, name, owner_id) values ('${bucket}', '${name.replace('.pdf', '-2.pdf')}', 'user_x')`,
  u: `update storage.objects set metadata = '{}' where bucket_id = '${bucket}' and name = '${name}'`,
  d: `delete from storage.objects where bucket_id = '${bucket}' and name = '${name}'`,
})

describe.each(Object.keys(FILES) as Bucket[])('%s', (bucket) => {
  it.each(Object.keys(ACTORS))('gives %s exactly what is specified', async (actor) => {
    let found = ''
    for (const [letter, text] of Object.entries(statements(bucket, FILES[bucket]))) {
      if (await reach(ACTORS[actor] ?? ['anon', {}], text)) found += letter
    }
    expect(found).toBe(EXPECTED[bucket][actor] ?? '')
  })

  it.each(['other', 'observer', 'unknown'])(
    'cannot be listed, emptied or overwritten as a whole by %s',
    async (actor) => {
      const who = ACTORS[actor] ?? ['anon', {}]
      const mine = EXPECTED[bucket][actor]?.includes('s') ? 1 : 0
      expect(await reach(who, `select from storage.objects where bucket_id = '${bucket}'`)).toBe(mine)
      expect(await reach(who, "update storage.objects set owner_id = 'user_omar'")).toBe(0)
      expect(await reach(who, 'delete from storage.objects')).toBe(0)
    },
  )
})

describe('a file', () => {
  const insert = (bucket: string, name: string) =>
    reach(
      ['authenticated', { sub: 'user_omar' }],
      `insert into storage.objects (bucket_id, name, owner_id) values ('${bucket}', '${name}', 'user_omar')`,
    )

  it('may be put where its own request or room is', async () => {
    expect(await insert('proposal-documents', `proposals/${PARENTS.omarsRequest}/a.pdf`)).toBe(1)
    expect(await insert('message-attachments', `conversations/${PARENTS.omarsRoom}/${MESSAGE}/a.pdf`)).toBe(1)
  })

  it.each([
    ['proposal-documents', `proposals/${PARENTS.request}/a.pdf`],
    ['proposal-documents', `proposals/${PARENTS.omarsRequest}/../${PARENTS.request}/a.pdf`],
    ['proposal-documents', `proposals/${PARENTS.omarsRequest}/deeper/a.pdf`],
    ['proposal-documents', `Proposals/${PARENTS.omarsRequest}/a.pdf`],
    ['proposal-documents', `/proposals/${PARENTS.omarsRequest}/a.pdf`],
    ['proposal-documents', `proposals/${PARENTS.omarsRequest}/`],
    ['proposal-documents', `proposals/${PARENTS.omarsRequest}/.hidden`],
    ['proposal-documents', `conversations/${PARENTS.omarsRoom}/${MESSAGE}/a.pdf`],
    ['message-attachments', `conversations/${PARENTS.room}/${MESSAGE}/a.pdf`],
    ['message-attachments', `conversations/${PARENTS.omarsRoom}/a.pdf`],
    ['message-attachments', `conversations/${PARENTS.omarsRoom}/${MESSAGE}/deeper/a.pdf`],
    ['message-attachments', `proposals/${PARENTS.omarsRequest}/a.pdf`],
    ['another-bucket', `proposals/${PARENTS.omarsRequest}/a.pdf`],
  ])('is refused in %s at %s', async (bucket, name) => {
    expect(await insert(bucket, name)).toBe(0)
  })

  it('stays in a room whose uploader has left it', async () => {
    const to = (room: string) => `conversations/${room}/${MESSAGE}/left-behind.pdf`
    await world.db.sql.query(
      `insert into storage.objects (bucket_id, name, owner_id) values ('message-attachments', '${to(PARENTS.room)}', 'user_omar')
       on conflict do nothing`,
    )

    // Without a condition, no select policy is asked.
    const move = `update storage.objects set name = '${to(PARENTS.omarsRoom)}'`
    expect(await reach(['authenticated', { sub: 'user_omar' }], move)).toBe(0)
  })

  it('cannot be moved to where another broker would find it, or from there', async () => {
    const dana = ACTORS.owner ?? ['anon', {}]
    const move = (bucket: Bucket, to: string) =>
      reach(
        dana,
        `update storage.objects set name = '${to}' where bucket_id = '${bucket}' and name = '${FILES[bucket]}'`,
      )

    expect(await move('proposal-documents', `proposals/${PARENTS.omarsRequest}/a.pdf`)).toBe(0)
    expect(await move('message-attachments', `conversations/${PARENTS.omarsRoom}/${MESSAGE}/a.pdf`)).toBe(0)
    expect(
      await reach(
        dana,
        `update storage.objects set bucket_id = 'message-attachments' where name = '${FILES['proposal-documents']}'`,
      ),
    ).toBe(0)
  })
})
