import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DatabaseFunctions } from '../supabase/direct-functions.ts'
import { createNotificationIntake, type NotificationRow } from './notification-intake.ts'

const row = (id: string): NotificationRow => ({
  p_source: 'seller-chat',
  p_payload: { id, type: 'tripmsgs' },
  p_headers: {},
  p_source_ip: null,
  p_user_agent: null,
  p_connection: 'default',
})
const idOf = ({ p_payload }: NotificationRow) => String((p_payload as { id: string }).id)
const event_id = (id: string) => `00000000-0000-4000-8000-${id.padStart(12, '0')}`

type Answer = Awaited<ReturnType<DatabaseFunctions['rpc']>>

/** A database whose transactions end when the test says so. */
function database(refuses: (id: string) => Answer['error'] = () => null) {
  const transactions: { ids: string[]; commit(): void; fail(answer: Answer): void }[] = []
  const functions: DatabaseFunctions = {
    rpc(_name, args) {
      const rows = ('p_notifications' in args ? args.p_notifications : [args]) as NotificationRow[]
      const ids = rows.map(idOf)
      const end = Promise.withResolvers<Answer>()
      const stored = ids.map((id) => ({ event_id: event_id(id), is_new: true }))
      const error = ids.map(refuses).find((refusal) => refusal !== null) ?? null
      const data = 'p_notifications' in args ? stored : stored[0]
      transactions.push({
        ids,
        commit: () => end.resolve(error ? { data: null, error, status: 422 } : { data, error: null, status: 200 }),
        fail: end.resolve,
      })
      return end.promise
    },
  }
  return { functions, transactions }
}

const microtasks = async () => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('notifications', () => {
  it('that come alone are stored at once; what comes during two transactions shares the next', async () => {
    const { functions, transactions } = database()
    const store = createNotificationIntake(functions, () => {})

    const answers = Promise.all(['1', '2', '3', '4'].map((id) => store(row(id))))
    await microtasks()
    expect(transactions.map(({ ids }) => ids)).toEqual([['1'], ['2']])
    transactions[0]?.commit()
    await microtasks()
    expect(transactions.map(({ ids }) => ids)).toEqual([['1'], ['2'], ['3', '4']])
    for (const { commit } of transactions) commit()

    expect(await answers).toEqual(['1', '2', '3', '4'].map((id) => ({ event_id: event_id(id), is_new: true })))
  })

  it('are not answered before their transaction is committed', async () => {
    const { functions, transactions } = database()
    const store = createNotificationIntake(functions, () => {})
    const seen: string[] = []

    void store(row('1')).then(() => seen.push('1'))
    void store(row('2')).then(() => seen.push('2'))
    await microtasks()
    expect(seen).toEqual([])
    transactions[0]?.commit()
    await microtasks()

    expect(seen).toEqual(['1'])
  })

  it('are told of by the transaction, after their senders were answered', async () => {
    const { functions, transactions } = database()
    const seen: unknown[] = []
    const store = createNotificationIntake(functions, (event_ids) => seen.push(event_ids))

    for (const id of ['1', '2', '3', '4']) void store(row(id)).then(() => seen.push(id))
    await microtasks()
    for (const turn of [0, 1, 2]) {
      transactions[turn]?.commit()
      await microtasks()
    }
    await vi.runAllTimersAsync()

    expect(seen).toEqual([...['1', '2', '3', '4'], [event_id('1')], [event_id('2')], [event_id('3'), event_id('4')]])
  })

  it('are stored although another of the same transaction cannot be', async () => {
    const refusal = { code: 'PT422', message: 'no' }
    const { functions, transactions } = database((id) => (id === '3' ? refusal : null))
    const store = createNotificationIntake(functions, () => {})

    const answers = Promise.allSettled(['0', '1', '2', '3', '4'].map((id) => store(row(id))))
    for (let turn = 0; turn < 6; turn += 1) {
      await microtasks()
      transactions[turn]?.commit()
    }

    expect((await answers).map(({ status }) => status)).toEqual([
      ...['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled'],
    ])
    expect(transactions.map(({ ids }) => ids)).toEqual([['0'], ['1'], ['2', '3', '4'], ['2'], ['3'], ['4']])
  })

  it('are all refused when the database is away, so that all are sent again', async () => {
    const { functions, transactions } = database()
    const store = createNotificationIntake(functions, () => {})

    const answers = Promise.allSettled(['1', '2', '3', '4'].map((id) => store(row(id))))
    for (const turn of [0, 1, 2]) {
      await microtasks()
      transactions[turn]?.fail({ data: null, error: { message: 'connection lost' }, status: 0 })
    }

    for (const answer of await answers) expect(answer).toMatchObject({ reason: { upstream: 'database' } })
    expect(transactions).toHaveLength(3)
  })

  it('are refused after 4.5 seconds, and what has not begun by then is not stored', async () => {
    const { functions, transactions } = database()
    const store = createNotificationIntake(functions, () => {})

    const answers = Promise.allSettled([store(row('1')), store(row('2')), store(row('3'))])
    await microtasks()
    await vi.advanceTimersByTimeAsync(4_501)
    for (const answer of await answers) expect(answer).toMatchObject({ reason: { upstream: 'database' } })
    transactions[0]?.commit()
    await microtasks()

    expect(transactions.map(({ ids }) => ids)).toEqual([['1'], ['2']])
  })

  it('do not wait for a transaction that has got stuck', async () => {
    const { functions, transactions } = database()
    const store = createNotificationIntake(functions, () => {})

    void store(row('1')).catch(() => {})
    await microtasks()
    const second = store(row('2'))
    await microtasks()
    transactions[1]?.commit()

    expect(await second).toMatchObject({ event_id: event_id('2') })
  })

  it('are refused at once when too many wait, so that memory stays as it is', async () => {
    const { functions } = database()
    const store = createNotificationIntake(functions, () => {})
    for (let n = 0; n < 2_002; n += 1) void store(row(String(n))).catch(() => {})

    await expect(store(row('late'))).rejects.toMatchObject({ upstream: 'database' })
    await vi.advanceTimersByTimeAsync(4_501)
  })
})
