import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { columnsOf, getRow } from '../database.ts'
import { MarginType, Money } from '../money.ts'

const AgentMargin = z.object({ margin_type: MarginType, margin_value: Money })

/** The margin in the broker's settings. */
export const readMargin = ({ db, broker }: ToolContext) =>
  getRow(
    'The agent',
    AgentMargin,
    db
      .from('iso_agents')
      .select(columnsOf(AgentMargin, ['margin_value']))
      .eq('id', broker.iso_agent_id),
  )
