import { OpenAPIHono } from '@hono/zod-openapi'
import { z } from 'zod'
import { readConversation } from '../../tools/conversations/conversation.ts'
import { ConflictError, KeyReusedError } from '../../tools/errors.ts'
import type { ApiEnv } from '../api-env.ts'
import { Attachment, isOnlyFile, readAttachment, storeAttachment } from '../attachments.ts'
import { contentDisposition } from '../content-disposition.ts'
import { hasKey } from '../idempotency-key.ts'
import { failures, IdParam, json, operation } from '../operation.ts'

const tags = ['Messages']

const Uploaded = z
  .object({
    message_id: z.uuid().describe('Post the message under this id, with `attachments` naming the file'),
    ...Attachment.shape,
  })
  .meta({ id: 'UploadedAttachment' })

const upload = operation({
  method: 'post',
  path: '/api/conversations/{id}/attachments',
  tags,
  summary: 'Upload a file for a message',
  description:
    'PDF, PNG, JPEG, WebP, GIF, HEIC, plain text, CSV, Word and Excel, up to 10 MB. The file gets a safe name and lies in a private bucket; then post the message with what is answered here in `attachments`.',
  request: {
    params: IdParam,
    body: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: z.object({
            file: z
              .instanceof(File, { error: 'Send a file in the form field "file"' })
              .meta({ type: 'string', format: 'binary' }),
            message_id: z.uuid().optional().describe('If the message has its id already'),
          }),
        },
      },
    },
  },
  responses: { 201: json(Uploaded, 'Where the file is'), ...failures(409, 413) },
})
const download = operation({
  method: 'get',
  path: '/api/conversations/{id}/attachments/{message_id}/{file_name}',
  tags,
  summary: 'A file that was shared in the room',
  request: { params: IdParam.extend({ message_id: z.uuid(), file_name: z.string().min(1).max(255) }) },
  responses: {
    200: {
      description: 'The file',
      content: { 'application/octet-stream': { schema: z.string().meta({ format: 'binary' }) } },
    },
  },
})

/** Files in rooms. The bucket's own policies decide who may write and read them. */
export const attachmentRoutes = () =>
  new OpenAPIHono<ApiEnv>()
    .openapi(upload, async (c) => {
      const { context } = c.var
      const { id } = c.req.valid('param')
      const { file, message_id: given } = c.req.valid('form')
      const message_id = given ?? context.newId('message')
      await readConversation(id, context)
      const isOurs = given === undefined && hasKey(c) // the folder then belongs to this one call
      if (isOurs && !(await isOnlyFile(file, id, message_id, context))) throw new KeyReusedError()
      const stored = await storeAttachment(file, id, message_id, context).catch((error: unknown) => {
        throw isOurs && error instanceof ConflictError ? new KeyReusedError() : error
      })
      return c.json({ message_id, ...stored }, 201)
    })
    .openapi(download, async (c) => {
      const { id, message_id, file_name } = c.req.valid('param')
      const { bytes, mime_type } = await readAttachment(id, message_id, file_name, c.var.context)
      return c.body(bytes, 200, {
        'Content-Type': mime_type,
        'Content-Disposition': contentDisposition('attachment', file_name),
      })
    })
