import { z } from 'zod'
import { containing } from '../database.ts'
import { NextCursor, ownedBy, pageInput, readPage } from '../page.ts'
import { defineTool } from '../tool.ts'
import { Client, clientColumns } from './client.ts'

export const listClients = defineTool({
  name: 'list_clients',
  description: "List the broker's own active clients, newest first, in pages.",
  effect: 'read',
  input: z.strictObject({
    ...pageInput,
    query: z.string().trim().max(200).nullable().default(null).describe('Part of the company name; null for all'),
  }),
  output: z.object({ clients: z.array(Client), next_cursor: NextCursor }),
  async run({ query, ...place }, context) {
    const active = ownedBy(context.db.from('client_profiles').select(clientColumns).eq('is_active', true), context)
    const { page, next_cursor } = await readPage(
      Client,
      query ? active.ilike('company_name', containing(query)) : active,
      place,
    )
    return { clients: page, next_cursor }
  },
})
