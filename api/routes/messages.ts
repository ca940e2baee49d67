import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { Json } from '../../supabase/database.types.ts'
import { canonicalJson } from '../../tools/canonical-json.ts'
import type { ToolContext } from '../../tools/context.ts'
import { findOperatorInRoom, readConversation } from '../../tools/conversations/conversation.ts'
import { call } from '../../tools/database.ts'
import { InvalidInputError } from '../../tools/errors.ts'
import { listMessages } from '../../tools/messages/list-messages.ts'
import { Message, shown } from '../../tools/messages/message.ts'
import { runTool } from '../../tools/tool.ts'
import type { ApiEnv } from '../api-env.ts'
import { AttachmentRef, attachmentsOf, removeAttachments } from '../attachments.ts'
import type { ApiDeps } from '../deps.ts'
import { asIdTaken, asKeyReused, IdTakenError } from '../idempotency-key.ts'
import { FoundMessage, listReplies, readMessage, searchMessages } from '../messages.ts'
import { failures, IdParam, json, jsonBody, operation, PageQuery, pageOf } from '../operation.ts'
import { richContentOf } from '../rich-content.ts'

const tags = ['Messages']
const MessageRow = Message.meta({ id: 'Message' })

const NewMessage = z
  .strictObject({
    content: z.string().max(20_000).nullable().optional().describe('Text or Markdown'),
    content_type: Message.shape.content_type.optional().describe('`text` unless it is said'),
    rich_content: z
      .record(z.string(), z.unknown())
      .nullable()
      .optional()
      .describe(
        'The card of the content type: QuoteCard for quote_*, TripCard for rfp_*, ProposalCard for proposal_shared, BookingCard, PaymentCard, DocumentCard. Facts of a row come from the row: its id is enough',
      ),
    parent_message_id: z.uuid().nullable().optional().describe('The message that this one answers'),
    attachments: z.array(AttachmentRef).max(20).optional().describe('Files that were uploaded to this conversation'),
    id: z.uuid().optional().describe('Chosen by the caller: the same message sent twice is stored once'),
  })
  .meta({ id: 'NewMessage', example: { content: 'Could you hold the aircraft until Friday?' } })
type NewMessage = z.infer<typeof NewMessage>

const list = operation({
  method: 'get',
  path: '/api/conversations/{id}/messages',
  tags,
  summary: 'The messages of a room, or of one thread in it, newest first',
  request: {
    params: IdParam,
    query: PageQuery.extend({
      thread_root_id: z.uuid().optional().describe('Only the replies of this thread'),
    }),
  },
  responses: { 200: pageOf(MessageRow, 'A page of messages') },
})
const search = operation({
  method: 'get',
  path: '/api/messages/search',
  tags,
  summary: 'Find messages in your rooms by a piece of their text, newest first',
  request: {
    query: PageQuery.extend({
      query: z.string().trim().min(2).max(200),
      conversation_id: z.uuid().optional().describe('Only in this room'),
    }),
  },
  responses: { 200: pageOf(FoundMessage.meta({ id: 'FoundMessage' }), 'A page of messages, each with its room') },
})
const post = operation({
  method: 'post',
  path: '/api/conversations/{id}/messages',
  tags,
  summary:
    'Write into a room. The assistant answers where no operator reads along; elsewhere Avinode carries it to the operator',
  description:
    'To an operator a message is `sending` until Avinode took it, then `sent`, `delivered` when Avinode shows it, `read` when the operator has answered, or `failed`: then `retry`. With an `id` of your own you may send it as often as you like.',
  request: { params: IdParam, body: jsonBody(NewMessage) },
  responses: { 201: json(MessageRow, 'The message'), ...failures(409) },
})
const get = operation({
  method: 'get',
  path: '/api/messages/{id}',
  tags,
  summary: 'One message; to its sender with `original_content`, as it was before the first edit',
  request: { params: IdParam },
  responses: {
    200: json(Message.extend({ original_content: z.string().nullable().optional() }), 'The message'),
  },
})
const edit = operation({
  method: 'patch',
  path: '/api/messages/{id}',
  tags,
  summary: 'Change the words of your own message; the first ones are kept',
  request: { params: IdParam, body: jsonBody(z.strictObject({ content: z.string().trim().min(1).max(20_000) })) },
  responses: { 200: json(MessageRow, 'The message as it is now'), ...failures(409) },
})
const remove = operation({
  method: 'delete',
  path: '/api/messages/{id}',
  tags,
  summary: 'Delete your own message with its files; that it was there stays visible',
  request: { params: IdParam },
  responses: { 200: json(MessageRow, 'What is left of the message'), ...failures(409) },
})
const retry = operation({
  method: 'post',
  path: '/api/messages/{id}/retry',
  tags,
  summary: 'Send a message to an operator again that failed; it arrives once, whatever became of the first attempt',
  request: { params: IdParam },
  responses: { 202: json(MessageRow, 'The message, on its way'), ...failures(409) },
})

