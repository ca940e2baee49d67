import { randomUUID } from 'node:crypto'
import { assistantMessage, functionCall } from '@openai/agents/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createErrorMonitoring } from './monitor-errors.ts'
import { type Desk, scripted, startDesk } from './testing/desk.ts'

let desk: Desk
beforeAll(async () => {
  desk = await startDesk()
})
afterAll(() => desk.close())

const report = {
  cause: 'A notification could not be read',
  explanation: 'One notification of Avinode could not be read.',
  action_taken: 'none',
  advice: 'An admin should look at it.',
}
const models = () =>
  scripted({
    error_monitor: [
      [functionCall('list_failed_executions', { limit: null }, { callId: '1' })],
      [assistantMessage(JSON.stringify(report))],
    ],
  })
const { signal } = new AbortController()

it('explains a failure to the broker whose deal it is, once', async () => {
  const chat = await desk.openChat()
  const request_id = await desk.newRequest(undefined, 'analyzing', chat)
  const failure = { id: randomUUID(), event_id: null, execution_id: null, request_id, conversation_id: chat }

  await createErrorMonitoring(desk.depsWith(models()))(failure, signal)
  await createErrorMonitoring(desk.depsWith(models()))(failure, signal)

  const told = await desk.query(
    `select content from public.messages where conversation_id = $1 and rich_content ->> 'card' = 'notice'`,
    [chat],
  )
  expect(told).toEqual([{ content: 'One notification of Avinode could not be read. An admin should look at it.' }])
})

it('works for an admin where no broker is concerned', async () => {
  const failure = { id: randomUUID(), event_id: null, execution_id: null, request_id: null, conversation_id: null }

  await createErrorMonitoring(desk.depsWith(models()))(failure, signal)

  const [run] = await desk.query(
    `select status, metadata from public.agent_executions where metadata #>> '{failure,id}' = $1`,
    [failure.id],
  )
  expect(run).toMatchObject({ status: 'completed', metadata: { iso_agent_id: 'a0000000-0000-4000-8000-000000000004' } })
})
