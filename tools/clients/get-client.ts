import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { getRow } from '../database.ts'
import { ConflictError } from '../errors.ts'
import { defineTool } from '../tool.ts'
import { Client, clientColumns } from './client.ts'

export const getClient = defineTool({
  name: 'get_client',
  description: "Read one of the broker's clients with contact, preferences and notes.",
  effect: 'read',
  input: z.strictObject({ client_id: z.uuid().describe('From find_clients or list_clients') }),
  output: z.object({ client: Client }),
  async run({ client_id }, context) {
    return { client: await readClient(client_id, context) }
  },
})

/** One client of the broker, or `NotFoundError`. */
export const readClient = (client_id: string, { db }: ToolContext) =>
  getRow('The client', Client, db.from('client_profiles').select(clientColumns).eq('id', client_id))

/** The same, for what is only done for clients that were not taken out of the lists. */
export async function readActiveClient(client_id: string, context: ToolContext): Promise<Client> {
  const client = await readClient(client_id, context)
  if (!client.is_active) throw new ConflictError(`${client.company_name} was taken out of your clients`)
  return client
}
