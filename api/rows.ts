import { Approval } from '../tools/approvals/approval.ts'
import { Proposal } from '../tools/proposals/proposal.ts'
import { Quote } from '../tools/quotes/quote.ts'
import { Request } from '../tools/requests/request.ts'

/** The rows that several routes answer with, under one name each in the OpenAPI document. */
export const RequestRow = Request.meta({ id: 'Request' })
export const QuoteRow = Quote.meta({ id: 'Quote' })
export const ProposalRow = Proposal.meta({ id: 'Proposal' })
export const ApprovalRow = Approval.meta({ id: 'Approval' })
