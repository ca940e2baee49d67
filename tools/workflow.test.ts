import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RequestStatus } from './requests/request.ts'
import { startTestDesk, type TestDesk } from './test-context.ts'
import { advance, isFinal, nextStates } from './workflow.ts'

let desk: TestDesk
beforeAll(async () => {
  desk = await startTestDesk()
})
afterAll(() => desk[Symbol.asyncDispose]())

describe('the states of a request', () => {
  it('lead where the database lets them lead, and nowhere else', async () => {
    const { rows } = await desk.sql.query(
      `select f.s as from_status, t.s as to_status
       from unnest(enum_range(null::request_status)) f(s), unnest(enum_range(null::request_status)) t(s)
       where private.is_request_transition(f.s, t.s) and t.s not in ('failed', 'cancelled')`,
    )
    const inSql = rows.map(({ from_status, to_status }) => `${from_status} > ${to_status}`)
    const here = RequestStatus.options.flatMap((status) => nextStates(status).map((next) => `${status} > ${next}`))

    expect(here.sort()).toEqual(inSql.sort())
  })

  it('end with completed and cancelled', () => {
    expect(RequestStatus.options.filter(isFinal)).toEqual(['completed', 'cancelled'])
  })

  it('cannot be reached from an end', async () => {
    const dana = await desk.broker()
    const over = { id: crypto.randomUUID(), status: 'completed' as const }

    await expect(advance(over, 'pending', 'orchestrator', dana)).rejects.toMatchObject({ code: 'conflict' })
  })
})
