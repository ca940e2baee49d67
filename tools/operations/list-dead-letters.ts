import { z } from 'zod'
import { rows } from '../database.ts'
import { pageInput } from '../page.ts'
import { defineTool } from '../tool.ts'
import { requireAdmin, WebhookEvent, webhookEventColumns } from './webhook-event.ts'

export const listDeadLetters = defineTool({
  name: 'list_dead_letters',
  description: 'List the notifications of Avinode that were given up after all retries, newest first. For admins only.',
  effect: 'read',
  input: z.strictObject({ limit: pageInput.limit }),
  output: z.object({ events: z.array(WebhookEvent) }),
  async run({ limit }, context) {
    requireAdmin(context)
    const dead = context.db
      .from('avinode_webhook_events')
      .select(webhookEventColumns)
      .eq('processing_status', 'dead_letter')
      .order('received_at', { ascending: false })
      .limit(limit ?? 50)
    return { events: await rows(WebhookEvent, dead) }
  },
})
