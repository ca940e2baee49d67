import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { columnsOf } from '../database.ts'
import { ForbiddenError } from '../errors.ts'

/** A notification of Avinode and how its processing went, without its payload. */
export const WebhookEvent = z.object({
  id: z.uuid(),
  event_type: z.string(),
  avinode_event_id: z.string(),
  request_id: z.uuid().nullable(),
  processing_status: z.enum(['pending', 'processing', 'completed', 'failed', 'skipped', 'dead_letter']),
  error_message: z.string().nullable(),
  retry_count: z.int(),
  next_retry_at: z.string().nullable(),
  received_at: z.string(),
})
export type WebhookEvent = z.output<typeof WebhookEvent>

export const webhookEventColumns = columnsOf(WebhookEvent)

/** Notifications are nobody's property but the service's: only an admin sees them. */
export function requireAdmin({ broker }: ToolContext) {
  if (broker.role !== 'admin') throw new ForbiddenError('Only an admin can see the notifications of Avinode')
}
