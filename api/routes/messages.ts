import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Json } from '../../supabase/database.types.ts'
import { call } from '../../tools/database.ts'
import { InvalidInputError } from '../../tools/errors.ts'
import { listMessages } from '../../tools/messages/list-messages.ts'
import { Message, shown } from '../../tools/messages/message.ts'
import { runTool } from '../../tools/tool.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ApiDeps } from '../deps.ts'
import { failures, IdParam, json, jsonBody, operation, PageQuery, pageOf } from '../operation.ts'

const tags = ['Messages']
const MessageRow = Message.meta({ id: 'Message' })

const Attachment = z.strictObject({
  file_name: z.string().min(1).max(255),
  file_path: z.string().min(1).max(1_000),
  mime_type: z.string().min(1).max(100),
  size_bytes: z.int().min(0),
})

const NewMessage = z.strictObject({
  content: z.string().max(20_000).nullable().optional(),
  content_type: Message.shape.content_type.optional(),
  rich_content: z.record(z.string(), z.unknown()).nullable().optional(),
  parent_message_id: z.uuid().nullable().optional(),
  attachments: z.array(Attachment).max(20).optional(),
  id: z.uuid().optional().describe('Chosen by the caller: the same message sent twice is stored once'),
})

const list = operation({
  method: 'get',
  path: '/api/conversations/{id}/messages',
  tags,
  summary: 'The messages of a room, newest first',
  request: { params: IdParam, query: PageQuery },
  responses: { 200: pageOf(MessageRow, 'A page of messages') },
})
const post = operation({
  method: 'post',
  path: '/api/conversations/{id}/messages',
  tags,
  summary:
    'Write into a room. The assistant answers where no operator reads along; elsewhere Avinode carries it to the operator',
  request: { params: IdParam, body: jsonBody(NewMessage) },
  responses: { 201: json(MessageRow, 'The message'), ...failures(409) },
})
const edit = operation({
  method: 'patch',
  path: '/api/messages/{id}',
  tags,
  summary: 'Change the words of your own message',
  request: { params: IdParam, body: jsonBody(z.strictObject({ content: z.string().trim().min(1).max(20_000) })) },
  responses: { 200: json(MessageRow, 'The message as it is now'), ...failures(409) },
})
const remove = operation({
  method: 'delete',
  path: '/api/messages/{id}',
  tags,
  summary: 'Delete your own message; that it was there stays visible',
  request: { params: IdParam },
  responses: { 200: json(MessageRow, 'What is left of the message') },
})

const ReactionParam = IdParam.extend({ emoji: z.string().min(1).max(64) })
const react = operation({
  method: 'put',
  path: '/api/messages/{id}/reactions/{emoji}',
  tags,
  summary: 'React to a message',
  request: { params: ReactionParam },
  responses: { 200: json(MessageRow, 'The message with its reactions') },
})
const unreact = operation({
  method: 'delete',
  path: '/api/messages/{id}/reactions/{emoji}',
  tags,
  summary: 'Take a reaction back',
  request: { params: ReactionParam },
  responses: { 200: json(MessageRow, 'The message with its reactions') },
})

const Posted = z.object({ message: Message, turn_id: z.uuid().nullish(), outbox_id: z.uuid().nullish() })

/** What people say in rooms. */
export const messageRoutes = ({ enqueue }: ApiDeps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { cursor = null, limit } = c.req.valid('query')
      const conversation_id = c.req.valid('param').id
      const { messages, next_cursor } = await runTool(listMessages, { conversation_id, cursor, limit }, c.var.context)
      return c.json({ data: messages, next_cursor }, 200)
    })
    .openapi(post, async (c) => {
      const { db, newId } = c.var.context
      const given = c.req.valid('json')
      refuseStrayFiles(given.attachments ?? [], c.req.valid('param').id)
      const { message, turn_id, outbox_id } = await call(
        Posted,
        db.rpc('post_message', {
          p_conversation_id: c.req.valid('param').id,
          p_message_id: given.id ?? newId('message'),
          p_content: given.content ?? null,
          p_content_type: given.content_type ?? 'text',
          p_rich_content: (given.rich_content ?? null) as Json, // it came as JSON
          p_parent_message_id: given.parent_message_id ?? null,
          p_attachments: given.attachments ?? [],
        }),
      )
      if (turn_id) await enqueue.turn(turn_id, 0)
      if (outbox_id) await enqueue.outbox(outbox_id, 0)
      return c.json(message, 201)
    })
    .openapi(edit, async (c) => {
      const { content } = c.req.valid('json')
      const edited = c.var.context.db.rpc('edit_message', { p_message_id: c.req.valid('param').id, p_content: content })
      return c.json(await call(Message, edited), 200)
    })
    .openapi(remove, async (c) => {
      const removed = c.var.context.db.rpc('delete_message', { p_message_id: c.req.valid('param').id })
      return c.json(shown(await call(Message, removed)), 200)
    })
    .openapi(react, async (c) => {
      const { id, emoji } = c.req.valid('param')
      const reacted = c.var.context.db.rpc('react', { p_message_id: id, p_emoji: emoji, p_add: true })
      return c.json(await call(Message, reacted), 200)
    })
    .openapi(unreact, async (c) => {
      const { id, emoji } = c.req.valid('param')
      const reacted = c.var.context.db.rpc('react', { p_message_id: id, p_emoji: emoji, p_add: false })
      return c.json(await call(Message, reacted), 200)
    })

/** A message carries files of its own room, and no others. */
function refuseStrayFiles(attachments: z.infer<typeof Attachment>[], conversation_id: string) {
  const stray = attachments.flatMap(({ file_path }, at) =>
    file_path.startsWith(`conversations/${conversation_id}/`) && !file_path.includes('..')
      ? []
      : [`attachments.${at}.file_path`],
  )
  if (stray.length > 0) {
    throw new InvalidInputError(stray.map((path) => ({ path, message: 'Upload the file to this conversation first' })))
  }
}
