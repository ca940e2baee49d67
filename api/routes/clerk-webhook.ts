import { Hono } from 'hono'
import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { done } from '../../tools/database.ts'
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
  z.looseObject({
    type: z.literal('user.deleted'),
    data: z.looseObject({ id: z.string().min(1).max(255) }),
    timestamp: z.number().optional(),
  }),
])
type ClerkEvent = z.infer<typeof ClerkEvent>

const Role = z.enum(['iso_agent', 'admin'])

/** Keeps the agents in step with Clerk. Repeated and late events change nothing; the database sees to that. */
export const clerkWebhookRoutes = ({ supabase, clerkWebhookSecret }: ApiDeps) =>
  new Hono<ApiEnv>().post('/api/webhooks/clerk', async (c) => {
    const text = await c.req.text()
    verify(clerkWebhookSecret ?? null, text, c.req.raw.headers)
    const event = ClerkEvent.safeParse(JSON.parse(text))
    if (!event.success) return c.body(null, 200) // signed by Clerk, but about nothing that we keep
    await done(supabase.service.rpc('sync_clerk_user', whatHappened(event.data)))
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

function whatHappened(event: ClerkEvent) {
  const { type: p_event_type, data } = event
  if (event.type === 'user.deleted') {
    return {
      p_event_type,
      p_clerk_user_id: data.id,
      ...(event.timestamp && { p_occurred_at: instant(event.timestamp) }),
    }
  }
  const { id, first_name, last_name, email_addresses, primary_email_address_id, public_metadata, updated_at } =
    event.data
  const primary = email_addresses.find((address) => address.id === primary_email_address_id) ?? email_addresses[0]
  const role = Role.safeParse(public_metadata?.role).data // written by our own back office, never by the user
  return {
    p_event_type,
    p_clerk_user_id: id,
    p_email: primary?.email_address ?? '',
    p_full_name: [first_name, last_name].filter(Boolean).join(' '),
    p_occurred_at: instant(updated_at),
    ...(role && { p_role: role }),
  }
}

const instant = (milliseconds: number) => new Date(milliseconds).toISOString()
