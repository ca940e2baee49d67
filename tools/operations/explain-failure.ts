import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { columnsOf, getRow } from '../database.ts'
import { InvalidInputError } from '../errors.ts'
import { defineTool } from '../tool.ts'
import { FailedExecution } from './execution.ts'
import { requireAdmin, WebhookEvent, webhookEventColumns } from './webhook-event.ts'

const id = (description: string) => z.uuid().nullable().default(null).describe(description)

export const explainFailure = defineTool({
  name: 'explain_failure',
  description:
    'Say what went wrong with a run of an agent or a notification of Avinode, whether it may cure itself, and what to do.',
  effect: 'read',
  input: z.strictObject({
    execution_id: id('From list_failed_executions; null if it is about an event'),
    event_id: id('From list_dead_letters, admins only; null if it is about a run'),
  }),
  output: z.object({
    what: z.string(),
    cause: z.enum(['avinode', 'model', 'mail', 'database', 'timeout', 'input', 'unlinked', 'unknown']),
    explanation: z.string(),
    error_message: z.string().nullable(),
    retryable: z.boolean(),
    advice: z.string(),
  }),
  async run({ execution_id, event_id }, context) {
    if ((execution_id === null) === (event_id === null)) {
      throw new InvalidInputError([{ path: 'execution_id', message: 'Give either execution_id or event_id' }])
    }
    if (execution_id !== null) return explainExecution(execution_id, context)
    return explainEvent(event_id ?? '', context)
  },
})

async function explainExecution(execution_id: string, { db }: ToolContext) {
  const found = db.from('agent_executions').select(columnsOf(FailedExecution)).eq('id', execution_id)
  const run = await getRow('The execution', FailedExecution, found)
  const what = `The ${run.agent_type} agent ${run.status === 'timeout' ? 'took too long' : run.status}`
  return { what, ...diagnose(run.status === 'timeout' ? `timeout ${run.error_message ?? ''}` : run.error_message) }
}

async function explainEvent(event_id: string, context: ToolContext) {
  requireAdmin(context)
  const found = context.db.from('avinode_webhook_events').select(webhookEventColumns).eq('id', event_id)
  const event = await getRow('The event', WebhookEvent, found)
  const what = `The notification ${event.event_type} is ${event.processing_status} after ${event.retry_count} retries`
  return { what, ...diagnose(event.error_message) }
}

type Diagnosis = {
  signs: RegExp
  cause: 'avinode' | 'model' | 'mail' | 'database' | 'timeout' | 'input' | 'unlinked'
  explanation: string
  retryable: boolean
  advice: string
}

const DIAGNOSES: Diagnosis[] = [
  {
    signs: /unlinked|no request|unknown trip|belongs to no/i,
    cause: 'unlinked',
    explanation: 'It is about a trip that was not made through JetVision.',
    retryable: false,
    advice: 'Nothing to do, unless the trip should be in JetVision: then create the request here.',
  },
  {
    signs: /time(d)? ?out|took too long|deadline|aborted/i,
    cause: 'timeout',
    explanation: 'It was stopped because it took longer than it may.',
    retryable: true,
    advice: 'Try again. If it happens often, the model or Avinode is slow.',
  },
  {
    signs: /avinode/i,
    cause: 'avinode',
    explanation: 'Avinode did not answer, or refused what was asked.',
    retryable: true,
    advice: 'It is tried again by itself once Avinode is back. If it goes on, check the access to Avinode.',
  },
  {
    signs: /mail|smtp|recipient/i,
    cause: 'mail',
    explanation: 'The mail server did not take the e-mail.',
    retryable: true,
    advice: "Check the client's address, then approve the sending again.",
  },
  {
    signs: /model|openai|rate limit|token|max turns/i,
    cause: 'model',
    explanation: 'The language model did not answer, or reached a limit.',
    retryable: true,
    advice: 'Say it again in a moment. If it goes on, check the key and the limits of the model.',
  },
  {
    signs: /database|postgres|serializ|deadlock|connection/i,
    cause: 'database',
    explanation: 'The database was not reachable for a moment.',
    retryable: true,
    advice: 'Nothing was lost: try again.',
  },
  {
    signs: /not found|not valid|invalid|missing|must|cannot/i,
    cause: 'input',
    explanation: 'What was asked for cannot be done as it was said.',
    retryable: false,
    advice: 'Correct what the message names, then try again.',
  },
]

/** What an error message means, by the signs that we know. */
export function diagnose(error_message: string | null) {
  const found = DIAGNOSES.find(({ signs }) => signs.test(error_message ?? ''))
  const { cause, explanation, retryable, advice } = found ?? {
    cause: 'unknown' as const,
    explanation: 'The cause is not one of the usual ones.',
    retryable: true,
    advice: 'Try once more; if it fails again, ask an admin to look at the log.',
  }
  return { cause, explanation, error_message, retryable, advice }
}
