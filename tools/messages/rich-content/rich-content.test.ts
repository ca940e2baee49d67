import { describe, expect, it } from 'vitest'
import { Message } from '../message.ts'
import { parseRichContent, readCard } from './rich-content.ts'

const id = '0b8f4d2e-6c7a-4f0e-9d39-0a4e4bb0c001'

describe('what the service itself writes', () => {
  it.each([
    ['rfp_created', { card: 'trip', request_id: id, deep_link: 'http://127.0.0.1:3001/marketplace/trips/atrip-1' }],
    [
      'quote_shared',
      {
        card: 'quote',
        quote_id: id,
        operator_name: 'Elite Jets',
        aircraft_type: 'Gulfstream G650',
        aircraft_tail_number: null,
        total_price: '125000.00',
        currency: 'USD',
        valid_until: '2026-12-15T23:59:59.123456+00:00',
      },
    ],
    ['quote_rejected', { card: 'decline', rejected_by: 'operator', lift_id: null }],
    ['workflow_update', { card: 'approval', approval_id: id, action: 'send_proposal' }],
    ['workflow_update', { card: 'request', request_id: id, status: 'cancelled' }],
    ['workflow_update', { card: 'notice', request_id: null, cause: 'x', explanation: 'y', count: 3 }],
    [
      'workflow_update',
      { card: 'proposal_answer', proposal_id: id, proposal_number: 'PROP-2026-001', decision: 'accepted', name: 'J' },
    ],
    [
      'workflow_update',
      {
        card: 'comparison',
        request_id: id,
        best_quote_id: id,
        ranking: [
          { quote_id: id, ranking: 1, operator_name: 'A', total_price: '1.00', score: 88, reason: 'The cheapest' },
        ],
      },
    ],
    [
      'proposal_shared',
      { card: 'proposal', proposal_id: id, proposal_number: 'P-1', final_amount: '128800.00', sent_to_email: null },
    ],
  ] as const)('as %s has its schema', (content_type, rich_content) => {
    expect(parseRichContent(content_type, rich_content)).toEqual({ version: 1, ...rich_content })
    expect(readCard(rich_content)).toMatchObject(rich_content)
  })
})

describe('what other software writes', () => {
  it('in the form of the specification is a card of the first version', () => {
    const shared = {
      quote_id: id,
      operator_name: 'Elite Jets',
      aircraft_type: 'Gulfstream G650',
      total_price: 125000,
      valid_until: '2025-12-15T23:59:59Z',
    }

    expect(parseRichContent('quote_shared', shared)).toEqual({ card: 'quote', version: 1, ...shared })
  })

  it('is words alone where words are enough, and not where a card is what it says', () => {
    expect(parseRichContent('text', null)).toBeNull()
    expect(parseRichContent('document_attached', undefined)).toBeNull()
    for (const content_type of ['quote_shared', 'payment_requested', 'proposal_shared'] as const) {
      expect(() => parseRichContent(content_type, null)).toThrow(/needs its rich_content/)
    }
  })

  it.each([
    ['text', { quote_id: id }, 'rich_content'],
    ['quote_shared', { quote_id: 'mine' }, 'rich_content.quote_id'],
    ['quote_shared', { quote_id: id, margin: '15' }, 'rich_content.margin'],
    ['quote_shared', { card: 'proposal', proposal_id: id }, 'rich_content.card'],
    ['quote_shared', { quote_id: id, version: 2 }, 'rich_content.version'],
    ['quote_shared', { quote_id: id, total_price: '-1' }, 'rich_content.total_price'],
    ['payment_requested', { amount: '12.345', currency: 'USD' }, 'rich_content.amount'],
    ['payment_requested', { amount: '12.00', currency: 'dollars' }, 'rich_content.currency'],
    [
      'payment_requested',
      { amount: '12.00', currency: 'USD', payment_url: 'javascript:alert(1)' },
      'rich_content.payment_url',
    ],
    ['rfp_created', { request_id: id, deep_link: 'http://elsewhere.example/' }, 'rich_content.deep_link'],
    ['booking_confirmed', { booking_reference: '' }, 'rich_content.booking_reference'],
  ] as const)('as %s with %j is refused, with the field that is wrong', (content_type, rich_content, path) => {
    expect(() => parseRichContent(content_type, rich_content)).toThrow(
      expect.objectContaining({ details: { issues: expect.arrayContaining([expect.objectContaining({ path })]) } }),
    )
  })

  it('of a later version is no card to us', () => {
    expect(readCard({ card: 'quote', quote_id: id, version: 2 })).toBeUndefined()
    expect(readCard({ card: 'hologram' })).toBeUndefined()
  })
})

it('no content type takes a card that nobody knows', () => {
  for (const content_type of Message.shape.content_type.options) {
    expect(() => parseRichContent(content_type, { card: 'hologram' }), content_type).toThrow()
  }
})
