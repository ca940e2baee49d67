import { expect, it } from 'vitest'
import { dealsOf, findDeal, routeOf, withKept } from './deals.ts'
import type { Approval, Conversation, Request } from './rows.ts'

const DANA = 'dana'
const leg = (departure_airport: string, arrival_airport: string) => ({
  departure_airport,
  arrival_airport,
  departure_date: '2027-02-12',
  departure_time: null,
  passengers: 4,
})
const request = (changes: Partial<Request>) =>
  ({
    id: 'r1',
    iso_agent_id: DANA,
    status: 'monitoring_for_quotes',
    segments: [leg('KTEB', 'KVNY')],
    primary_conversation_id: 'c1',
    quotes_received: 1,
    quotes_expected: 3,
    updated_at: '2026-11-22T10:00:00Z',
    ...changes,
  }) as Request
const room = (changes: Partial<Conversation>) =>
  ({ id: 'c1', request_id: 'r1', type: 'rfp_negotiation', metadata: {}, unread_count: 0, ...changes }) as Conversation
const byId = <T extends { id: string }>(...rows: T[]) => Object.fromEntries(rows.map((row) => [row.id, row]))
const rows = (requests: Request[], rooms: Conversation[] = [], approvals: Approval[] = []) => ({
  requests: byId(...requests),
  conversations: byId(...rooms),
  approvals: byId(...approvals),
})

it('says how many quotes are in while a deal waits for them', () => {
  const [deal] = dealsOf(rows([request({})], [room({})]), DANA)
  expect(deal).toMatchObject({ group: 'waiting', next: '1 of 3 quotes in', conversation_id: 'c1' })
})

it('knows the room of a request before the room itself has come, so that a draft is never one of nowhere', () => {
  const [deal] = dealsOf(rows([request({})]), DANA)
  expect(deal).toMatchObject({ id: 'r1', conversation_id: 'c1' })
})

it('puts a waiting approval before everything else', () => {
  const approval = { id: 'a1', status: 'pending', request_id: 'r1', action: 'send_proposal' } as Approval
  const [deal] = dealsOf(rows([request({})], [room({})], [approval]), DANA)
  expect(deal).toMatchObject({ group: 'needs you', next: 'Approve the e-mail' })
})

it('calls the broker when an operator wrote something that is no quote', () => {
  const operators = room({
    id: 'c2',
    type: 'quote_discussion',
    unread_count: 1,
    operator: { id: 'o1', company_name: 'Northgate' },
    last_message: { sender_type: 'operator', content_type: 'text' },
  })
  const [deal] = dealsOf(rows([request({})], [room({}), operators]), DANA)
  expect(deal).toMatchObject({ group: 'needs you', next: 'Read the message of Northgate', unread: 1 })
})

it('leaves the turn to the assistant while it answers', () => {
  const [deal] = dealsOf(rows([request({ status: 'analyzing_proposals' })], [room({})]), DANA, ['c1'])
  expect(deal).toMatchObject({ group: 'waiting', next: 'Assistant is working' })
})

it('asks nothing of an administrator in the deals of others', () => {
  const [deal] = dealsOf(rows([request({ status: 'analyzing_proposals' })]), 'alex')
  expect(deal?.group).toBe('waiting')
})

it('finds a deal by its request and by its conversation', () => {
  const deals = dealsOf(rows([request({})], [room({})]), DANA)
  expect(findDeal(deals, 'r1')).toBe(deals[0])
  expect(findDeal(deals, 'c1')).toBe(deals[0])
  expect(findDeal(deals, 'c9')).toBeUndefined()
})

it('writes routes one way, there and back, and with several stops', () => {
  expect(routeOf(request({}))).toBe('KTEB → KVNY')
  expect(
    routeOf(
      request({
        segments: [leg('KTEB', 'KVNY'), leg('KVNY', 'KTEB')],
        departure_airport: 'KTEB',
        arrival_airport: 'KVNY',
      }),
    ),
  ).toBe('KTEB ⇄ KVNY')
  expect(routeOf(request({ segments: [leg('KTEB', 'KOPF'), leg('KOPF', 'MYNN'), leg('MYNN', 'KTEB')] }))).toBe(
    'KTEB → KOPF → MYNN → KTEB',
  )
})

it('lists a room of a colleague’s request, into which the broker was invited', () => {
  const shared = room({ id: 'c9', request_id: 'r9', request: null, subject: 'Teterboro to Nassau', unread_count: 1 })
  expect(dealsOf(rows([], [shared]), DANA)).toMatchObject([
    { id: 'c9', subject: 'Teterboro to Nassau', isShared: true, next: 'Read what is new', group: 'needs you' },
  ])
  expect(dealsOf(rows([], [room({ id: 'c8', request_id: 'r8' })]), DANA)).toEqual([]) // its request is still to come
})

it('puts a resolved deal among those that are done, until something waits in it again', () => {
  const resolved = room({ status: 'resolved' })
  const approval = { id: 'a1', status: 'pending', request_id: 'r1', action: 'send_proposal' } as Approval
  expect(dealsOf(rows([request({})], [resolved]), DANA)).toMatchObject([{ group: 'done', next: 'Resolved' }])
  expect(dealsOf(rows([request({})], [resolved], [approval]), DANA)).toMatchObject([{ group: 'needs you' }])
})

it('puts urgent deals first', () => {
  const later = request({ id: 'r2', primary_conversation_id: 'c2', updated_at: '2026-11-22T11:00:00Z' })
  const [first] = dealsOf(rows([request({}), later], [room({ is_priority: true })]), DANA)
  expect(first).toMatchObject({ id: 'r1', isUrgent: true })
})

it('keeps the very object of a deal that did not change', () => {
  const [one, two] = [request({}), request({ id: 'r2', primary_conversation_id: null })]
  const before = dealsOf(rows([one, two]), DANA)
  const after = withKept(dealsOf(rows([one, { ...two, quotes_received: 2 }]), DANA), before)
  expect(after.map((deal) => before.includes(deal))).toEqual(after.map(({ id }) => id === 'r1'))
})
