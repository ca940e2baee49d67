import { z } from 'zod'
import { NextCursor, ownedBy, pageInput, readPage } from '../page.ts'
import { readRequest } from '../requests/request.ts'
import { defineTool } from '../tool.ts'
import { Proposal, proposalColumns, StoredProposal } from './proposal.ts'

export const listProposals = defineTool({
  name: 'list_proposals',
  description:
    "List the broker's proposals, newest first, in pages; of one request or of all. The client sees only final_amount.",
  effect: 'read',
  input: z.strictObject({
    request_id: z.uuid().nullable().default(null).describe('From list_requests; null for all'),
    ...pageInput,
  }),
  output: z.object({ proposals: z.array(Proposal), next_cursor: NextCursor }),
  async run({ request_id, ...place }, context) {
    const all = ownedBy(context.db.from('proposals').select(proposalColumns), context)
    if (request_id !== null) await readRequest(request_id, context)
    const { page, next_cursor } = await readPage(
      StoredProposal,
      request_id === null ? all : all.eq('request_id', request_id),
      place,
    )
    return { proposals: page, next_cursor }
  },
})
