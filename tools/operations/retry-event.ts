import { z } from 'zod'
import { done, getRow } from '../database.ts'
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
    await done(context.db.rpc('replay_webhook_event', { p_event_id: event_id }))
    const events = context.db.from('avinode_webhook_events').select(webhookEventColumns)
    return { event: await getRow('The event', WebhookEvent, events.eq('id', event_id)) }
  },
})
