import type { ToolContext } from '../tools/context.ts'
import { ConflictError } from '../tools/errors.ts'
import { readRequest } from '../tools/requests/request.ts'
import { advance } from '../tools/workflow.ts'

/** Begins the work on a request that was created outside the chat. One that somebody has begun with already stays as it is. */
export async function takeUpRequest(request_id: string, tools: ToolContext): Promise<void> {
  const request = await readRequest(request_id, tools)
  if (request.status !== 'draft' && request.status !== 'pending') return
  try {
    await advance(request, 'analyzing', 'orchestrator', tools)
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error // somebody else was quicker
  }
}
