import { z } from 'zod'
import type { ToolContext } from '../tools/context.ts'
import { call, stableId } from '../tools/database.ts'
import { readRequest } from '../tools/requests/request.ts'
import type { ApiDeps } from './deps.ts'

type Occasion = { kind: 'quote_accepted'; quote_id: string } | { kind: 'request_created'; request_id: string }

/** Lets the assistant go on with a request in its own room: once for each occasion, however often it is asked. */
export async function promptAssistant(
  request_id: string,
  occasion: Occasion,
  context: ToolContext,
  { supabase, enqueue }: ApiDeps,
) {
  const { primary_conversation_id } = await readRequest(request_id, context)
  const room =
    primary_conversation_id ??
    (await call(z.uuid(), context.db.rpc('get_or_create_request_conversation', { request_id })))
  const about = occasion.kind === 'quote_accepted' ? occasion.quote_id : occasion.request_id
  const { turn_id } = await call(
    z.object({ turn_id: z.uuid() }),
    supabase.service.rpc('start_background_turn', {
      p_conversation_id: room,
      p_turn_id: stableId(occasion.kind, about),
      p_trigger: occasion,
    }),
  )
  await enqueue.turn(turn_id, 0)
}
