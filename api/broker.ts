import { z } from 'zod'
import type { Broker, Db } from '../tools/context.ts'
import { findRow } from '../tools/database.ts'

const Row = z.object({
  id: z.uuid(),
  clerk_user_id: z.string(),
  role: z.enum(['iso_agent', 'admin', 'operator']),
  full_name: z.string(),
  email: z.string(),
  is_active: z.boolean(),
})

/** The active agent of a signed-in subject, read with that person's own rights; undefined for anybody else. */
export async function findBroker(db: Db, clerk_user_id: string): Promise<Broker | undefined> {
  const columns = Object.keys(Row.shape).join(', ')
  const row = await findRow(Row, db.from('iso_agents').select(columns).eq('clerk_user_id', clerk_user_id).limit(1))
  if (!row?.is_active) return undefined
  const { id, role, full_name, email } = row
  return { iso_agent_id: id, clerk_user_id, role, full_name, email }
}
