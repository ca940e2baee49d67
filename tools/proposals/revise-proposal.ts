import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { done } from '../database.ts'
import { ConflictError } from '../errors.ts'
import { applyMargin, MarginType } from '../money.ts'
import { readQuote, refuseClosed } from '../quotes/quote.ts'
import { readRequest } from '../requests/request.ts'
import { defineTool } from '../tool.ts'
import { refuseFinal } from '../workflow.ts'
import { makeProposal, proposalsOf, refuseClosedProposal, repriceProposal } from './create-proposal.ts'
import { Proposal, readProposal } from './proposal.ts'

export const reviseProposal = defineTool({
  name: 'revise_proposal',
  description:
    'Give a proposal another margin; price and PDF follow. Nothing is sent. One that the client has already is withdrawn and replaced by a new one under the next number, which must be sent again.',
  effect: 'write',
  input: z.strictObject({
    proposal_id: z.uuid().describe('From list_proposals'),
    margin_type: MarginType.describe('percentage of the net price, or a fixed amount'),
    margin_value: z
      .union([z.string().trim().max(20), z.number()])
      .describe('Percent, as "12.5", or an amount in the currency of the quote, as "9000.00"'),
  }),
  output: z.object({ proposal: Proposal }),
  async run({ proposal_id, margin_type, margin_value }, context) {
    const proposal = await readProposal(proposal_id, context)
    refuseClosedProposal(proposal)
    if (proposal.quote_id === null) throw new ConflictError('This proposal belongs to no quote')
    const quote = await readQuote(proposal.quote_id, context)
    const request = await readRequest(proposal.request_id, context)
    refuseFinal(request)
    refuseClosed(quote, context.now())
    const margin = { margin_type, margin_value }
    applyMargin(quote.total_price, margin) // refused here, before anything is withdrawn
    if (proposal.status === 'draft' || proposal.status === 'generated') {
      return { proposal: await repriceProposal(proposal, { request, quote, margin }, context) }
    }
    await withdraw(proposal, context)
    const { title, description } = proposal
    const earlier = await proposalsOf(quote.id, context)
    return { proposal: await makeProposal({ request, quote, margin, words: { title, description }, earlier }, context) }
  },
})

/** What the client has in hand must never change its price under an open link, so it lapses. */
const withdraw = (proposal: Proposal, { db, now }: ToolContext) =>
  done(
    db
      .from('proposals')
      .update({
        status: 'expired',
        expired_at: now().toISOString(),
        metadata: { ...proposal.metadata, expired_because: 'revised' },
      })
      .eq('id', proposal.id),
  )
