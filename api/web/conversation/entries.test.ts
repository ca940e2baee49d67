import { expect, it } from 'vitest'
import type { Message } from '../data/rows.ts'
import { entriesOf, withAnswer } from './entries.ts'
import { passagesOf } from './passages.ts'

const message = (id: string, sender: Message['sender_type'], more: Partial<Message> = {}): Message => ({
  id,
  conversation_id: 'room',
  sender_type: sender,
  sender_iso_agent_id: null,
  sender_name: null,
  content_type: 'text',
  content: id,
  rich_content: null,
  status: 'sent',
  metadata: null,
  created_at: '2026-11-22T10:00:00Z',
  deleted_at: null,
  ...more,
})
const STEPS = [{ id: 's', agent: 'orchestrator', tool: 't', parent: null, status: 'done', duration_ms: 1 }]
const asked = message('asked', 'iso_agent')
const card = message('card', 'ai_assistant', { rich_content: { card: 'trip' } })
const order = (messages: Message[]) => entriesOf(messages).map(({ key, part }) => `${key}: ${part}`)

it('keeps what the assistant did where it began, above the cards that come meanwhile, and its words below them', () => {
  const answer = {
    message_id: 'answer',
    text: 'Done',
    steps: [],
    status: 'running' as const,
    started_at: '2026-11-22T10:00:01Z',
  }
  const settled = message('answer', 'ai_assistant', { metadata: { steps: STEPS } })
  const during = order(withAnswer([asked, card], answer))

  expect(order(withAnswer([asked], answer))).toEqual(['asked: whole', 'answer: whole'])
  expect(during).toEqual(['asked: whole', 'answer steps: steps', 'card: whole', 'answer: words'])
  expect(order([asked, card, settled])).toEqual(during)
  expect(order([card, asked, settled])).toEqual(['card: whole', 'asked: whole', 'answer: whole'])
})

it('says who speaks where it changes, also between two brokers', () => {
  const of = (agent: string) => ({ sender_iso_agent_id: agent, sender_name: agent })
  const rows = [
    message('1', 'iso_agent', of('dana')),
    message('2', 'iso_agent', of('dana')),
    message('3', 'iso_agent', of('lena')),
  ]
  expect(entriesOf(rows).map(({ isFirst }) => isFirst)).toEqual([true, false, true])
})

it('cuts growing Markdown between its paragraphs, and nowhere inside a list or code', () => {
  const parts = ['A paragraph', '- one\n\n- two\n\n  more of two', 'Next', '```\ncode\n\nmore\n```', 'The end']
  expect(passagesOf(parts.join('\n\n'))).toEqual([
    'A paragraph\n\n- one\n\n- two\n\n  more of two',
    'Next',
    '```\ncode\n\nmore\n```',
    'The end',
  ])
})
