import { randomUUID } from 'node:crypto'
import { type BrokerClient, signIn } from './client.ts'
import type { Service } from './service.ts'

export type EvalBroker = { id: string; email: string; client: BrokerClient }

/**
 * A broker of a scenario's own, with the clients Acme and Redwood, so that scenarios can be played side by side and none sees the trips
 * of another.
 */
export async function hireBroker(service: Service): Promise<EvalBroker> {
  const id = randomUUID()
  const email = `dana-${id.slice(0, 8)}@example.com`
  await service.sql(
    `insert into iso_agents (id, clerk_user_id, email, full_name, role, margin_type, margin_value)
     values ($1, 'user_' || $2, $3, 'Dana Whitfield', 'iso_agent', 'percentage', 15)`,
    [id, id.replaceAll('-', ''), email],
  )
  await service.sql(
    `insert into client_profiles (iso_agent_id, company_name, contact_name, email, preferences)
     values ($1, 'Acme', 'Jordan Avery', 'jordan-' || $2 || '@acme.example.com', $3), ($1, 'Redwood', 'Sam Rivers', 'sam-' || $2 || '@redwood.example.com', $4)`,
    [
      id,
      id.slice(0, 8),
      JSON.stringify({
        preferred_aircraft: ['Gulfstream G650'],
        dietary_restrictions: ['vegetarian'],
        budget_range: { min: '90000.00', max: '140000.00' },
      }),
      JSON.stringify({ preferred_aircraft: ['Challenger 350'], preferred_amenities: ['pets on board'] }),
    ],
  )
  return { id, email, client: await signIn(service.url, email) }
}
