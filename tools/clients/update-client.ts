import { z } from 'zod'
import { getRow, json } from '../database.ts'
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
    const known = { ...client.preferences, ...knownPreferences(preferences) }
    const given = Object.entries(fields).filter(([, value]) => value !== null)
    const changes = { ...Object.fromEntries(given), preferences: json(known) }
    const changed = context.db.from('client_profiles').update(changes).eq('id', client_id).select(clientColumns)
    return { client: await getRow('The client', Client, changed) }
  },
})
