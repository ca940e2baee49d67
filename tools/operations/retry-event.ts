import { z } from 'zod'
import { getRow, rows } from '../database.ts'
import { ConflictError } from '../errors.ts'
import { defineTool } from '../tool.ts'
import { requireAdmin, WebhookEvent, webhookEventColumns } from './webhook-event.ts'

export const retryEvent = defineTool({
  name: 'retry_event',
  description:
    'Put a failed or dead notification of Avinode back to work with all its retries. Harmless to repeat: processing reads what Avinode has now. For admins only.',
  effect: 'write',
  input: z.strictObject({ event_id: z.uuid().describe('From list_dead_letters') }),
  output: z.object({ event: WebhookEvent }),
  async run({ event_id }, context) {
    requireAdmin(context)
    const events = () => context.db.from('avinode_webhook_events')
    const again = events()
      .update({ processing_status: 'pending', retry_count: 0, next_retry_at: null, processed_at: null })
      .eq('id', event_id)
      .in('processing_status', ['failed', 'dead_letter', 'skipped'])
      .select(webhookEventColumns)
    const [event] = await rows(WebhookEvent, again)
    if (event) return { event }
    const present = await getRow('The event', WebhookEvent, events().select(webhookEventColumns).eq('id', event_id))
    if (present.processing_status === 'pending') return { event: present }
    throw new ConflictError(`This event is ${present.processing_status}, so there is nothing to retry`)
  },
})
