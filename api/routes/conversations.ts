import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { TablesUpdate } from '../../supabase/database.types.ts'
import type { ToolContext } from '../../tools/context.ts'
import { Conversation, conversationColumns } from '../../tools/conversations/conversation.ts'
import { call, done, getRow } from '../../tools/database.ts'
import { ConflictError, KeyReusedError, NotFoundError } from '../../tools/errors.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ApiDeps, Bus } from '../deps.ts'
import { readPlace, writePlace } from '../messages.ts'
import { failures, IdParam, json, jsonBody, operation, PageQuery, pageOf } from '../operation.ts'
import { listParticipants, Participant } from '../participants.ts'

const tags = ['Conversations']
const Status = Conversation.shape.status

/** As the list shows it: with what is unread, what was said last, and what the request is about. */
const Listed = z.looseObject({
  ...Conversation.shape,
  unread_count: z.int().describe('Of your own seat'),
  can_reply: z.boolean(),
  can_invite: z.boolean(),
  operator: z.object({ id: z.uuid(), company_name: z.string() }).nullable(),
  last_message: z.looseObject({ id: z.uuid() }).nullable(),
  request: z.looseObject({ id: z.uuid() }).nullable(),
  pending_approvals: z.int(),
})
const ConversationRow = Listed.extend({ participants: z.array(Participant) }).meta({ id: 'Conversation' })

const list = operation({
  method: 'get',
  path: '/api/conversations',
  tags,
  summary: 'Your rooms, newest first, with unread counts',
  request: {
    query: PageQuery.extend({
      status: Status.optional(),
      request_id: z.uuid().optional().describe('Only the rooms of this request'),
      is_priority: z.stringbool().optional(),
      query: z
        .string()
        .trim()
        .max(200)
        .optional()
        .describe('A piece of the subject, the operator, the client, an airport or any message'),
    }),
  },
  responses: { 200: pageOf(Listed.meta({ id: 'ListedConversation' }), 'A page of rooms') },
})
const create = operation({
  method: 'post',
  path: '/api/conversations',
  tags,
  summary: 'Open a room with the assistant',
  request: {
    body: jsonBody(
      z.strictObject({
        id: z.uuid().optional().describe('Chosen by the caller: asked twice, one room is made'),
        subject: z.string().trim().max(200).nullable().optional(),
        type: z.enum(['general_inquiry', 'rfp_negotiation', 'support']).optional(),
        request_id: z.uuid().nullable().optional(),
      }),
    ),
  },
  responses: { 201: json(ConversationRow, 'The new room'), ...failures(404, 409) },
})
const get = operation({
  method: 'get',
  path: '/api/conversations/{id}',
  tags,
  summary: 'One room with who takes part',
  request: { params: IdParam },
  responses: { 200: json(ConversationRow, 'The room') },
})
const update = operation({
  method: 'patch',
  path: '/api/conversations/{id}',
  tags,
  summary: 'Change subject, status or priority',
  request: {
    params: IdParam,
    body: jsonBody(
      z.strictObject({
        subject: z.string().trim().max(200).nullable().optional(),
        status: Status.optional(),
        is_priority: z.boolean().optional(),
      }),
    ),
  },
  responses: { 200: json(ConversationRow, 'The room as it is now') },
})
const read = operation({
  method: 'post',
  path: '/api/conversations/{id}/read',
  tags,
  summary: 'You have read up to a message; without one, everything',
  request: {
    params: IdParam,
    body: { ...jsonBody(z.strictObject({ message_id: z.uuid().nullable().optional() })), required: false },
  },
  responses: { 204: { description: 'Done' } },
})
const typing = operation({
  method: 'post',
  path: '/api/conversations/{id}/typing',
  tags,
  summary: 'You are typing, or no longer',
  request: {
    params: IdParam,
    body: { ...jsonBody(z.strictObject({ is_typing: z.boolean().default(true) })), required: false },
  },
  responses: { 204: { description: 'Done' } },
})
/** Rooms: of a request, of a quote, or of nothing in particular. */
export const conversationRoutes = ({ bus }: ApiDeps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { cursor, limit, status = null, request_id = null, is_priority = null, query } = c.req.valid('query')
      const place = cursor === undefined ? null : readPlace(cursor)
      const listed = c.var.context.db.rpc('find_conversations', {
        p_query: query || null,
        p_status: status,
        p_request_id: request_id,
        p_is_priority: is_priority,
        p_before: place?.at ?? null,
        p_before_id: place?.id ?? null,
        p_limit: limit + 1,
      })
      const found = await call(z.array(Listed), listed)
      const data = found.slice(0, limit)
      const last = data.at(-1)
      const isMore = found.length > limit && last !== undefined
      return c.json(
        { data, next_cursor: isMore ? writePlace(last.last_message_at ?? last.created_at, last.id) : null },
        200,
      )
    })
    .openapi(create, async (c) => {
      const { db, newId } = c.var.context
      const given = c.req.valid('json')
      const { id = newId('conversation'), subject = null, type = 'general_inquiry', request_id = null } = given
      const started = { p_id: id, p_subject: subject, p_type: type, p_request_id: request_id }
      await done(db.rpc('start_conversation', started))
      const room = await readRoom(id, c.var.context)
      if (isOtherThan({ subject, type, request_id }, room)) {
        throw given.id ? new ConflictError('This id stands for another room already') : new KeyReusedError()
      }
      return c.json(room, 201)
    })
    .openapi(get, async (c) => c.json(await readRoom(c.req.valid('param').id, c.var.context), 200))
    .openapi(update, async (c) => {
      const { id } = c.req.valid('param')
      await changeRoom(id, c.req.valid('json'), c.var.context)
      return c.json(await readRoom(id, c.var.context), 200)
    })
    .openapi(read, async (c) => {
      const { message_id = null } = c.req.valid('json')
      const marked = { p_conversation_id: c.req.valid('param').id, p_message_id: message_id }
      await done(c.var.context.db.rpc('mark_read', marked))
      return c.body(null, 204)
    })
    .openapi(typing, async (c) => {
      const { is_typing = true } = c.req.valid('json')
      await announceTyping(c.req.valid('param').id, is_typing, c.var.context, bus)
      return c.body(null, 204)
    })

