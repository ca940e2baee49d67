import type { ToolContext } from '../context.ts'
import { getRow } from '../database.ts'
import { Client, clientColumns } from './client.ts'

/** Takes a client out of every list. Its requests and proposals stay, and so does the row they refer to. */
export const deleteClient = (client_id: string, { db }: ToolContext): Promise<Client> =>
  getRow(
    'The client',
    Client,
    db.from('client_profiles').update({ is_active: false }).eq('id', client_id).select(clientColumns),
  )
