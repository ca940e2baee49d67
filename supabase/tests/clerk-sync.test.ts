import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestDatabase, type TestDatabase } from '../embedded/test-database.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await startTestDatabase()
})
afterAll(() => db.close())
beforeEach(() => db.sql.query('truncate iso_agents, private.clerk_users cascade'))

type Event = { type: string; id?: string; email?: string; name?: string; at: number; role?: string }

async function tell({ type, id = 'user_1', email = 'one@test.example', name = 'One', at, role }: Event) {
  const { rows } = await db.asRole(
    'service_role',
    {},
    'select sync_clerk_user($1, $2, $3, $4, to_timestamp($5), $6) as result',
    [`user.${type}`, id, email, name, at, role ?? null],
  )
  return rows[0].result.applied
}

const agents = async () =>
  (await db.sql.query('select clerk_user_id, email, full_name, role, is_active from iso_agents order by clerk_user_id'))
    .rows

const CREATED = { type: 'created', at: 1, name: 'Old' }
const UPDATED = { type: 'updated', at: 2, name: 'New', email: 'new@test.example' }
const DELETED = { type: 'deleted', at: 3 }

describe('agents follow Clerk', () => {
  it('is created, changed, and made inactive', async () => {
    await tell(CREATED)
    expect(await agents()).toEqual([
      { clerk_user_id: 'user_1', email: 'one@test.example', full_name: 'Old', role: 'iso_agent', is_active: true },
    ])
    await tell({ ...UPDATED, role: 'admin' })
    await tell(DELETED)

    expect(await agents()).toEqual([
      { clerk_user_id: 'user_1', email: 'new@test.example', full_name: 'New', role: 'admin', is_active: false },
    ])
  })

  const orders = [
    [CREATED, UPDATED, DELETED],
    [CREATED, DELETED, UPDATED],
    [UPDATED, CREATED, DELETED],
    [UPDATED, DELETED, CREATED],
    [DELETED, CREATED, UPDATED],
    [DELETED, UPDATED, CREATED],
  ]

  it.each(orders.map((order) => ({ order, name: order.map(({ type }) => type).join(', ') })))(
    'ends the same in the order $name, each told twice',
    async ({ order }) => {
      for (const event of order) {
        await tell(event)
        await tell(event)
      }

      const found = await agents()
      expect(found.filter(({ is_active }) => is_active)).toEqual([])
      if (found[0]) expect(found[0].full_name).toBe(order.indexOf(DELETED) < order.indexOf(UPDATED) ? 'Old' : 'New')
    },
  )

  it('does not go back to what is older', async () => {
    expect(await tell(UPDATED)).toBe(true)
    expect(await tell(CREATED)).toBe(false)

    expect((await agents())[0]).toMatchObject({ full_name: 'New' })
  })

  it('keeps a role that Clerk does not speak of', async () => {
    await tell({ ...CREATED, role: 'admin' })
    await tell(UPDATED)
    expect((await agents())[0]).toMatchObject({ role: 'admin' })

    await tell({ ...UPDATED, at: 4, role: 'owner' })
    expect((await agents())[0]).toMatchObject({ role: 'admin' })
  })

  it('never wakes an agent whom an admin made inactive', async () => {
    await tell(CREATED)
    await db.sql.query('update iso_agents set is_active = false')
    await tell(UPDATED)

    expect((await agents())[0]).toMatchObject({ full_name: 'New', is_active: false })
  })

  it('gives an address to its new owner only once the old one has left or changed', async () => {
    await tell(CREATED)
    await expect(tell({ ...CREATED, id: 'user_2' })).rejects.toMatchObject({ code: 'PT409' })
    await tell(DELETED)
    await tell({ ...CREATED, id: 'user_2' })

    expect((await agents()).map(({ clerk_user_id, email }) => [clerk_user_id, email])).toEqual([
      ['user_1', expect.stringMatching(/@left\.invalid$/)],
      ['user_2', 'one@test.example'],
    ])
  })

  it('makes one agent, however many tell of it at once', async () => {
    await Promise.all(Array.from({ length: 8 }, (_, n) => tell({ ...UPDATED, at: 10 + n, name: `Name ${n}` })))

    expect(await agents()).toHaveLength(1)
    expect((await agents())[0]).toMatchObject({ full_name: 'Name 7' })
  })

  it('is for the service alone', async () => {
    for (const role of ['anon', 'authenticated'] as const) {
      const attempt = db.asRole(
        role,
        { sub: 'user_1' },
        "select sync_clerk_user('user.created', 'user_9', 'x@test.example', 'X')",
      )
      await expect(attempt).rejects.toMatchObject({ code: '42501' })
    }
  })
})
