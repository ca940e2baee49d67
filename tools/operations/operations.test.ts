import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToolContext } from '../context.ts'
import { createRequest } from '../requests/create-request.ts'
import { daysAhead, startTestDesk, type TestDesk } from '../test-context.ts'
import { runTool } from '../tool.ts'
import { explainFailure } from './explain-failure.ts'
import { listDeadLetters } from './list-dead-letters.ts'
import { listFailedExecutions } from './list-failed-executions.ts'
import { replayDeadLetters } from './replay-dead-letters.ts'
import { retryEvent } from './retry-event.ts'

let desk: TestDesk
let dana: ToolContext
let omar: ToolContext
let alex: ToolContext
beforeAll(async () => {
  desk = await startTestDesk()
  ;[dana, omar, alex] = [await desk.broker(), await desk.broker(), await desk.broker({ role: 'admin' })]
})
afterAll(() => desk[Symbol.asyncDispose]())

async function failedRun(error_message: string, status = 'failed') {
  const wanted = { departure_airport: 'KTEB', arrival_airport: 'KVNY', departure_date: daysAhead(20), passengers: 8 }
  const { request } = await runTool(createRequest, wanted, dana)
  const { rows } = await desk.sql.query(
    `insert into agent_executions (request_id, agent_type, status, error_message, error_stack)
     values ($1, 'flight_search', $2, $3, 'at secret.ts:1') returning id`,
    [request.id, status, error_message],
  )
  return rows[0].id
}

async function deadLetter(status = 'dead_letter') {
  const { rows } = await desk.sql.query(
    `insert into avinode_webhook_events (event_type, avinode_event_id, raw_payload, processing_status, retry_count, error_message)
     values ('quote_received', gen_random_uuid()::text, '{}', $1, 5, 'Avinode did not answer') returning id`,
    [status],
  )
  return rows[0].id
}

describe('a run that failed', () => {
  it('is listed and explained to its broker, without a stack trace, and to no other', async () => {
    const execution_id = await failedRun('Avinode is down')

    const { executions } = await runTool(listFailedExecutions, {}, dana)
    const explained = await runTool(explainFailure, { execution_id }, dana)

    expect(executions.map(({ id }) => id)).toContain(execution_id)
    expect(JSON.stringify(executions)).not.toContain('secret.ts')
    expect(explained).toMatchObject({ cause: 'avinode', retryable: true })
    expect(explained.what).toBe('The flight_search agent failed')
    expect((await runTool(listFailedExecutions, {}, omar)).executions).toEqual([])
    await expect(runTool(explainFailure, { execution_id }, omar)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('because it took too long is said to have taken too long', async () => {
    const execution_id = await failedRun('', 'timeout')

    expect(await runTool(explainFailure, { execution_id }, dana)).toMatchObject({
      cause: 'timeout',
      what: 'The flight_search agent took too long',
    })
  })
})

describe('a dead letter', () => {
  it('is for admins only', async () => {
    const event_id = await deadLetter()

    await expect(runTool(listDeadLetters, {}, dana)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(runTool(retryEvent, { event_id }, dana)).rejects.toMatchObject({ code: 'forbidden' })
    await expect(runTool(explainFailure, { event_id }, dana)).rejects.toMatchObject({ code: 'forbidden' })
    expect((await runTool(listDeadLetters, {}, alex)).events.map(({ id }) => id)).toContain(event_id)
  })

  it('goes back to work with all its retries, and retrying twice changes nothing more', async () => {
    const event_id = await deadLetter()

    const { event } = await runTool(retryEvent, { event_id }, alex)
    const again = await runTool(retryEvent, { event_id }, alex)

    expect(event).toMatchObject({ id: event_id, processing_status: 'pending', retry_count: 0 })
    expect(again.event.processing_status).toBe('pending')
    await expect(runTool(retryEvent, { event_id: await deadLetter('completed') }, alex)).rejects.toMatchObject({
      code: 'conflict',
    })
  })
  it('is replayed with many others at once, each of them once, and it is written down who did it', async () => {
    const [one, two] = [await deadLetter(), await deadLetter()]
    await expect(replayDeadLetters(null, dana)).rejects.toMatchObject({ code: 'forbidden' })

    const named = await replayDeadLetters([one], alex)
    const answers = await Promise.all([replayDeadLetters(null, alex), replayDeadLetters(null, alex)])
    const replayed = answers.flatMap(({ event_ids }) => event_ids)
    await runTool(retryEvent, { event_id: two }, alex)
    const { rows } = await desk.sql.query(
      `select subject_id, iso_agent_id, details from private.admin_actions where subject_id = any($1) order by id`,
      [[one, two]],
    )

    expect(named.event_ids).toEqual([one])
    expect(replayed.filter((id) => id === two)).toHaveLength(1)
    expect(replayed).not.toContain(one)
    expect(rows).toMatchObject(
      [one, two].map((subject_id) => ({
        subject_id,
        iso_agent_id: alex.broker.iso_agent_id,
        details: { status: 'dead_letter', error_message: 'Avinode did not answer' },
      })),
    )
  })
})
