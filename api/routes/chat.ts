import { OpenAPIHono } from '@hono/zod-openapi'
import type { Gauge } from 'prom-client'
import { z } from 'zod'
import type { Db, ToolContext } from '../../tools/context.ts'
import { findOperatorInRoom, readConversation } from '../../tools/conversations/conversation.ts'
import { call, done, findRow, stableId } from '../../tools/database.ts'
import { ConflictError } from '../../tools/errors.ts'
import { readRequest } from '../../tools/requests/request.ts'
import type { ApiEnv } from '../api-env.ts'
import { ChatBody, type ChatInput, chatInput, chatRoom } from '../chat-input.ts'
import type { ApiDeps } from '../deps.ts'
import { eventStream } from '../event-stream.ts'
import { asIdTaken, asKeyReused, IdTakenError } from '../idempotency-key.ts'
import { failures, json, jsonBody, operation } from '../operation.ts'
import { isOpen, readTurn } from '../turn-stream.ts'
import { writeUiMessageStream } from '../ui-message-stream.ts'

const tags = ['Chat']
const ANSWER_HEADERS = {
  'x-vercel-ai-ui-message-stream': { schema: { type: 'string', const: 'v1' } },
  'x-conversation-id': { schema: { type: 'string', format: 'uuid' } },
  'x-turn-id': { schema: { type: 'string', format: 'uuid' } },
} as const
const streamed = {
  description:
    'AI SDK UI message stream, version 1. `start` names the id under which the message is stored. Parts of our own: `data-step` (a specialist or tool at work, again under the same id when done), `data-request`, `data-approval`',
  headers: ANSWER_HEADERS,
  content: { 'text/event-stream': { schema: z.string() } },
}
const ConversationParam = z.object({
  conversation_id: z.string().min(1).max(200).describe('The conversation, or the id that useChat gave the chat'),
})

const chat = operation({
  method: 'post',
  path: '/api/chat',
  tags,
  summary: 'Say something to the assistant and read its answer as it comes; useChat of the AI SDK can post here',
  description:
    'With useChat, a message that was edited or is to be regenerated is answered again in place of the old answer, as long as that is the newest. In a room with an operator the assistant does not speak: 409, with the `conversation_id` of the room where it does. The answer goes on when the reader leaves; `stop` ends it.',
  request: { body: jsonBody(ChatBody) },
  responses: { 200: streamed, ...failures(404, 409, 429) },
})
const resume = operation({
  method: 'get',
  path: '/api/chat/{conversation_id}/stream',
  tags,
  summary: 'Go on reading after a refresh, from the start of the answer that is being given',
  request: { params: ConversationParam },
  responses: { 200: streamed, 204: { description: 'The assistant is not answering at the moment' } },
})
const stop = operation({
  method: 'post',
  path: '/api/chat/{conversation_id}/stop',
  tags,
  summary: 'Stop the answer that is being given',
  request: { params: ConversationParam },
  responses: { 200: json(z.object({ stopped: z.boolean() }), 'Whether there was anything to stop') },
})
const retry = operation({
  method: 'post',
  path: '/api/chat/{conversation_id}/retry',
  tags,
  summary: 'Have the newest answer given again, after a failure or a stop; nothing that was done is done twice',
  request: { params: ConversationParam },
  responses: { 200: streamed, ...failures(409, 429) },
})

const Started = z.object({
  turn_id: z.uuid(),
  is_new: z.boolean(),
  message: z.object({
    id: z.uuid(),
    content: z.string().nullable(),
    original_content: z.string().nullish(),
  }),
})
const Retried = z.object({ turn_id: z.uuid(), attempt: z.int() })

/** No turn lasts longer. */
const LONGEST_MS = 15 * 60_000
/** A turn that is given again has waited before, without any outage. */
const RETRY_PATIENCE_MS = 15_000

type Answer = { conversation_id: string; turn_id: string; message_id?: string; deferred_ms?: number }

