import { z } from 'zod'
import { readClient } from '../clients/get-client.ts'
import type { ToolContext } from '../context.ts'
import type { Proposal } from './proposal.ts'

/** Whom a letter with the proposal greets. */
export const Addressee = z.object({
  company_name: z.string(),
  contact_name: z.string().nullable().describe('Greet this person by name, if there is one'),
})

/** The client of a proposal, or null if it has none. */
export async function addresseeOf({ client_profile_id }: Pick<Proposal, 'client_profile_id'>, context: ToolContext) {
  if (client_profile_id === null) return null
  const { company_name, contact_name } = await readClient(client_profile_id, context)
  return { company_name, contact_name }
}
