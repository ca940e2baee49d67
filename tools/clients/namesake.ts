import type { ToolContext } from '../context.ts'
import { ConflictError } from '../errors.ts'
import type { Client } from './client.ts'
import { plainName, searchClients } from './find-clients.ts'

/** The broker's client of this name, its legal form and how it is written aside; undefined where there is none. */
export async function findNamesake(company_name: string, context: ToolContext): Promise<Client | undefined> {
  const found = await searchClients(company_name, context)
  return found.find((client) => plainName(client.company_name) === plainName(company_name))
}

/** Nothing of what was sent is kept: whoever meant the client that is there changes that one. */
export class ClientExistsError extends ConflictError {
  override readonly details: { client_id: string }

  constructor({ id, company_name }: Client) {
    super(`You have a client of this name already: ${company_name}`)
    this.details = { client_id: id }
  }
}
