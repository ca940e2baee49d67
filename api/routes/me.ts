import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { TablesUpdate } from '../../supabase/database.types.ts'
import type { ToolContext } from '../../tools/context.ts'
import { columnsOf, done, getRow } from '../../tools/database.ts'
import { formatMoney, type Margin, MarginType, Money, parseMargin } from '../../tools/money.ts'
import type { ApiEnv } from '../api-env.ts'
import { OnlineStatus } from '../online-status.ts'
import { json, jsonBody, operation } from '../operation.ts'

const Agent = z.object({
  id: z.uuid(),
  clerk_user_id: z.string(),
  email: z.string(),
  full_name: z.string(),
  role: z.enum(['iso_agent', 'admin', 'operator']),
  margin_type: MarginType,
  margin_value: Money.describe('Percent, as "15.00", or an amount in USD'),
  is_active: z.boolean(),
  metadata: z.record(z.string(), z.unknown()),
  notification_preferences: z.record(z.string(), z.unknown()),
  online_status: OnlineStatus,
  last_seen_at: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
})
const AgentRow = Agent.meta({ id: 'IsoAgent' })
const columns = columnsOf(Agent, ['margin_value'])

const Changes = z.strictObject({
  full_name: z.string().trim().min(1).max(200).optional(),
  margin_type: MarginType.optional(),
  margin_value: z
    .union([z.string().max(20), z.number()])
    .optional()
    .describe('Percent, as "15.00", or an amount in USD'),
  online_status: OnlineStatus.optional().describe(
    'What others see while a page of yours is open; `online` means: what is true, away after ten idle minutes',
  ),
  notification_preferences: z.record(z.string(), z.unknown()).optional(),
})

const tags = ['Me']
const get = operation({
  method: 'get',
  path: '/api/me',
  tags,
  summary: 'The signed-in agent: margin, presence, preferences',
  responses: { 200: json(AgentRow, 'The agent') },
})
const update = operation({
  method: 'patch',
  path: '/api/me',
  tags,
  summary: 'Change your margin, presence or preferences',
  request: { body: jsonBody(Changes, { margin_type: 'percentage', margin_value: '15.00', online_status: 'busy' }) },
  responses: { 200: json(AgentRow, 'The agent as it is now') },
})

/** The broker's own settings. Role and activity belong to the administration. */
export const meRoutes = () =>
  new OpenAPIHono<ApiEnv>()
    .openapi(get, async (c) => c.json(await readMe(c.var.context), 200))
    .openapi(update, async (c) => {
      const { margin_type, margin_value, online_status, ...changes } = c.req.valid('json')
      const margin = await newMargin({ margin_type, margin_value }, c.var.context)
      const row = { ...changes, ...margin } as TablesUpdate<'iso_agents'> // preferences came as JSON, so they are JSON
      const me = await changeMe(row, c.var.context)
      if (online_status === undefined) return c.json(me, 200)
      await done(c.var.context.db.rpc('set_presence', { p_status: online_status }))
      return c.json(await readMe(c.var.context), 200)
    })

const readMe = ({ db, broker }: ToolContext) =>
  getRow('Your account', Agent, db.from('iso_agents').select(columns).eq('id', broker.iso_agent_id))

/** Type and value are judged together, also where only one of them is given. */
async function newMargin(given: { [Field in keyof Margin]?: Margin[Field] | undefined }, context: ToolContext) {
  if (given.margin_type === undefined && given.margin_value === undefined) return {}
  const me = await readMe(context)
  const margin_type = given.margin_type ?? me.margin_type
  const margin_value = parseMargin({ margin_type, margin_value: given.margin_value ?? me.margin_value })
  return { margin_type, margin_value: formatMoney(margin_value) }
}

async function changeMe(changes: TablesUpdate<'iso_agents'>, context: ToolContext) {
  if (Object.keys(changes).length === 0) return readMe(context)
  const { db, broker } = context
  return getRow(
    'Your account',
    Agent,
    db.from('iso_agents').update(changes).eq('id', broker.iso_agent_id).select(columns),
  )
}