const ReactionParam = IdParam.extend({ emoji: z.string().min(1).max(64).meta({ example: '👍' }) })
const react = operation({
  method: 'put',
  path: '/api/messages/{id}/reactions/{emoji}',
  tags,
  summary: 'React to a message',
  request: { params: ReactionParam },
  responses: { 200: json(MessageRow, 'The message with its reactions'), ...failures(409, 422) },
})
const unreact = operation({
  method: 'delete',
  path: '/api/messages/{id}/reactions/{emoji}',
  tags,
  summary: 'Take a reaction back',
  request: { params: ReactionParam },
  responses: { 200: json(MessageRow, 'The message with its reactions'), ...failures(409, 422) },
})

const Posted = z.object({
  message: Message.extend({ original_content: z.string().nullish() }),
  turn_id: z.uuid().nullish(),
  outbox_id: z.uuid().nullish(),
})
const Retried = z.object({ message: Message, outbox_id: z.uuid().nullable(), attempt: z.int().optional() })

/** What people say in rooms. */
export const messageRoutes = ({ enqueue }: ApiDeps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { cursor = null, limit, thread_root_id } = c.req.valid('query')
      const conversation_id = c.req.valid('param').id
      if (thread_root_id) {
        return c.json(await listReplies(conversation_id, thread_root_id, { cursor, limit }, c.var.context), 200)
      }
      const { messages, next_cursor } = await runTool(listMessages, { conversation_id, cursor, limit }, c.var.context)
      return c.json({ data: messages, next_cursor }, 200)
    })
    .openapi(search, async (c) => {
      const { query, cursor = null, limit, conversation_id = null } = c.req.valid('query')
      return c.json(await searchMessages({ query, conversation_id, cursor, limit }, c.var.context), 200)
    })
    .openapi(post, async (c) => {
      const { id } = c.req.valid('param')
      const { message, turn_id, outbox_id } = await say(id, c.req.valid('json'), c.var.context).catch(asKeyReused(c))
      if (turn_id) await enqueue.turn(turn_id, 0)
      if (outbox_id) await enqueue.outbox(outbox_id, 0)
      return c.json(shown(Message.parse(message)), 201)
    })
    .openapi(get, async (c) => c.json(await readMessage(c.req.valid('param').id, c.var.context), 200))
    .openapi(edit, async (c) => {
      const { content } = c.req.valid('json')
      const edited = c.var.context.db.rpc('edit_message', { p_message_id: c.req.valid('param').id, p_content: content })
      return c.json(await call(Message, edited), 200)
    })
    .openapi(remove, async (c) => {
      const removed = c.var.context.db.rpc('delete_message', { p_message_id: c.req.valid('param').id })
      const message = await call(Message, removed)
      const files = z
        .array(z.object({ file_path: z.string() }))
        .catch([])
        .parse(message.attachments)
      await removeAttachments(filesOf(message, files), c.var.context)
      return c.json(shown(message), 200)
    })
    .openapi(retry, async (c) => {
      const retried = c.var.context.db.rpc('retry_message', { p_message_id: c.req.valid('param').id })
      const { message, outbox_id, attempt = 0 } = await call(Retried, retried)
      if (outbox_id) await enqueue.outbox(outbox_id, attempt)
      return c.json(message, 202)
    })
    .openapi(react, async (c) => {
      const { id, emoji } = c.req.valid('param')
      return c.json(await setReaction(id, emoji, true, c.var.context), 200)
    })
    .openapi(unreact, async (c) => {
      const { id, emoji } = c.req.valid('param')
      return c.json(await setReaction(id, emoji, false, c.var.context), 200)
    })

