import { z } from 'zod'
import { insertOnce, json } from '../database.ts'
import { defineTool } from '../tool.ts'
import { Client, clientFields, companyName, knownPreferences } from './client.ts'
import { plainName, searchClients } from './find-clients.ts'
import { readClient } from './get-client.ts'

export const createClient = defineTool({
  name: 'create_client',
  description:
    'Add a client to the CRM of the broker. Only after the broker said so: a client that exists under this name already is returned unchanged, with created false.',
  effect: 'write',
  input: z.strictObject({ company_name: companyName.describe('As "Acme Corporation"'), ...clientFields }),
  output: z.object({ client: Client, created: z.boolean().describe('false: it existed already') }),
  async run({ company_name, preferences, ...fields }, context) {
    const existing = (await searchClients(company_name, context)).find(
      (client) => plainName(client.company_name) === plainName(company_name),
    )
    if (existing) return { client: existing, created: false }
    const id = context.newId(`client:${company_name.toLowerCase()}`)
    await insertOnce(context.db, 'client_profiles', {
      id,
      iso_agent_id: context.broker.iso_agent_id,
      company_name,
      ...fields,
      preferences: json(knownPreferences(preferences)),
    })
    return { client: await readClient(id, context), created: true }
  },
})
