import { expect, it } from 'vitest'
import { advance } from './answers.ts'
import type { Answer } from './store.ts'

const begun: Answer = { message_id: '', text: '', steps: [], status: 'running', started_at: '2026-11-22T10:00:00Z' }
const step = (id: string, status: string) => ({
  type: 'data-step',
  id,
  data: { id, agent: 'orchestrator', tool: 'create_request', parent: null, status, duration_ms: null },
})

it('puts the words together, each passage in a paragraph of its own', () => {
  const chunks = [
    { type: 'start', messageId: 'm1' },
    { type: 'text-start', id: '0' },
    { type: 'text-delta', id: '0', delta: 'Created ' },
    { type: 'text-delta', id: '0', delta: 'the request.' },
    { type: 'text-start', id: '1' },
    { type: 'text-delta', id: '1', delta: 'The trip is in Avinode.' },
  ]
  const answer = chunks.reduce(advance, begun)
  expect(answer.message_id).toBe('m1')
  expect(answer.text).toBe('Created the request.\n\nThe trip is in Avinode.')
})

it('shows a step once, as it is now', () => {
  const answer = [step('s1', 'running'), step('s2', 'running'), step('s1', 'done')].reduce(advance, begun)
  expect(answer.steps.map(({ id, status }) => `${id} ${status}`)).toEqual(['s1 done', 's2 running'])
})

it('forgets what was shown of an answer that began anew', () => {
  const chunks = [
    { type: 'text-delta', delta: 'Half an ans' },
    step('s1', 'running'),
    { type: 'start', messageId: 'm1' },
  ]
  expect(chunks.reduce(advance, begun)).toMatchObject({ text: '', steps: [], message_id: 'm1' })
})
