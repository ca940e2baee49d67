import { z } from 'zod'
import type { Db } from '../../tools/context.ts'
import { rows } from '../../tools/database.ts'
import type { LocalSignIn } from '../deps.ts'
import type { Issuer } from './issuer.ts'

const AgentRow = z.object({
  id: z.uuid(),
  clerk_user_id: z.string(),
  email: z.string(),
  full_name: z.string(),
  role: z.string(),
})

/** Signing in without a password, for local mode: the seeded agents, and tokens for them. */
export function localSignIn(service: Db, issuer: Issuer, links: LocalSignIn['links']): LocalSignIn {
  const agents = () =>
    rows(
      AgentRow,
      service
        .from('iso_agents')
        .select('id, clerk_user_id, email, full_name, role')
        .eq('is_active', true)
        .order('created_at')
        .order('id'),
    )
  const shown = ({ clerk_user_id: _, ...account }: z.output<typeof AgentRow>) => account
  return {
    links,
    accounts: async () => (await agents()).map(shown),
    async issueToken(email, scope) {
      const agent = (await agents()).find((row) => row.email.toLowerCase() === email.trim().toLowerCase())
      return agent && { token: await issuer.issueToken(agent.clerk_user_id, { scope }), iso_agent: shown(agent) }
    },
  }
}
