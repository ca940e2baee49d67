import { z } from 'zod'
import { containing, rows } from '../database.ts'
import { defineTool } from '../tool.ts'
import { Operator, operatorColumns } from './operator.ts'

export const listOperators = defineTool({
  name: 'list_operators',
  description:
    'List active operators by name, at most 100; only preferred partners if asked. Never name an operator to a client.',
  effect: 'read',
  input: z.strictObject({
    preferred_only: z.boolean().nullable().default(null).describe('true: only preferred partners'),
    query: z.string().trim().max(200).nullable().default(null).describe('Part of the company name; null for all'),
  }),
  output: z.object({ operators: z.array(Operator) }),
  async run({ preferred_only, query }, { db }) {
    let found = db.from('operator_profiles').select(operatorColumns).eq('is_active', true)
    if (preferred_only) found = found.eq('is_preferred_partner', true)
    if (query) found = found.ilike('company_name', containing(query))
    return { operators: await rows(Operator, found.order('company_name').order('id').limit(100)) }
  },
})