type NewRoom = Pick<Conversation, 'subject' | 'type' | 'request_id'>

/** Whether a room was opened as something else. One that was changed since does not tell. */
const isOtherThan = ({ subject, type, request_id }: NewRoom, room: Conversation) =>
  room.updated_at === room.created_at &&
  (room.subject !== (subject || null) || room.type !== type || room.request_id !== request_id)

async function readRoom(id: string, context: ToolContext) {
  const summary = context.db.rpc('read_conversation', { p_conversation_id: id })
  const [conversation, participants] = await Promise.all([
    call(Listed.nullable(), summary),
    listParticipants(id, context),
  ])
  if (!conversation) throw new NotFoundError('The conversation')
  return { ...conversation, participants }
}

type RoomChanges = { subject?: string | null; status?: z.infer<typeof Status>; is_priority?: boolean }

/** What the room is called and how it is kept. Who only observes may not. */
async function changeRoom(id: string, changes: RoomChanges, { db }: ToolContext) {
  if (Object.keys(changes).length === 0) return
  const row: TablesUpdate<'conversations'> = changes
  const changed = db.from('conversations').update(row).eq('id', id).select(conversationColumns)
  await getRow('The conversation', Conversation, changed)
}

/** Typing is shown to the others in the room, and kept nowhere but in the seat. */
async function announceTyping(conversation_id: string, is_typing: boolean, context: ToolContext, bus: Bus) {
  const { db, broker } = context
  await done(db.rpc('set_typing', { p_conversation_id: conversation_id, p_is_typing: is_typing }))
  const seats = await listParticipants(conversation_id, context)
  const others = seats.flatMap(({ iso_agent_id }) => iso_agent_id ?? [])
  const payload = { conversation_id, iso_agent_id: broker.iso_agent_id, name: broker.full_name, is_typing }
  await bus.publish({ type: 'typing', conversation_id, iso_agent_ids: others, payload })
}
