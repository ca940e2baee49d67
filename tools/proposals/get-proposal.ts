import { z } from 'zod'
import { defineTool } from '../tool.ts'
import { Addressee, addresseeOf } from './addressee.ts'
import { Proposal, readProposal } from './proposal.ts'

export const getProposal = defineTool({
  name: 'get_proposal',
  description: 'Read a proposal with its amounts, state and file. The client sees only final_amount.',
  effect: 'read',
  input: z.strictObject({ proposal_id: z.uuid().describe('From list_proposals') }),
  output: z.object({ proposal: Proposal, client: Addressee.nullable() }),
  async run({ proposal_id }, context) {
    const proposal = await readProposal(proposal_id, context)
    return { proposal, client: await addresseeOf(proposal, context) }
  },
})
