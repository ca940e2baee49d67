import { z } from 'zod'
import type { Broker, Db } from '../tools/context.ts'
import { findRow } from '../tools/database.ts'

const AgentRow = z.object({
  id: z.uuid(),
  clerk_user_id: z.string(),
  role: z.enum(['iso_agent', 'admin', 'operator']),
  full_name: z.string(),
  email: z.string(),
})
const COLUMNS = Object.keys(AgentRow.shape).join(', ')

const asBroker = ({ id, ...agent }: z.output<typeof AgentRow>): Broker => ({ iso_agent_id: id, ...agent })

/** The active broker whose request it is. This and nothing else is asked with the service's rights; the work itself uses the broker's. */
export async function brokerOfRequest(service: Db, request_id: string): Promise<Broker | undefined> {
  const row = z.object({ iso_agent_id: z.uuid() })
  const owner = await findRow(row, service.from('requests').select('iso_agent_id').eq('id', request_id).limit(1))
  if (!owner) return undefined
  const agent = await findRow(
    AgentRow,
    service.from('iso_agents').select(COLUMNS).eq('id', owner.iso_agent_id).eq('is_active', true).limit(1),
  )
  return agent && asBroker(agent)
}

/** The admin who looks after what belongs to no broker. */
export async function firstAdmin(service: Db): Promise<Broker | undefined> {
  const admins = service
    .from('iso_agents')
    .select(COLUMNS)
    .eq('role', 'admin')
    .eq('is_active', true)
    .order('created_at')
    .limit(1)
  const admin = await findRow(AgentRow, admins)
  return admin && asBroker(admin)
}
