import { OpenAPIHono } from '@hono/zod-openapi'
import type { Gauge } from 'prom-client'
import { z } from 'zod'
import type { ToolContext } from '../../tools/context.ts'
import { call, done, stableId } from '../../tools/database.ts'
import type { ApiEnv } from '../api-env.ts'
import { type ChatInput, chatInput, UiMessageChat } from '../chat-input.ts'
import type { ApiDeps } from '../deps.ts'
import { eventStream } from '../event-stream.ts'
import { failures, json, jsonBody, operation } from '../operation.ts'
import { isOpen, readTurn } from '../turn-stream.ts'
import { writeUiMessageStream } from '../ui-message-stream.ts'

const tags = ['Chat']
const streamed = {
  description: 'AI SDK UI message stream, version 1',
  content: { 'text/event-stream': { schema: z.string() } },
}
const ConversationParam = z.object({ conversation_id: z.uuid() })

const chat = operation({
  method: 'post',
  path: '/api/chat',
  tags,
  summary: 'Say something to the assistant and read its answer as it comes; useChat of the AI SDK can post here',
  request: { body: jsonBody(UiMessageChat) },
  responses: { 200: streamed, ...failures(404, 409) },
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

const Started = z.object({ turn_id: z.uuid(), is_new: z.boolean() })

/** Talking with the assistant. The answer is a job of the queue: whoever stops reading does not stop it. */
export const chatRoutes = (deps: ApiDeps, streams: Gauge) =>
  new OpenAPIHono<ApiEnv>()
    .openapi(chat, async (c) => {
      const input = chatInput(c.req.valid('json'))
      const { conversation_id, turn_id } = await startTurn(input, c.var.context)
      await deps.enqueue.turn(turn_id, 0)
      return answer(deps, streams, c.var.context, conversation_id, turn_id)
    })
    .openapi(resume, async (c) => {
      const { conversation_id } = c.req.valid('param')
      const turn = await readTurn(c.var.context.db, conversation_id)
      if (!isOpen(turn)) return c.body(null, 204)
      return answer(deps, streams, c.var.context, conversation_id, turn.turn_id)
    })
    .openapi(stop, async (c) => {
      const { conversation_id } = c.req.valid('param')
      const stopped = c.var.context.db.rpc('stop_turn', { p_conversation_id: conversation_id })
      return c.json({ stopped: await call(z.boolean(), stopped) }, 200)
    })

/** Stores the message and asks for an answer. Ids that the caller chose make a repeated call find what it began. */
async function startTurn(
  { message, message_id, conversation_id, chat_id }: ChatInput,
  { db, newId, broker }: ToolContext,
) {
  const id = message_id ?? newId('message')
  const fresh = message_id ? stableId(broker.iso_agent_id, 'conversation', message_id) : newId('conversation')
  const room = conversation_id ?? chat_id ?? fresh
  if (conversation_id === null) {
    await done(db.rpc('start_conversation', { p_id: room, p_subject: subjectOf(message) }))
  }
  const { turn_id } = await call(
    Started,
    db.rpc('start_turn', { p_conversation_id: room, p_message_id: id, p_content: message }),
  )
  return { conversation_id: room, turn_id }
}

function subjectOf(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim()
  return line.length <= 80 ? line : `${line.slice(0, 79).replace(/\s\S*$/, '')}…`
}

function answer(deps: ApiDeps, streams: Gauge, { db }: ToolContext, conversation_id: string, turn_id: string) {
  const { bus, log, closing } = deps
  streams.inc()
  return eventStream(
    async (stream) => {
      try {
        await writeUiMessageStream({ db, bus, log, conversation_id, turn_id }, stream)
      } finally {
        streams.dec()
      }
    },
    {
      log,
      closing,
      headers: { 'x-vercel-ai-ui-message-stream': 'v1', 'x-conversation-id': conversation_id, 'x-turn-id': turn_id },
    },
  )
}
