import { z } from 'zod'
import type { ToolContext } from '../tools/context.ts'
import { columnsOf } from '../tools/database.ts'
import { readPage } from '../tools/page.ts'

export const WebhookStatus = z.enum(['pending', 'processing', 'completed', 'failed', 'skipped', 'dead_letter'])

const json = z.record(z.string(), z.unknown()).nullable()

/** One notification of Avinode's, as administrators see it. */
export const WebhookEvent = z.object({
  id: z.uuid(),
  event_type: z.string().nullable(),
  avinode_event_id: z.string(),
  avinode_timestamp: z.string().nullable(),
  request_id: z.uuid().nullable(),
  quote_id: z.uuid().nullable(),
  conversation_id: z.uuid().nullable(),
  operator_profile_id: z.uuid().nullable(),
  message_id: z.uuid().nullable(),
  avinode_rfp_id: z.string().nullable(),
  avinode_quote_id: z.string().nullable(),
  avinode_trip_id: z.string().nullable(),
  avinode_thread_id: z.string().nullable(),
  raw_payload: json,
  parsed_data: json,
  processing_status: WebhookStatus,
  processed_at: z.string().nullable(),
  processing_duration_ms: z.number().nullable(),
  error_message: z.string().nullable(),
  retry_count: z.int(),
  max_retries: z.int(),
  next_retry_at: z.string().nullable(),
  signature_verified: z.boolean().nullable(),
  source_ip: z.string().nullable(),
  user_agent: z.string().nullable(),
  received_at: z.string(),
  created_at: z.string(),
})

type Page = { status: z.infer<typeof WebhookStatus> | null; limit: number; cursor: string | null }

/** Notifications, newest first. Row level security shows them to administrators alone. */
export function listWebhookEvents({ status, ...place }: Page, { db }: ToolContext) {
  const events = db.from('avinode_webhook_events').select(columnsOf(WebhookEvent))
  return readPage(WebhookEvent, status === null ? events : events.eq('processing_status', status), place)
}
