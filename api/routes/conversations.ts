import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { TablesUpdate } from '../../supabase/database.types.ts'
import type { ToolContext } from '../../tools/context.ts'
import { Conversation, conversationColumns, readConversation } from '../../tools/conversations/conversation.ts'
import { call, done, getRow } from '../../tools/database.ts'
import { InvalidInputError } from '../../tools/errors.ts'
import type { ApiEnv } from '../api-env.ts'
import type { ApiDeps, Bus } from '../deps.ts'
import { failures, IdParam, json, jsonBody, operation, PageQuery, pageOf } from '../operation.ts'
import { listParticipants, Participant } from '../participants.ts'

const tags = ['Conversations']
const ConversationRow = Conversation.extend({ participants: z.array(Participant) }).meta({ id: 'Conversation' })
const Status = Conversation.shape.status

/** As the list shows it: with what is unread, what was said last, and what the request is about. */
const Listed = z.looseObject({ ...Conversation.partial().shape, id: z.uuid(), last_message_at: z.string().nullable() })

const list = operation({
  method: 'get',
  path: '/api/conversations',
  tags,
  summary: 'Your rooms, newest first, with unread counts',
  request: { query: PageQuery.extend({ status: Status.optional() }) },
  responses: { 200: pageOf(Listed, 'A page of rooms') },
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
  responses: { 201: json(ConversationRow, 'The new room') },
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
const participants = operation({
  method: 'get',
  path: '/api/conversations/{id}/participants',
  tags,
  summary: 'Who takes part',
  request: { params: IdParam },
  responses: { 200: pageOf(Participant, 'Everyone in the room') },
})
const invite = operation({
  method: 'post',
  path: '/api/conversations/{id}/participants',
  tags,
  summary: 'Invite a colleague by e-mail address, or an operator',
  request: {
    params: IdParam,
    body: jsonBody(
      z.strictObject({
        email: z.email().max(254).nullable().optional(),
        operator_profile_id: z.uuid().nullable().optional(),
        role: z.enum(['iso_agent', 'operator', 'observer']).optional(),
      }),
    ),
  },
  responses: { 201: json(Participant, 'The new participant'), ...failures(409) },
})

/** Rooms: of a request, of a quote, or of nothing in particular. */
export const conversationRoutes = ({ bus }: ApiDeps) =>
  new OpenAPIHono<ApiEnv>()
    .openapi(list, async (c) => {
      const { cursor, limit, status = null } = c.req.valid('query')
      const listed = c.var.context.db.rpc('list_conversations', {
        p_status: status,
        p_before: cursor === undefined ? null : readCursor(cursor),
        p_limit: limit + 1,
      })
      const found = await call(z.array(Listed), listed)
      const data = found.slice(0, limit)
      const last = data.at(-1)
      return c.json({ data, next_cursor: found.length > limit && last ? writeCursor(last) : null }, 200)
    })
    .openapi(create, async (c) => {
      const { db, newId } = c.var.context
      const {
        id = newId('conversation'),
        subject = null,
        type = 'general_inquiry',
        request_id = null,
      } = c.req.valid('json')
      const started = { p_id: id, p_subject: subject, p_type: type, p_request_id: request_id }
      await done(db.rpc('start_conversation', started))
      return c.json(await readRoom(id, c.var.context), 201)
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
    .openapi(participants, async (c) => {
      const { id } = c.req.valid('param')
      await readConversation(id, c.var.context)
      return c.json({ data: await listParticipants(id, c.var.context), next_cursor: null }, 200)
    })
    .openapi(invite, async (c) => {
      const {
        email = null,
        operator_profile_id = null,
        role = operator_profile_id ? 'operator' : 'observer',
      } = c.req.valid('json')
      if ((email === null) === (operator_profile_id === null)) {
        throw new InvalidInputError([{ path: 'email', message: 'Name either an e-mail address or an operator' }])
      }
      const invited = c.var.context.db.rpc('invite_participant', {
        p_conversation_id: c.req.valid('param').id,
        p_iso_agent_email: email,
        p_operator_profile_id: operator_profile_id,
        p_role: role,
      })
      return c.json(await call(Participant, invited), 201)
    })

async function readRoom(id: string, context: ToolContext) {
  const [conversation, participants] = await Promise.all([readConversation(id, context), listParticipants(id, context)])
  return { ...conversation, participants }
}

async function changeRoom(
  id: string,
  changes: {
    subject?: string | null | undefined
    status?: z.infer<typeof Status> | undefined
    is_priority?: boolean | undefined
  },
  { db, now }: ToolContext,
) {
  const archived = changes.status && { archived_at: changes.status === 'archived' ? now().toISOString() : null }
  const row: TablesUpdate<'conversations'> = { ...changes, ...archived }
  if (Object.keys(changes).length === 0) return
  const changed = db.from('conversations').update(row).eq('id', id).select(conversationColumns)
  await getRow('The conversation', Conversation, changed)
}

/** Typing is shown to the others in the room, and kept nowhere but in the seat. */
async function announceTyping(conversation_id: string, is_typing: boolean, context: ToolContext, bus: Bus) {
  const { db, broker } = context
  await done(db.rpc('set_typing', { p_conversation_id: conversation_id, p_is_typing: is_typing }))
  const others = (await listParticipants(conversation_id, context)).flatMap(({ iso_agent_id }) => iso_agent_id ?? [])
  const payload = { conversation_id, iso_agent_id: broker.iso_agent_id, name: broker.full_name, is_typing }
  await bus.publish({ type: 'typing', conversation_id, iso_agent_ids: others, payload })
}

const writeCursor = (last: z.infer<typeof Listed>) =>
  Buffer.from(last.last_message_at ?? last.created_at ?? '').toString('base64url')

function readCursor(cursor: string): string {
  const moment = z.iso.datetime({ offset: true }).safeParse(Buffer.from(cursor, 'base64url').toString())
  if (moment.success) return moment.data
  throw new InvalidInputError([{ path: 'cursor', message: 'This cursor is not one of ours' }])
}
