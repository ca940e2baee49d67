import { z } from 'zod'
import { canonicalJson } from '../canonical-json.ts'
import { insertOnce, json } from '../database.ts'
import { KeyReusedError } from '../errors.ts'
import { defineTool } from '../tool.ts'
import { Client, clientFields, companyName, knownPreferences } from './client.ts'
import { readClient } from './get-client.ts'
import { findNamesake } from './namesake.ts'

export const createClient = defineTool({
  name: 'create_client',
  description:
    'Add a client to the CRM of the broker. Only after the broker said so: a client that exists under this name already is returned unchanged, with created false.',
  effect: 'write',
  input: z.strictObject({ company_name: companyName.describe('As "Acme Corporation"'), ...clientFields }),
  output: z.object({ client: Client, created: z.boolean().describe('false: it existed already') }),
  async run({ preferences, ...given }, context) {
    const { company_name } = given
    const fields = { ...given, preferences: json(knownPreferences(preferences)) }
    const id = context.newId(`client:${company_name.toLowerCase()}`)
    const existing = await findNamesake(company_name, context)
    const isRepeated = context.origin.kind === 'api' && existing?.id === id
    if (existing && !isRepeated) return { client: existing, created: false }
    if (!existing) {
      await insertOnce(context.db, 'client_profiles', { id, iso_agent_id: context.broker.iso_agent_id, ...fields })
    }
    const client = existing ?? (await readClient(id, context))
    if (context.origin.kind === 'api' && isOtherThan(fields, client)) throw new KeyReusedError()
    return { client, created: true }
  },
})

/** Whether a client was made from other words than these. One that was changed since does not tell. */
const isOtherThan = (fields: Record<string, unknown>, client: Client) =>
  client.updated_at === client.created_at &&
  Object.entries(fields).some(([name, value]) => canonicalJson(value) !== canonicalJson(client[name as keyof Client]))
