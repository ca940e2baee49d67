import { z } from 'zod'
import { getRow, json } from '../database.ts'
import { defineTool } from '../tool.ts'
import { Client, clientColumns, clientFields, companyName, knownPreferences } from './client.ts'
import { readActiveClient } from './get-client.ts'
import { ClientExistsError, findNamesake } from './namesake.ts'

/** What a client may have none of. */
export const EMPTIABLE = ['contact_name', 'email', 'phone', 'notes'] as const

export const updateClient = defineTool({
  name: 'update_client',
  description:
    "Change one of the broker's clients. Null leaves a field as it is; preferences are added to those known.",
  effect: 'write',
  input: z.strictObject({
    client_id: z.uuid().describe('From find_clients'),
    company_name: companyName.nullable().default(null).describe('The new company name'),
    ...clientFields,
    emptied: z.array(z.enum(EMPTIABLE)).default([]).describe('Fields that are to hold nothing any more'),
  }),
  output: z.object({ client: Client }),
  async run({ client_id, preferences, emptied, ...fields }, context) {
    const client = await readActiveClient(client_id, context)
    const namesake = fields.company_name === null ? undefined : await findNamesake(fields.company_name, context)
    if (namesake && namesake.id !== client_id) throw new ClientExistsError(namesake)
    const known = { ...client.preferences, ...knownPreferences(preferences) }
    const given = Object.entries(fields).filter(([, value]) => value !== null)
    const empty = Object.fromEntries(emptied.map((name) => [name, null]))
    const changes = { ...Object.fromEntries(given), ...empty, preferences: json(known) }
    const changed = context.db.from('client_profiles').update(changes).eq('id', client_id).select(clientColumns)
    return { client: await getRow('The client', Client, changed) }
  },
})
