import { z } from 'zod'
import { Approval } from '../tools/approvals/approval.ts'
import { ApprovalWarning } from '../tools/approvals/approval-warnings.ts'
import { Proposal } from '../tools/proposals/proposal.ts'
import { Quote } from '../tools/quotes/quote.ts'
import { Request } from '../tools/requests/request.ts'

/** The rows that several routes answer with, under one name each in the OpenAPI document. */
export const RequestRow = Request.meta({ id: 'Request' })
export const QuoteRow = Quote.meta({ id: 'Quote' })
export const ProposalRow = Proposal.meta({ id: 'Proposal' })
export const ApprovalRow = Approval.extend({
  warnings: z.array(ApprovalWarning).optional().describe('What to look at before saying yes; while it is pending'),
}).meta({ id: 'Approval' })
