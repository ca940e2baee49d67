import { z } from 'zod'
import { searchClients } from '../clients/find-clients.ts'
import { NextCursor, ownedBy, pageInput, readPage } from '../page.ts'
import { defineTool } from '../tool.ts'
import { Request, RequestStatus, requestColumns, StoredRequest } from './request.ts'

export const listRequests = defineTool({
  name: 'list_requests',
  description: "List the broker's requests, newest first, in pages; by state or by client.",
  effect: 'read',
  input: z.strictObject({
    status: RequestStatus.nullable().default(null).describe('Only in this state; null for all'),
    client_query: z
      .string()
      .trim()
      .max(200)
      .nullable()
      .default(null)
      .describe('Only for clients of this name, as "Acme"; null for all'),
    ...pageInput,
  }),
  output: z.object({ requests: z.array(Request), next_cursor: NextCursor }),
  async run({ status, client_query, ...place }, context) {
    let query = ownedBy(context.db.from('requests').select(requestColumns), context)
    if (status !== null) query = query.eq('status', status)
    if (client_query) {
      const clients = await searchClients(client_query, context)
      if (clients.length === 0) return { requests: [], next_cursor: null }
      query = query.in(
        'client_profile_id',
        clients.map(({ id }) => id),
      )
    }
    const { page, next_cursor } = await readPage(StoredRequest, query, place)
    return { requests: page, next_cursor }
  },
})
