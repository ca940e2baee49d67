import { z } from 'zod'
import { NextCursor, ownedBy, pageInput, readPage } from '../page.ts'
import { defineTool } from '../tool.ts'
import { Client, clientColumns } from './client.ts'

export const listClients = defineTool({
  name: 'list_clients',
  description: "List the broker's own active clients, newest first, in pages.",
  effect: 'read',
  input: z.strictObject({
    ...pageInput,
    query: z
      .string()
      .trim()
      .max(200)
      .nullable()
      .default(null)
      .describe('Part of the name of company or contact; null for all'),
  }),
  output: z.object({ clients: z.array(Client), next_cursor: NextCursor }),
  async run({ query, ...place }, context) {
    const { db } = context
    const found = query
      ? db.rpc('search_clients', { p_words: [query] }).select(clientColumns)
      : ownedBy(db.from('client_profiles').select(clientColumns), context)
    const { page, next_cursor } = await readPage(Client, found.eq('is_active', true), place)
    return { clients: page, next_cursor }
  },
})
