import { describe, expect, it } from 'vitest'
import { startProxy } from '../../evals/drill/proxy.ts'
import { createDirectFunctions, createDirectPool } from '../direct-functions.ts'
import { startTestDatabase } from '../embedded/test-database.ts'

type Row = { p_source: string; p_payload: object }

async function open() {
  const database = await startTestDatabase()
  const wire = await startProxy({ port: Number(new URL(database.databaseUrl).port) })
  const url = new URL(database.databaseUrl)
  url.port = String(wire.port)
  const pool = createDirectPool({ databaseUrl: url.href, max: 2, timeout_ms: 300, onError: () => {} })
  const functions = createDirectFunctions(pool)
  const store = ({ p_source, p_payload }: Row) =>
    functions.rpc('store_webhook_event', {
      p_source,
      p_payload: JSON.parse(JSON.stringify(p_payload)),
      p_headers: {},
      p_source_ip: null,
      p_user_agent: null,
    })
  return {
    wire,
    functions,
    store,
    sql: database.sql,
    async [Symbol.asyncDispose]() {
      await pool.end()
      await wire.close()
      await database.close()
    },
  }
}

const message = { id: 'asellermsg-1', type: 'tripmsgs', list: [1, { deep: ['x'] }] }

describe('a function that is called past the API', () => {
  it('takes JSON as it is, and answers as supabase-js does', async () => {
    await using world = await open()

    const stored = await world.store({ p_source: 'seller-chat', p_payload: message })
    const { rows } = await world.sql.query('select id, raw_payload from avinode_webhook_events')

    expect(stored).toEqual({ data: { event_id: rows[0].id, is_new: true }, error: null, status: 200 })
    expect(rows[0].raw_payload).toEqual(message)
    const claim = await world.functions.rpc('claim_webhook_event', { event_id: rows[0].id })
    expect(claim.data).toMatchObject({ event_id: rows[0].id, connection: 'default' })
    expect(await world.functions.rpc('claim_webhook_event', { event_id: rows[0].id })).toMatchObject({
      data: null,
      error: null,
    })
  })

  it('says what the database refused, with its code', async () => {
    await using world = await open()

    expect(await world.store({ p_source: 'elsewhere', p_payload: message })).toMatchObject({
      status: 422,
      error: { code: 'PT422', message: 'This is no source of notifications' },
    })
    const wrong = await world.functions.rpc('claim_webhook_event', { event_id: 'no uuid' })
    expect(wrong).toMatchObject({ status: 500, error: { code: '22P02' } })
  })

  it('is no answer while the connection is cut or swallows everything, and works again after', async () => {
    await using world = await open()
    await world.store({ p_source: 'seller-chat', p_payload: message })

    world.wire.swallow()
    const began = Date.now()
    expect(await world.store({ p_source: 'seller-chat', p_payload: message })).toMatchObject({ status: 0 })
    expect(Date.now() - began).toBeLessThan(2_000)
    world.wire.cut()

    await expect.poll(async () => (await world.store({ p_source: 'seller-chat', p_payload: message })).status).toBe(200)
  })

  it('is only ever called by a plain name', async () => {
    await using world = await open()

    const call = world.functions.rpc('due_work; drop table messages' as 'due_work', { p_limit: 1 })

    await expect(call).rejects.toThrow(/not the name/)
  })
})
