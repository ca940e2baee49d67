import { z } from 'zod'
import { getRow } from '../database.ts'
import { defineTool } from '../tool.ts'
import { Operator, operatorColumns } from './operator.ts'

export const getOperator = defineTool({
  name: 'get_operator',
  description: 'Read an operator: rating, safety certificates, fleet, contact. Never name an operator to a client.',
  effect: 'read',
  input: z.strictObject({ operator_id: z.uuid().describe('operator_profile_id of a quote, or from list_operators') }),
  output: z.object({ operator: Operator }),
  async run({ operator_id }, { db }) {
    const found = db.from('operator_profiles').select(operatorColumns).eq('id', operator_id)
    return { operator: await getRow('The operator', Operator, found) }
  },
})