/** Stores what the broker says, with what it shows beside the words. The same id with other words is somebody's mistake. */
async function say(conversation_id: string, given: NewMessage, context: ToolContext) {
  const { db, newId } = context
  const content_type = given.content_type ?? 'text'
  if (content_type !== 'text' || given.attachments?.length) await readConversation(conversation_id, context)
  await refuseCards(conversation_id, given, context)
  const paths = (given.attachments ?? []).map(({ file_path }) => file_path)
  const attachments = await attachmentsOf(paths, conversation_id, context)
  const rich_content = await richContentOf(content_type, given.rich_content, context)
  const posted = await call(
    Posted,
    db.rpc('post_message', {
      p_conversation_id: conversation_id,
      p_message_id: given.id ?? newId('message'),
      p_content: given.content ?? null,
      p_content_type: content_type,
      p_rich_content: rich_content as Json, // cards are made of JSON
      p_parent_message_id: given.parent_message_id ?? null,
      p_attachments: attachments,
    }),
  )
    .catch(nameParent)
    .catch(asIdTaken)
  if (
    posted.message.deleted_at === null &&
    saysOther(posted.message, { ...given, content_type, rich_content, paths })
  ) {
    throw new IdTakenError()
  }
  return posted
}

type Said = Pick<NewMessage, 'content' | 'parent_message_id'> & {
  content_type: string
  rich_content: unknown
  paths: string[]
}

/** Whether a message was first something else than this. */
function saysOther(message: z.output<typeof Posted>['message'], said: Said) {
  const files = z.array(z.object({ file_path: z.string() })).parse(message.attachments)
  const first = message.is_edited ? message.original_content : message.content
  const was = [first, message.content_type, message.rich_content, message.parent_message_id, files.map(pathOf)]
  const is = [said.content, said.content_type, said.rich_content, said.parent_message_id, said.paths]
  return canonicalJson(was.map(orNull)) !== canonicalJson(is.map(orNull))
}

const pathOf = ({ file_path }: { file_path: string }) => file_path
const orNull = (value: unknown) => value ?? null

/** The database names no field. */
function nameParent(error: unknown): never {
  throw error instanceof InvalidInputError && /^A reply /.test(error.message)
    ? new InvalidInputError([{ path: 'parent_message_id', message: error.message }])
    : error
}

/** What an operator reads is words: a card could show what an operator must not know. */
async function refuseCards(conversation_id: string, { content_type = 'text' }: NewMessage, context: ToolContext) {
  if (content_type === 'text') return
  const operator = await findOperatorInRoom(conversation_id, context)
  if (!operator) return
  const message = `${operator.company_name} reads along here: Avinode carries text to an operator, and nothing else`
  throw new InvalidInputError([{ path: 'content_type', message }])
}

/** A file may have been shared again by another message: only those in the message's own folder go with it. */
const filesOf = ({ conversation_id, id }: Message, files: { file_path: string }[]) =>
  files.map(({ file_path }) => file_path).filter((path) => path.startsWith(`conversations/${conversation_id}/${id}/`))

async function setReaction(p_message_id: string, p_emoji: string, p_add: boolean, { db }: ToolContext) {
  const isEmoji = /^\p{RGI_Emoji}$/v.test(p_emoji)
  // A message of somebody else is not found, whatever it is given.
  const reacted = call(Message, db.rpc('react', { p_message_id, p_emoji: isEmoji ? p_emoji : '', p_add }))
  return reacted.catch((error: unknown) => {
    throw error instanceof InvalidInputError
      ? new InvalidInputError([{ path: 'emoji', message: 'A reaction is one emoji' }])
      : error
  })
}
