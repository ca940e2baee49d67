import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { rows } from '../database.ts'
import { defineTool } from '../tool.ts'
import { Client, clientColumns } from './client.ts'

export const findClients = defineTool({
  name: 'find_clients',
  description:
    "Find the broker's own clients by company or contact name, likeliest first; an empty list means that there is no such client. Look here before creating one.",
  effect: 'read',
  input: z.strictObject({
    query: z.string().trim().min(1).max(200).describe('A name or a part of it, as "Acme"'),
  }),
  output: z.object({ clients: z.array(Client) }),
  async run({ query }, context) {
    return { clients: await searchClients(query, context) }
  },
})

/** Active clients whose company or contact holds every word of the query; a spoken-for name ("Acme Inc." for "Acme Corporation") is found by its first word. */
export async function searchClients(query: string, { db }: ToolContext): Promise<Client[]> {
  const words = distinctive(query)
  if (words.length === 0) return []
  const search = db.rpc('search_clients', { p_words: words }).select(clientColumns).eq('is_active', true)
  const found = await rows(Client, search.limit(100))
  return found.sort((a, b) => closeness(b, query) - closeness(a, query)).slice(0, 10)
}

const LEGAL_FORMS = /\b(inc|llc|ltd|limited|corp|corporation|co|company|plc|gmbh|ag|sa|sarl|bv|lp|llp)\b\.?/gi

/** A company's name without its legal form, in lower case: "Acme, Inc." and "ACME" are the same client. */
export const plainName = (name: string) => {
  const words = name.toLowerCase().replace(/[.,]/g, ' ')
  const bare = words.replace(LEGAL_FORMS, ' ').trim().replace(/\s+/g, ' ')
  return bare || words.trim()
}

const distinctive = (query: string) => plainName(query).split(' ').filter(Boolean)

function closeness(client: Client, query: string): number {
  const wanted = plainName(query)
  const names = [client.company_name, client.contact_name ?? ''].map(plainName)
  if (names.includes(wanted)) return 3
  if (names.some((name) => name.startsWith(wanted))) return 2
  return names.some((name) => ` ${name} `.includes(` ${wanted} `)) ? 1 : 0
}
