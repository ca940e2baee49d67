import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { columnsOf, rows } from '../database.ts'

/** Who holds the certificate and flies the aircraft, as Avinode knows it. */
export const Operator = z.object({
  id: z.uuid(),
  avinode_operator_id: z.string(),
  company_name: z.string(),
  contact_name: z.string().nullable(),
  contact_email: z.string().nullable(),
  contact_phone: z.string().nullable(),
  aoc_number: z.string().nullable(),
  country_code: z.string().nullable(),
  region: z.string().nullable(),
  operator_rating: z.string().nullable().describe('0.00 to 5.00'),
  fleet_size: z.int().nullable(),
  aircraft_types: z.array(z.string()),
  certifications: z.array(z.string()).describe('As IS-BAO, ARGUS, Wyvern'),
  preferred_contact: z.enum(['avinode', 'email', 'both']),
  is_active: z.boolean(),
  is_preferred_partner: z.boolean(),
  last_synced_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type Operator = z.output<typeof Operator>

export const operatorColumns = columnsOf(Operator, ['operator_rating'])

/** The operators of these ids, in no order. */
export async function readOperators(ids: string[], { db }: ToolContext): Promise<Operator[]> {
  if (ids.length === 0) return []
  return rows(
    Operator,
    db
      .from('operator_profiles')
      .select(operatorColumns)
      .in('id', [...new Set(ids)]),
  )
}
