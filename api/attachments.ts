import { basename, extname } from 'node:path'
import { z } from 'zod'
import type { Db, ToolContext } from '../tools/context.ts'
import { findRow, isOutage } from '../tools/database.ts'
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError, UpstreamError } from '../tools/errors.ts'
import { ATTACHMENT_LIMIT_BYTES } from './limits.ts'
import { HttpProblem } from './problem.ts'

/** A file of a room, as messages name it. */
export const Attachment = z
  .object({
    file_name: z.string().min(1).max(255),
    file_path: z.string().min(1).max(1_000),
    mime_type: z.string().min(1).max(100),
    size_bytes: z.int().min(0),
  })
  .meta({ id: 'Attachment' })
export type Attachment = z.infer<typeof Attachment>

/** How a new message names a file: its path counts, the rest is known. */
export const AttachmentRef = Attachment.partial().required({ file_path: true }).meta({ id: 'AttachmentRef' })

const BUCKET = 'message-attachments'

/** What may be shared, by the end of its name, and under which type it is given out again, whatever the sender called it. */
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

const typeOf = (file_name: string): string | undefined => TYPES[extname(file_name).toLowerCase()]

/** A program, or a page with scripts, under the name of a document. */
function isDisguised(bytes: Buffer, mime_type: string): boolean {
  const start = bytes.subarray(0, 512).toString('latin1')
  const isProgram = /^(MZ|\x7fELF|#!|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe)/.test(start)
  return isProgram || (!mime_type.startsWith('text/') && /^(\xef\xbb\xbf)?\s*</.test(start))
}

const folderOf = (conversation_id: string, message_id: string) => `conversations/${conversation_id}/${message_id}`

/** Puts a file into a room's folder, under a safe name; the same file again is there already. Whether the caller may is decided by the bucket's policies. */
export async function storeAttachment(
  file: File,
  conversation_id: string,
  message_id: string,
  { db }: ToolContext,
): Promise<Attachment> {
  const file_name = safeName(file.name)
  const mime_type = typeOf(file_name)
  if (!mime_type) throw refusedFile('Files of this kind cannot be shared')
  if (file.size === 0) throw refusedFile('The file is empty')
  if (file.size > ATTACHMENT_LIMIT_BYTES) {
    throw new HttpProblem(413, 'payload_too_large', 'The file is larger than 10 MB')
  }
  const bytes = Buffer.from(await file.arrayBuffer())
  if (isDisguised(bytes, mime_type)) throw refusedFile('The file is not what its name says')
  const file_path = `${folderOf(conversation_id, message_id)}/${file_name}`
  const { error } = await db.storage.from(BUCKET).upload(file_path, bytes, { contentType: mime_type })
  const refusal = error && refusalOf(error)
  if (refusal && !(refusal instanceof ConflictError && (await isStored(file_path, bytes, db)))) throw refusal
  return { file_name, file_path, mime_type, size_bytes: file.size }
}

/** Whether a message's folder holds nothing but this file, or nothing. */
export async function isOnlyFile(file: File, conversation_id: string, message_id: string, { db }: ToolContext) {
  const { data } = await db.storage.from(BUCKET).list(folderOf(conversation_id, message_id))
  return (data ?? []).every(({ name }) => basename(name) === safeName(file.name)) // some servers name the whole path
}

async function isStored(file_path: string, bytes: Buffer, db: Db): Promise<boolean> {
  const { data } = await db.storage.from(BUCKET).download(file_path)
  return data !== null && bytes.equals(Buffer.from(await data.arrayBuffer()))
}

/** A file of a room, unless the message that carried it was deleted. */
export async function readAttachment(
  conversation_id: string,
  message_id: string,
  file_name: string,
  { db }: ToolContext,
): Promise<{ bytes: ArrayBuffer; mime_type: string }> {
  const Carrier = z.object({ deleted_at: z.string().nullable() })
  const carrier = await findRow(Carrier, db.from('messages').select('deleted_at').eq('id', message_id))
  if (carrier?.deleted_at) throw new NotFoundError('The file')
  const name = safeName(file_name)
  const { data, error } = await db.storage.from(BUCKET).download(`${folderOf(conversation_id, message_id)}/${name}`)
  if (error) throw new NotFoundError('The file', { cause: error })
  return { bytes: await data.arrayBuffer(), mime_type: typeOf(name) ?? 'application/octet-stream' }
}

const Stored = z.object({
  size: z.number().nullish(),
  metadata: z.looseObject({ size: z.number().nullish() }).nullish(),
})

/** The files that a message is to carry, as they lie in the bucket: what the caller says of their type and size is not taken over. */
export async function attachmentsOf(
  paths: string[],
  conversation_id: string,
  context: ToolContext,
): Promise<Attachment[]> {
  const found = await Promise.all(paths.map((path) => findStored(path, conversation_id, context)))
  const stray = found.flatMap((file, at) => (file ? [] : [`attachments.${at}.file_path`]))
  if (stray.length > 0) {
    throw new InvalidInputError(stray.map((path) => ({ path, message: 'Upload the file to this conversation first' })))
  }
  return found.flatMap((file) => file ?? [])
}

async function findStored(file_path: string, conversation_id: string, { db }: ToolContext) {
  const [, room, message_id, file_name = ''] = /^conversations\/([^/]+)\/([^/]+)\/([^/]+)$/.exec(file_path) ?? []
  if (room !== conversation_id || !z.uuid().safeParse(message_id).success) return undefined
  const { data, error } = await db.storage.from(BUCKET).info(file_path)
  if (error && isOutage(Number('status' in error ? error.status : 0), undefined)) {
    throw new UpstreamError('database', 'The files cannot be looked up at the moment', { cause: error })
  }
  if (error) return undefined
  const { size, metadata } = Stored.parse(data)
  const mime_type = typeOf(file_name) ?? 'application/octet-stream'
  return { file_name, file_path, mime_type, size_bytes: size ?? metadata?.size ?? 0 }
}

/** Takes the files of a deleted message away. What is left behind is out of reach anyway. */
export async function removeAttachments(paths: string[], { db, log }: ToolContext) {
  if (paths.length === 0) return
  const { error } = await db.storage.from(BUCKET).remove(paths)
  if (error) log.warn({ err: error }, 'the files of a deleted message could not be removed')
}

function refusalOf(error: { message: string; statusCode?: string; status?: number }): Error {
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
export function safeName(name: string): string {
  const end = /\.[A-Za-z0-9]{1,10}$/.exec(name)?.[0] ?? ''
  const stem = name
    .slice(0, name.length - end.length)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\w.() -]+/g, '_')
    .replace(/\.{2,}/g, '.')
    .replace(/^[. ]+|[. ]+$/g, '')
  return `${stem.slice(-(100 - end.length)).trim() || 'file'}${end}`
}

const refusedFile = (message: string) => new InvalidInputError([{ path: 'file', message }])
