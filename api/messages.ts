import { z } from 'zod'
import type { ToolContext } from '../tools/context.ts'
import { call, columnsOf, getRow } from '../tools/database.ts'
import { InvalidInputError } from '../tools/errors.ts'
import { Message, messageColumns, shown } from '../tools/messages/message.ts'
import { readPage } from '../tools/page.ts'

type Page = { cursor: string | null; limit: number }

/** A message in the list of what was found: with the room that it is in. */
export const FoundMessage = Message.extend({
  conversation: z.object({
    id: z.uuid(),
    subject: z.string().nullable(),
    type: z.string(),
    request_id: z.uuid().nullable(),
  }),
})

/** One message; its sender also sees what it said before the first edit. */
export async function readMessage(message_id: string, { db, broker }: ToolContext) {
  const Row = Message.extend({ original_content: z.string().nullable() })
  const found = await getRow('The message', Row, db.from('messages').select(columnsOf(Row)).eq('id', message_id))
  const { original_content, ...message } = found
  const isMine = message.sender_iso_agent_id === broker.iso_agent_id && message.deleted_at === null
  return { ...shown(message), ...(isMine && { original_content }) }
}

/** The replies of a thread, newest first; its root must be in the room. */
export async function listReplies(conversation_id: string, thread_root_id: string, page: Page, context: ToolContext) {
  const { db } = context
  const Id = z.object({ id: z.uuid() })
  await getRow(
    'The thread',
    Id,
    db.from('messages').select('id').eq('id', thread_root_id).eq('conversation_id', conversation_id),
  )
  const replies = db.from('messages').select(messageColumns).eq('thread_root_id', thread_root_id)
  const { page: found, next_cursor } = await readPage(Message, replies.neq('content_type', 'typing_indicator'), page)
  return { data: found.map(shown), next_cursor }
}

/** The messages of the broker's rooms that contain a text, newest first. */
export async function searchMessages(
  { query, conversation_id, cursor, limit }: Page & { query: string; conversation_id: string | null },
  { db }: ToolContext,
) {
  const place = cursor === null ? null : readPlace(cursor)
  const found = await call(
    z.array(FoundMessage),
    db.rpc('search_messages', {
      p_query: query,
      p_conversation_id: conversation_id,
      p_before: place?.at ?? null,
      p_before_id: place?.id ?? null,
      p_limit: limit + 1,
    }),
  )
  const data = found.slice(0, limit)
  const last = data.at(-1)
  return { data, next_cursor: found.length > limit && last ? writePlace(last.created_at, last.id) : null }
}

const Place = z.object({ at: z.iso.datetime({ offset: true }), id: z.uuid() })

/** Where a page ends, for lists that a SQL function makes: after the row of that moment and id. */
export const writePlace = (at: string, id: string) => Buffer.from(JSON.stringify({ at, id })).toString('base64url')

export function readPlace(cursor: string): z.infer<typeof Place> {
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new InvalidInputError([{ path: 'cursor', message: 'This cursor is not one of ours' }])
  }
}
