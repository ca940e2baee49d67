import { Hono } from 'hono'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import type { Db } from '../../tools/context.ts'
import { done, findRow } from '../../tools/database.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ApiDeps } from '../deps.ts'
import { HttpProblem } from '../problem.ts'

const ClerkEvent = z.discriminatedUnion('type', [
  z.looseObject({
    type: z.enum(['user.created', 'user.updated']),
    data: z.looseObject({
      id: z.string().min(1).max(255),
      first_name: z.string().nullish(),
      last_name: z.string().nullish(),
      primary_email_address_id: z.string().nullish(),
      email_addresses: z.array(z.looseObject({ id: z.string(), email_address: z.email() })).min(1),
      public_metadata: z.looseObject({ role: z.string().optional() }).nullish(),
      updated_at: z.number().default(0),
    }),
  }),
  z.looseObject({ type: z.literal('user.deleted'), data: z.looseObject({ id: z.string().min(1).max(255) }) }),
])
type ClerkUser = Extract<z.infer<typeof ClerkEvent>, { type: 'user.created' | 'user.updated' }>['data']

const Role = z.enum(['iso_agent', 'admin'])

const Known = z.object({ id: z.uuid(), metadata: z.looseObject({ clerk_updated_at: z.number().optional() }) })

/** Keeps the agents in step with Clerk. Repeated and late events change nothing. */
export const clerkWebhookRoutes = ({ supabase, clerkWebhookSecret }: ApiDeps) =>
  new Hono<ApiEnv>().post('/api/webhooks/clerk', async (c) => {
    const text = await c.req.text()
    verify(clerkWebhookSecret ?? null, text, c.req.raw.headers)
    const event = ClerkEvent.safeParse(JSON.parse(text))
    if (!event.success) return c.body(null, 200) // signed by Clerk, but about nothing that we keep
    if (event.data.type === 'user.deleted') await deactivate(supabase.service, event.data.data.id)
    else await keepAgent(supabase.service, event.data.data)
    return c.body(null, 200)
  })

function verify(secret: string | null, text: string, headers: Headers) {
  const part = (name: string) => headers.get(`svix-${name}`) ?? headers.get(`webhook-${name}`) ?? ''
  const signed = {
    'webhook-id': part('id'),
    'webhook-timestamp': part('timestamp'),
    'webhook-signature': part('signature'),
  }
  try {
    if (!secret || !/^\d+$/.test(signed['webhook-timestamp'])) throw new Error('nothing to verify with')
    new Webhook(secret).verify(text, signed)
  } catch {
    throw new HttpProblem(401, 'unauthorized', 'The signature is missing, wrong or out of date')
  }
}

async function keepAgent(db: Db, user: ClerkUser) {
  const known = await findRow(Known, db.from('iso_agents').select('id, metadata').eq('clerk_user_id', user.id).limit(1))
  if (known && (known.metadata.clerk_updated_at ?? 0) > user.updated_at) return
  const primary = user.email_addresses.find(({ id }) => id === user.primary_email_address_id) ?? user.email_addresses[0]
  const email = primary?.email_address.toLowerCase() ?? ''
  const role = Role.safeParse(user.public_metadata?.role).data // written by our own back office, never by the user
  const fields = {
    email,
    full_name: [user.first_name, user.last_name].filter(Boolean).join(' ') || email,
    ...(role && { role }),
    metadata: { ...known?.metadata, clerk_updated_at: user.updated_at },
  }
  if (known) await done(db.from('iso_agents').update(fields).eq('id', known.id))
  else {
    const row = { clerk_user_id: user.id, ...fields }
    await done(db.from('iso_agents').upsert(row, { onConflict: 'clerk_user_id', ignoreDuplicates: true }))
  }
}

const deactivate = (db: Db, clerk_user_id: string) =>
  done(db.from('iso_agents').update({ is_active: false }).eq('clerk_user_id', clerk_user_id))