/** Talking with the assistant. The answer is a job of the queue: whoever stops reading does not stop it. */
export function chatRoutes(deps: ApiDeps, streams: Gauge) {
  const { enqueue } = deps

  const again = async (conversation_id: string, message_id: string | null, { db }: ToolContext): Promise<Answer> => {
    const asked = { p_conversation_id: conversation_id, p_message_id: message_id }
    const { turn_id, attempt } = await call(Retried, db.rpc('retry_turn', asked))
    await enqueue.turn(turn_id, attempt)
    return { conversation_id, turn_id, deferred_ms: RETRY_PATIENCE_MS, ...(message_id && { message_id }) }
  }

  /** Stores the message and asks for an answer. Ids that the caller chose make a repeated call find what it began. */
  const say = async (input: ChatInput, context: ToolContext): Promise<Answer> => {
    const { db, newId, broker } = context
    const id = input.message_id ?? newId('message')
    const fresh = input.message_id
      ? stableId(broker.iso_agent_id, 'conversation', input.message_id)
      : newId('conversation')
    const room = input.conversation_id ?? input.chat_id ?? fresh
    if (input.kind === 'regenerate') return again(room, id, context)
    if (input.conversation_id === null) {
      await refuseElsewhere(id, room, db) // before a room is made that stays empty
      await done(db.rpc('start_conversation', { p_id: room, p_subject: subjectOf(input.message) }))
    }
    const asked = { p_conversation_id: room, p_message_id: id, p_content: input.message }
    const started = call(Started, db.rpc('start_turn', asked)).catch(asIdTaken)
    const { turn_id, is_new, message } = await started.catch((error: unknown) => pointElsewhere(error, room, context))
    if (!is_new && message.content !== input.message && message.original_content !== input.message) {
      if (input.kind !== 'edit') throw new IdTakenError()
      await done(db.rpc('edit_message', { p_message_id: id, p_content: input.message }))
      return again(room, id, context)
    }
    await enqueue.turn(turn_id, 0)
    return { conversation_id: room, turn_id, message_id: id }
  }

  const stream = ({ conversation_id, turn_id, message_id, deferred_ms }: Answer, { db }: ToolContext): Response => {
    const { bus, log, closing } = deps
    const turn = { db, bus, log, conversation_id, turn_id, ...(deferred_ms && { deferred_ms }) }
    streams.inc()
    return eventStream((reader) => writeUiMessageStream(turn, reader).finally(() => streams.dec()), {
      log,
      closing,
      lifetime_ms: LONGEST_MS,
      headers: {
        'x-vercel-ai-ui-message-stream': 'v1',
        'x-conversation-id': conversation_id,
        'x-turn-id': turn_id,
        ...(message_id && { 'x-message-id': message_id }),
      },
    })
  }

  return new OpenAPIHono<ApiEnv>()
    .openapi(chat, async (c) => {
      const { context } = c.var
      const input = chatInput(c.req.valid('json'), context.broker.iso_agent_id)
      return stream(await say(input, context).catch(asKeyReused(c)), context)
    })
    .openapi(resume, async (c) => {
      const conversation_id = chatRoom(c.req.valid('param').conversation_id, c.var.context.broker.iso_agent_id)
      const turn = await readTurn(c.var.context.db, conversation_id)
      if (!isOpen(turn)) return c.body(null, 204)
      return stream({ conversation_id, turn_id: turn.turn_id }, c.var.context)
    })
    .openapi(stop, async (c) => {
      const conversation_id = chatRoom(c.req.valid('param').conversation_id, c.var.context.broker.iso_agent_id)
      const stopped = c.var.context.db.rpc('stop_turn', { p_conversation_id: conversation_id })
      return c.json({ stopped: await call(z.boolean(), stopped) }, 200)
    })
    .openapi(retry, async (c) => {
      const conversation_id = chatRoom(c.req.valid('param').conversation_id, c.var.context.broker.iso_agent_id)
      return stream(await again(conversation_id, null, c.var.context), c.var.context)
    })
}

/** Where an operator reads along, the assistant does not speak: the answer says in which room it does. */
class AskElsewhereError extends ConflictError {
  override readonly details: { conversation_id: string | null }

  constructor(message: string, conversation_id: string | null) {
    super(message)
    this.details = { conversation_id }
  }
}

async function refuseElsewhere(message_id: string, room: string, db: Db) {
  const Row = z.object({ conversation_id: z.uuid() })
  const known = await findRow(Row, db.from('messages').select('conversation_id').eq('id', message_id))
  if (known && known.conversation_id !== room) throw new IdTakenError()
}

async function pointElsewhere(error: unknown, room: string, context: ToolContext): Promise<never> {
  if (!(error instanceof ConflictError) || error instanceof IdTakenError || !(await findOperatorInRoom(room, context)))
    throw error
  const { request_id } = await readConversation(room, context)
  const request = request_id === null ? null : await readRequest(request_id, context)
  throw new AskElsewhereError(error.message, request?.primary_conversation_id ?? null)
}

function subjectOf(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim()
  return line.length <= 80 ? line : `${line.slice(0, 79).replace(/\s\S*$/, '')}…`
}
