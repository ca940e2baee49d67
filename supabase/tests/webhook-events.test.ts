import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PARENTS, startWorld, type World } from './world.ts'

let world: World
let id: string
let number = 0
beforeAll(async () => {
  world = await startWorld()
})
afterAll(() => world.db.close())
beforeEach(async () => {
  const { rows } = await world.db.sql.query(
    `insert into avinode_webhook_events (event_type, avinode_event_id, raw_payload, parsed_data)
     values ('quote_received', $1, '{"id": "arfq-1"}', '{"source": "seller-response"}') returning id`,
    [`event:${++number}`],
  )
  id = rows[0].id
})

const call = async (text: string, ...params: unknown[]) =>
  (await world.db.asRole('service_role', {}, `select ${text} as answer`, params)).rows[0].answer
const claim = () => call('claim_webhook_event($1)', id)
const event = async () => (await world.db.sql.query('select * from avinode_webhook_events where id = $1', [id])).rows[0]
const leaseRunsOut = () =>
  world.db.sql.query(
    "update private.webhook_event_leases set lease_until = now() - interval '1 second' where event_id = $1",
    [id],
  )
const isDue = () => world.db.sql.query('update avinode_webhook_events set next_retry_at = now() where id = $1', [id])

describe('a claim', () => {
  it('is given to exactly one of fifty callers', async () => {
    const claims = await Promise.all(Array.from({ length: 50 }, claim))

    expect(claims.filter((claimed) => claimed !== null)).toHaveLength(1)
  })

  it('says what to do, and with which token', async () => {
    expect(await claim()).toEqual({
      event_id: id,
      claim_token: expect.any(String),
      connection: 'default',
      attempt: 1,
      event_type: 'quote_received',
      raw_payload: { id: 'arfq-1' },
      retry_count: 0,
      source: 'seller-response',
      now: expect.any(String),
    })
    expect(await event()).toMatchObject({ processing_status: 'processing' })
  })

  it('passes to somebody else once its lease has run out, and the first holder can no longer end the event', async () => {
    const first = await claim()
    await leaseRunsOut()
    const second = await claim()

    expect(await call('complete_webhook_event($1, p_claim_token => $2)', id, first.claim_token)).toBe(false)
    expect(await call('fail_webhook_event($1, $2, $3)', id, 'late', first.claim_token)).toBeNull()
    expect(await event()).toMatchObject({ processing_status: 'processing', error_message: null })
    expect(await call('complete_webhook_event($1, p_claim_token => $2)', id, second.claim_token)).toBe(true)
  })

  it('is kept by its holder as long as the heart beats, and by nobody else', async () => {
    const first = await claim()
    await leaseRunsOut()

    expect(await call('heartbeat_webhook_event($1, $2)', id, first.claim_token)).toBe(true)
    expect(await claim()).toBeNull()
    await leaseRunsOut()
    const second = await claim()
    expect(await call('heartbeat_webhook_event($1, $2)', id, first.claim_token)).toBe(false)
    await call('complete_webhook_event($1, p_claim_token => $2)', id, second.claim_token)
    expect(await call('heartbeat_webhook_event($1, $2)', id, second.claim_token)).toBe(false)
  })

  it('is refused to anyone but the service', async () => {
    await expect(world.db.asBroker(world.admin.sub, 'select claim_webhook_event($1)', [id])).rejects.toMatchObject({
      code: '42501',
    })
  })
})

describe('an event', () => {
  it('ends with its duration and what it touched', async () => {
    const { claim_token } = await claim()

    await call(
      'complete_webhook_event($1, p_request_id => $2, p_quote_id => $3, p_conversation_id => $4, p_message_id => $5, p_parsed_data => $6, p_claim_token => $7)',
      id,
      PARENTS.request,
      PARENTS.quote,
      PARENTS.room,
      world.rows.messages,
      { applied: true },
      claim_token,
    )

    expect(await event()).toMatchObject({
      processing_status: 'completed',
      request_id: PARENTS.request,
      quote_id: PARENTS.quote,
      conversation_id: PARENTS.room,
      message_id: world.rows.messages,
      processed_at: expect.any(Date),
      processing_duration_ms: expect.any(String),
      parsed_data: { source: 'seller-response', applied: true },
    })
    expect(await claim()).toBeNull()
  })

  it('that nobody claimed can be neither completed nor failed', async () => {
    expect(await call('complete_webhook_event($1)', id)).toBe(false)
    expect(await call('fail_webhook_event($1, $2)', id, 'no')).toBeNull()
    expect(await event()).toMatchObject({ processing_status: 'pending' })
  })

  it('may be ended by a caller who knows no tokens', async () => {
    await claim()

    expect(await call('complete_webhook_event($1, p_quote_id => $2)', id, PARENTS.quote)).toBe(true)
  })

  it('is tried again after 1, 2, 4, 8 and 16 minutes, and is a dead letter after the sixth failure', async () => {
    const minutes: number[] = []
    for (let attempt = 1; attempt <= 5; attempt++) {
      await claim()
      const { status, next_retry_at } = await call('fail_webhook_event($1, $2)', id, 'no such quote')
      minutes.push(Math.round((Date.parse(next_retry_at) - Date.now()) / 60_000))
      expect(status).toBe('failed')
      expect(await claim()).toBeNull() // not yet due
      await isDue()
    }
    await claim()

    expect(await call('fail_webhook_event($1, $2)', id, 'no such quote')).toEqual({
      status: 'dead_letter',
      next_retry_at: null,
    })
    expect(minutes).toEqual([1, 2, 4, 8, 16])
    expect(await event()).toMatchObject({
      retry_count: 5,
      error_message: 'no such quote',
      processed_at: expect.any(Date),
    })
    expect(await claim()).toBeNull()
  })

  it('is given up in the end when each worker that takes it dies of it', async () => {
    const dies = async () => {
      const claimed = await claim()
      await leaseRunsOut()
      return claimed !== null
    }
    // A worker may end for any reason: three who follow it cost nothing.
    for (let worker = 0; worker < 4; worker++) expect(await dies()).toBe(true)
    expect(await event()).toMatchObject({ processing_status: 'processing', retry_count: 0 })

    for (let retry = 1; retry <= 5; retry++) {
      expect(await dies()).toBe(false)
      expect(await event()).toMatchObject({ processing_status: 'failed', retry_count: retry })
      expect(await claim()).toBeNull()
      await isDue()
      expect(await dies()).toBe(true)
    }
    expect(await dies()).toBe(false)
    expect(await event()).toMatchObject({
      processing_status: 'dead_letter',
      error_message: expect.stringContaining('ended without a word'),
    })
    expect(await call('is_untold_dead_letter($1)', id)).toBe(true)
  })

  it('loses no retry to an outage', async () => {
    for (let outage = 1; outage <= 10; outage++) {
      await claim()
      expect(await call('fail_webhook_event($1, $2, p_uses_attempt => false)', id, 'Avinode is down')).toMatchObject({
        status: 'failed',
      })
      await isDue()
    }

    expect(await event()).toMatchObject({ retry_count: 0, processing_status: 'failed' })
    expect(await claim()).toMatchObject({ attempt: 11, retry_count: 0 })
  })
})
