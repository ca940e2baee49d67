import { processWebhook, type WebhookDeps } from './avinode-webhooks.ts'
import { createBackoff } from './backoff.ts'
import type { World } from './testing-world.ts'

type Asked = { kind: string; id: string; due?: Date | undefined }

/** The work itself, without a queue: what it asks for is kept. */
export function processing(world: World) {
  const asked: Asked[] = []
  const deps: WebhookDeps = {
    system: world.system,
    avinodeOf: (connection) => (connection === 'default' ? world.avinode : undefined),
    enqueue: {
      webhook: async (id, _attempt, due) => void asked.push({ kind: 'webhook', id, due }),
      analysis: async (id) => void asked.push({ kind: 'analysis', id }),
      monitor: async (id) => void asked.push({ kind: 'monitor', id }),
    },
    backoff: createBackoff({ first_ms: 5_000, longest_ms: 60_000 }),
    log: world.log,
  }
  return { asked, deps, process: (event_id: string) => processWebhook({ event_id }, deps) }
}

/** Two operators are asked; one quotes, asks something and quotes again, the other declines. */
export async function playDeal(world: World, trip_id: string) {
  await world.play(`trips/${trip_id}/send-rfqs`, { operators: 2 })
  const quoted = await world.play(`trips/${trip_id}/operator-quote`, { total_price: '125000.00' })
  await world.play(`trips/${trip_id}/operator-chat`, { text: 'Is catering needed?', operator: quoted.operator })
  await world.play(`trips/${trip_id}/operator-decline`, { message: 'No crew that day' })
  await world.play(`trips/${trip_id}/operator-quote`, { total_price: '119000.00', operator: quoted.operator })
  return world.notifications(6)
}

export const endLeases = (world: World) =>
  world.sql.query("update private.webhook_event_leases set lease_until = now() - interval '1 second'")

type Outcome = { quotes: { id: string }[]; rooms: { thread: string; messages: { id: string }[] }[] }

/** The same deal of another trip has other ids of Avinode. */
export function anonymous(outcome: Outcome) {
  const rooms = outcome.rooms.map((room) => ({
    ...room,
    thread: '',
    messages: room.messages.map((message) => ({ ...message, id: '' })),
  }))
  return { ...outcome, quotes: outcome.quotes.map((quote) => ({ ...quote, id: '' })), rooms }
}
