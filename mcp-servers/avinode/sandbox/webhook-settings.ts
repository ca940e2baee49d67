import { type Context, Hono } from 'hono'
import { z } from 'zod'
import type { ApiParts } from './api.ts'
import { type ApiEnv, answer, failure, notFound } from './envelope.ts'
import { Refusal } from './exchange.ts'
import type { WebhookSetting } from './records.ts'

export const eventTypes = [
  'TripRequestSellerResponse',
  'TripChatFromSeller',
  'TripRequestMine',
  'TripChatMine',
  'EmptyLegs',
  'ClientLeads',
  'TripRequest',
  'TripChatFromBuyer',
  'TripRequestSellerResponseMine',
]

const Body = z.object({
  version: z.int().optional(),
  targetURI: z.string(),
  displayName: z.string().min(1),
  active: z.boolean().default(true),
  clientIdentifier: z.string().nullish(),
  clientSecret: z.string().nullish(),
  clientAuthenticationType: z.string().nullish(),
  eventTypes: z.array(z.string()).min(1),
})

/** Where notifications go: created, listed and changed, never deleted. */
export function webhookSettingRoutes({ world, documents, allowHttpOnLocalhost }: ApiParts) {
  async function read(c: Context<ApiEnv>) {
    const parsed = Body.safeParse(await c.req.json())
    if (!parsed.success)
      throw new Refusal(400, 'ERR_INPUT_MISSING', 'targetURI, displayName and eventTypes are required')
    const { data } = parsed
    if (data.eventTypes.some((type) => !eventTypes.includes(type))) {
      throw new Refusal(400, 'ERR_INPUT_GENERIC_INVALID', 'An event type is unknown')
    }
    if (!isTarget(data.targetURI, allowHttpOnLocalhost)) {
      throw new Refusal(400, 'ERR_INPUT_GENERIC_INVALID', 'targetURI must be an https address')
    }
    return data
  }

  const fieldsOf = (data: z.output<typeof Body>, secret: string | null = null) => ({
    target_uri: data.targetURI,
    name: data.displayName,
    active: data.active,
    client_identifier: data.clientIdentifier ?? null,
    client_secret: data.clientSecret ?? secret,
    authentication: data.clientAuthenticationType ?? null,
    event_types: data.eventTypes,
  })

  return new Hono<ApiEnv>()
    .get('/api/webhooks/settings', (c) => {
      const own = world.webhookSettings.list().filter(({ company_id }) => company_id === c.var.connection.company_id)
      return answer(c, own.map(documents.webhookSetting))
    })
    .post('/api/webhooks/settings', async (c) => {
      const data = await read(c)
      const setting: WebhookSetting = {
        ...fieldsOf(data),
        id: world.newId('whs'),
        company_id: c.var.connection.company_id,
        version: 1,
        created_on: new Date().toISOString(),
      }
      return answer(c, documents.webhookSetting(world.webhookSettings.put(setting)), { status: 201 })
    })
    .put('/api/webhooks/settings/:id', async (c) => {
      const setting = world.webhookSettings.get(c.req.param('id'))
      if (!setting || setting.company_id !== c.var.connection.company_id) return notFound(c)
      const data = await read(c)
      if (data.version !== undefined && data.version !== setting.version) {
        return failure(c, 409, 'ERR_VERSION', 'The setting was changed meanwhile')
      }
      const changed = { ...setting, ...fieldsOf(data, setting.client_secret), version: setting.version + 1 }
      return answer(c, documents.webhookSetting(world.webhookSettings.put(changed)))
    })
}

function isTarget(target: string, allowHttpOnLocalhost: boolean): boolean {
  if (!URL.canParse(target)) return false
  const { protocol, hostname } = new URL(target)
  if (protocol === 'https:') return true
  return allowHttpOnLocalhost && protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}
