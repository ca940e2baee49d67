import { z } from 'zod'
import { sha256 } from '../canonical-json.ts'
import { readActiveClient } from '../clients/get-client.ts'
import type { ToolContext } from '../context.ts'
import { call, done, insertOnce } from '../database.ts'
import { KeyReusedError } from '../errors.ts'
import { defineTool } from '../tool.ts'
import { advance, isBefore } from '../workflow.ts'
import { itineraryFields, parseItinerary, summarise } from './itinerary.ts'
import { Request, readRequest, type Segment } from './request.ts'
import { storedWishes, wishFields } from './request-fields.ts'

export const createRequest = defineTool({
  name: 'create_request',
  description:
    'Create a request once route, day and passengers are known; client, budget, aircraft and wishes may follow. It reaches no operator: that begins with create_trip.',
  effect: 'write',
  input: z.strictObject({ ...itineraryFields, ...wishFields }),
  output: z.object({ request: Request }),
  async run(input, context) {
    const segments = parseItinerary(input, context.now())
    const { columns, metadata } = storedWishes(input)
    if (input.client_profile_id !== null) await readActiveClient(input.client_profile_id, context)
    const id = context.newId(`request:${itineraryKey(segments)}`)
    const input_sha256 = sha256(input)
    await insertOnce(context.db, 'requests', {
      id,
      iso_agent_id: context.broker.iso_agent_id,
      ...summarise(segments),
      ...columns,
      status: 'draft',
      metadata: { ...metadata, segments, created_in_turn: context.origin.turn_id, input_sha256 },
    })
    const made = await readRequest(id, context)
    // A turn that is repeated may put the same trip in other words.
    if (context.origin.kind === 'api' && made.metadata.input_sha256 !== input_sha256) throw new KeyReusedError()
    await giveRoom(id, context)
    const request = await readRequest(id, context)
    const ready = context.origin.kind === 'chat' ? 'analyzing' : 'pending'
    if (isBefore(request.status, ready)) {
      if (request.status === 'draft') await advance(request, 'pending', 'orchestrator', context)
      await advance({ ...request, status: 'pending' }, ready, 'orchestrator', context)
    }
    return { request: await readRequest(id, context) }
  },
})

const itineraryKey = (segments: Segment[]) =>
  segments
    .map(({ departure_airport, arrival_airport, departure_date }) => [
      departure_airport,
      arrival_airport,
      departure_date,
    ])
    .join()

/** A request born in a chat lives in that chat; any other gets a room of its own. */
async function giveRoom(request_id: string, { db, origin }: ToolContext) {
  if (origin.kind === 'chat') {
    return done(db.rpc('bind_conversation', { p_conversation_id: origin.conversation_id, p_request_id: request_id }))
  }
  await call(z.uuid(), db.rpc('get_or_create_request_conversation', { request_id }))
}
