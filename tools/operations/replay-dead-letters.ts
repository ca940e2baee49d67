import { z } from 'zod'
import type { ToolContext } from '../context.ts'
import { call } from '../database.ts'
import { requireAdmin } from './webhook-event.ts'

const Replayed = z.object({ event_ids: z.array(z.uuid()), remaining: z.int() })

/**
 * Puts dead letters back to work with all their retries: those named, or all of them, at most 1,000 at once. What is no dead
 * letter any more is left alone, so asking twice does it once. Not a model's tool: it is for the administrator who looked.
 */
export async function replayDeadLetters(event_ids: string[] | null, context: ToolContext) {
  requireAdmin(context)
  return call(Replayed, context.db.rpc('replay_dead_letters', { p_event_ids: event_ids }))
}
