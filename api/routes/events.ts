import { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Gauge } from 'prom-client'
import { z } from 'zod'
import { readConversation } from '../../tools/conversations/conversation.ts'
import { InvalidInputError, LimitExceededError } from '../../tools/errors.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ApiDeps } from '../deps.ts'
import { eventStream } from '../event-stream.ts'
import { createFeedHub } from '../feed-hub.ts'
import { writeFeed } from '../feed-stream.ts'
import { failures, IdParam, operation } from '../operation.ts'
import type { Presence } from '../presence.ts'

const tags = ['Events']
const MOST_STREAMS = 200
const LONGEST_MS = 60 * 60_000

const DESCRIPTION = `Server-sent events; \`data\` is JSON. Events with an \`id\` are kept for 30 days: come back with the last one as
\`Last-Event-ID\`, here or at another instance, and you get every event that you missed, once and in order.

| event | data | kept |
|---|---|---|
| \`message.created\` · \`message.updated\` | the message; of a deleted one only that it was there | yes |
| \`read\` | whose seat, \`last_read_at\`, \`last_read_message_id\`, \`unread_count\` | yes |
| \`request.updated\` · \`quote.created\` · \`quote.updated\` · \`proposal.updated\` | the row | yes |
| \`approval.requested\` · \`approval.resolved\` | the approval | yes |
| \`message.delta\` | \`{ conversation_id, turn_id, message_id, offset, delta }\`: words of the assistant and where in the message they belong; offset 0 begins anew | no |
| \`turn.updated\` | \`{ conversation_id, turn_id, status }\`: the assistant is at work, waits, or is done | no |
| \`typing\` | \`{ conversation_id, iso_agent_id, name, is_typing }\` | no |
| \`presence\` | \`{ iso_agent_id, name, online_status, last_seen_at }\` | no |
| \`conversation.updated\` · \`participant.updated\` | what changed of a room, of a seat | no |
| \`reset\` | \`{ position }\`: your \`Last-Event-ID\` is too old; read the lists again | no |

The stream ends with the token's time, and for a reader that takes nothing for half a minute; a line of comment every 15 seconds
says that it lives.`

const streamed = {
  description: 'Server-sent events without end',
  content: { 'text/event-stream': { schema: z.string() } },
}
const headers = z.object({ 'last-event-id': z.string().optional().describe('The last `id` that was seen') })

const all = operation({
  method: 'get',
  path: '/api/events',
  tags,
  summary: 'What happens to everything that is yours',
  description: DESCRIPTION,
  request: { headers },
  responses: { 200: streamed, ...failures(422, 429) },
})
const ofConversation = operation({
  method: 'get',
  path: '/api/conversations/{id}/events',
  tags,
  summary: 'What happens in one room',
  description: 'As `GET /api/events`, with the events of one room only; positions are the same.',
  request: { params: IdParam, headers },
  responses: { 200: streamed, ...failures(422, 429) },
})

/** Feeds of what happens, which a reader takes up again where it stopped. */
export function eventRoutes(deps: ApiDeps, { gauge, presence }: { gauge: Gauge; presence: Presence }) {
  const { bus, log, closing, supabase, systemFunctions: functions = supabase.service } = deps
  const hub = createFeedHub({ bus, functions, log, closing })
  const open = new Map<string, number>()

  const follow = async (c: Context<ApiEnv>, conversation_id: string | null) => {
    const { db, broker } = c.var.context
    const after = lastSeen(c.req.header('Last-Event-ID'))
    const leave = occupy(open, broker.iso_agent_id, gauge)
    const { feed, release } = await hub.open({ db, iso_agent_id: broker.iso_agent_id }).catch((error: unknown) => {
      leave()
      throw error
    })
    const goAway = presence.enter(broker.iso_agent_id)
    return eventStream(
      (stream) =>
        writeFeed({ feed, conversation_id, after }, stream).finally(() => {
          goAway()
          release()
          leave()
        }),
      { log, closing, lifetime_ms: lifetime(c.var.expires_at) },
    )
  }
  return new OpenAPIHono<ApiEnv>()
    .openapi(all, (c) => follow(c, null))
    .openapi(ofConversation, async (c) => {
      const { id } = c.req.valid('param')
      await readConversation(id, c.var.context)
      return follow(c, id)
    })
}

/** A stream lives no longer than the right to read it. Readers come back by themselves, with a token that is still good. */
const lifetime = (expires_at: number | null) =>
  expires_at === null ? LONGEST_MS : Math.min(LONGEST_MS, Math.max(0, expires_at - Date.now()))

/** Without a last event the feed begins now: what was before is in the lists. */
function lastSeen(last_event_id: string | undefined): number | null {
  if (last_event_id === undefined || last_event_id === '') return null
  const position = Number(last_event_id)
  if (/^\d+$/.test(last_event_id) && Number.isSafeInteger(position)) return position
  throw new InvalidInputError([{ path: 'Last-Event-ID', message: 'This is no id of an event of ours' }])
}

function occupy(open: Map<string, number>, iso_agent_id: string, gauge: Gauge) {
  const count = open.get(iso_agent_id) ?? 0
  if (count >= MOST_STREAMS) throw new LimitExceededError('Too many open event streams')
  open.set(iso_agent_id, count + 1)
  gauge.inc()
  return () => {
    gauge.dec()
    const left = (open.get(iso_agent_id) ?? 1) - 1
    if (left > 0) open.set(iso_agent_id, left)
    else open.delete(iso_agent_id)
  }
}
