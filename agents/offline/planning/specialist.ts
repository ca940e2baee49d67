import { z } from 'zod'
import type { RequestRow } from './rows.ts'
import { jsonOf, type Turn } from './turn.ts'

const Task = z.looseObject({
  task: z.string(),
  request_id: z.string().nullish(),
  quote_id: z.string().nullish(),
  proposal_id: z.string().nullish(),
})
/** What a specialist was asked to do. */
export type Task = { task: string; request_id: string | null; quote_id: string | null; proposal_id: string | null }

/** The task as the orchestrator hands it over: JSON, or plain words for the request of the situation. */
export function readTask({ text, situation }: Turn): Task {
  const asked = Task.safeParse(jsonOf(text)).data ?? { task: text, request_id: situation.request?.id }
  const { task, request_id = null, quote_id = null, proposal_id = null } = asked as z.output<typeof Task>
  return { task, request_id, quote_id, proposal_id }
}

/** What the situation knows of a request. */
export const requestIn = ({ situation }: Turn, request_id: string | null): RequestRow | null =>
  [situation.request, ...situation.requests].find((request) => request?.id === request_id) ?? null
