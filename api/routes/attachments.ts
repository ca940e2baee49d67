import { extname } from 'node:path'
import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import type { ToolContext } from '../../tools/context.ts'
import { readConversation } from '../../tools/conversations/conversation.ts'
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError, UpstreamError } from '../../tools/errors.ts'
import type { ApiEnv } from '../api-env.ts'
import { contentDisposition } from '../content-disposition.ts'
import { ATTACHMENT_LIMIT_BYTES } from '../limits.ts'
import { failures, IdParam, json, operation } from '../operation.ts'
import { HttpProblem } from '../problem.ts'

const tags = ['Messages']

/** What may be shared, and under which type it is given out again, whatever the sender called it. */
const TYPES: Record<string, string> = {
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.heic': 'image/heic',
  '.txt': 'text/plain',
  '.csv': 'text/csv',
  '.doc': 'application/msword',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.xls': 'application/vnd.ms-excel',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}

const Uploaded = z
  .object({
    message_id: z.uuid().describe('Post the message under this id, with `attachments` naming the file'),
    file_name: z.string(),
    file_path: z.string(),
    mime_type: z.string(),
    size_bytes: z.int(),
  })
  .meta({ id: 'Attachment' })

const upload = operation({
  method: 'post',
  path: '/api/conversations/{id}/attachments',
  tags,
  summary:
    'Upload a file for a message: multipart form with `file`, and `message_id` if the message has its id already',
  request: { params: IdParam },
  responses: { 201: json(Uploaded, 'Where the file is'), ...failures(409, 413, 422) },
})
const download = operation({
  method: 'get',
  path: '/api/conversations/{id}/attachments/{message_id}/{file_name}',
  tags,
  summary: 'A file that was shared in the room',
  request: { params: IdParam.extend({ message_id: z.uuid(), file_name: z.string().min(1).max(255) }) },
  responses: {
    200: { description: 'The file', content: { 'application/octet-stream': { schema: z.string() } } },
  },
})

/** Files in rooms. The bucket's own policies decide who may write and read them. */
export const attachmentRoutes = () =>
  new OpenAPIHono<ApiEnv>()
    .openapi(upload, async (c) => {
      const { context } = c.var
      const { id } = c.req.valid('param')
      await readConversation(id, context)
      const form = await c.req.parseBody().catch(() => ({}) as Record<string, string | File>)
      const file = form.file
      if (!(file instanceof File))
        throw new InvalidInputError([{ path: 'file', message: 'Send a file in the form field "file"' }])
      const message_id = z.uuid().safeParse(form.message_id ?? context.newId('message'))
      if (!message_id.success) throw new InvalidInputError([{ path: 'message_id', message: 'This is no uuid' }])
      return c.json(await store(file, id, message_id.data, context), 201)
    })
    .openapi(download, async (c) => {
      const { id, message_id, file_name } = c.req.valid('param')
      const path = `conversations/${id}/${message_id}/${safeName(file_name)}`
      const { data, error } = await c.var.context.db.storage.from('message-attachments').download(path)
      if (error) throw new NotFoundError('The file', { cause: error })
      return c.body(await data.arrayBuffer(), 200, {
        'Content-Type': TYPES[extname(file_name).toLowerCase()] ?? 'application/octet-stream',
        'Content-Disposition': contentDisposition('attachment', file_name),
      })
    })

async function store(file: File, conversation_id: string, message_id: string, { db }: ToolContext) {
  const file_name = safeName(file.name)
  const mime_type = TYPES[extname(file_name).toLowerCase()]
  if (!mime_type) throw new InvalidInputError([{ path: 'file', message: 'Files of this kind cannot be shared' }])
  if (file.size === 0) throw new InvalidInputError([{ path: 'file', message: 'The file is empty' }])
  if (file.size > ATTACHMENT_LIMIT_BYTES)
    throw new HttpProblem(413, 'payload_too_large', 'The file is larger than 10 MB')
  const file_path = `conversations/${conversation_id}/${message_id}/${file_name}`
  const bytes = Buffer.from(await file.arrayBuffer())
  const { error } = await db.storage.from('message-attachments').upload(file_path, bytes, { contentType: mime_type })
  if (error) throw refused(error)
  return { message_id, file_name, file_path, mime_type, size_bytes: file.size }
}

function refused(error: { message: string; statusCode?: string; status?: number }): Error {
  const status = Number(error.statusCode ?? error.status)
  if (status === 409 || /exists/i.test(error.message)) {
    return new ConflictError('A file of this name is attached already', { cause: error })
  }
  if (status === 403 || /security policy|unauthorized/i.test(error.message)) {
    return new ForbiddenError('You may not share files in this room', { cause: error })
  }
  return new UpstreamError('database', 'The file could not be stored', { cause: error })
}

/** A name that is one part of a path, on every system, and ends like the original. */
function safeName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^\w.() -]+/g, '_')
    .replace(/^[. ]+/, '')
    .slice(-100)
  return plain || 'file'
}
