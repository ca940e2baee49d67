import { z } from 'zod'
import { amount, card, line, lines } from './card.ts'

/** A proposal that went to the client. It names the client's price: it never stands in a room that an operator reads. */
export const ProposalCard = card('proposal', {
  proposal_id: z.uuid(),
  proposal_number: line.nullish(),
  final_amount: amount.nullish(),
  sent_to_email: line.nullish(),
}).meta({ id: 'ProposalCard' })

/** What the client said to it. */
export const ProposalAnswerCard = card('proposal_answer', {
  proposal_id: z.uuid(),
  proposal_number: line.nullish(),
  decision: z.enum(['accepted', 'rejected']),
  name: line.nullish(),
  reason: lines.nullish(),
}).meta({ id: 'ProposalAnswerCard' })
