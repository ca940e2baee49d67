import { expect, it } from 'vitest'
import { playDeal } from './deal.ts'
import { startService } from './service.ts'

const CHAIN = [
  'draft',
  'pending',
  'analyzing',
  'fetching_client_data',
  'searching_flights',
  'trip_created',
  'awaiting_user_action',
  'avinode_session_active',
  'monitoring_for_quotes',
  'awaiting_quotes',
  'analyzing_proposals',
  'generating_email',
  'sending_proposal',
  'completed',
]

it('a deal runs from the first sentence to the acceptance, and every state on the way is a row', async () => {
  await using service = await startService()

  const deal = await playDeal({
    service,
    sentence: 'Van Nuys to Aspen for Acme, 5 people, Feb 12, back the 15th',
    print: () => undefined,
  })

  expect(deal.states).toEqual(CHAIN)
  expect(deal.quotes).toBe(3)
  expect(deal.proposal_number).toMatch(/^PROP-\d{4}-\d{3,}$/)
  const cents = (amount: unknown) => BigInt(String(amount).replace('.', ''))
  expect(cents(deal.total_amount) + cents(deal.margin_applied)).toBe(cents(deal.final_amount))
  expect(deal.email_message_id).toBeTruthy()
  for (const runs of Object.values(deal.executions)) expect(runs).toBeGreaterThan(0)
  expect(await service.mails()).toMatchObject([{ message_id: deal.email_message_id }])
})
