import { z } from 'zod'
import { getRow } from '../database.ts'
import { defineTool } from '../tool.ts'
import { Client, clientColumns, clientFields, companyName, knownPreferences } from './client.ts'
import { readClient } from './get-client.ts'

export const updateClient = defineTool({
  name: 'update_client',
  description:
    "Change one of the broker's clients. Null leaves a field as it is; preferences are added to those known.",
  effect: 'write',
  input: z.strictObject({
    client_id: z.uuid().describe('From find_clients'),
    company_name: companyName.nullable().default(null).describe('The new company name'),
    ...clientFields,
  }),
  output: z.object({ client: Client }),
  async run({ client_id, preferences, ...fields }, context) {
    const client = await readClient(client_id, context)
    const changes: Record<string, unknown> = Object.fromEntries(
      Object.entries(fields).filter(([, value]) => value !== null),
    )
    const known = knownPreferences(preferences)
    if (Object.keys(known).length > 0) changes.preferences = { ...client.preferences, ...known }
    if (Object.keys(changes).length === 0) return { client }
    const changed = context.db.from('client_profiles').update(changes).eq('id', client_id).select(clientColumns)
    return { client: await getRow('The client', Client, changed) }
  },
})
