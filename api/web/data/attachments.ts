import { call, OFFLINE, OURS, Problem, ProblemBody } from './api.ts'
import type { Attachment } from './rows.ts'
import type { Store } from './store.ts'

/** What may be shared, as the service says it. */
export const FILE_ENDS = '.pdf,.png,.jpg,.jpeg,.webp,.gif,.heic,.txt,.csv,.doc,.docx,.xls,.xlsx'
export const FILE_RULE = 'PDF, pictures, text, CSV, Word or Excel, up to 10 MB each, 20 in one message'
export const MOST_FILES = 20
const MOST_BYTES = 10 * 1024 * 1024

/** Why a file cannot be shared, in a sentence; null for one that can. The service looks at it again. */
export function refusalOf({ name, size }: Pick<File, 'name' | 'size'>): string | null {
  const end = /\.[^.]+$/.exec(name)?.[0].toLowerCase()
  if (!end || !FILE_ENDS.split(',').includes(end)) return `Files of this kind cannot be shared: ${FILE_RULE}.`
  if (size === 0) return 'This file is empty.'
  if (size > MOST_BYTES) return 'This file is larger than 10 MB.'
  return null
}

type Upload = {
  conversation_id: string
  message_id: string
  file: File
  onProgress(share: number): void
  signal: AbortSignal
}

/** Puts a file into a room, for the message of that id. Only this old way of calling tells how far it got. */
export async function uploadFile({ session }: Store, upload: Upload): Promise<Attachment> {
  const { conversation_id, message_id, file, onProgress, signal } = upload
  const form = new FormData()
  form.set('message_id', message_id)
  form.set('file', file)
  const request = new XMLHttpRequest()
  request.open('POST', `/api/conversations/${conversation_id}/attachments`)
  request.setRequestHeader('Authorization', `Bearer ${await session.token()}`)
  request.responseType = 'json'
  return new Promise((resolve, reject) => {
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0)
    request.onerror = () => reject(new Problem(0, 'offline', OFFLINE))
    request.onabort = () => reject(new Problem(0, 'stopped', 'The upload was stopped.'))
    request.onload = () => {
      if (request.status === 201) return resolve(request.response as Attachment)
      const body = ProblemBody.safeParse(request.response).data
      reject(new Problem(request.status, body?.code ?? 'unknown', body?.detail ?? body?.title ?? OURS))
    }
    signal.addEventListener('abort', () => request.abort(), { once: true })
    request.send(form)
  })
}

/** Saves a file of a room. It is fetched with the broker's token, which a plain link could not carry. */
export async function downloadFile({ session }: Store, { file_path, file_name }: Attachment) {
  const [, conversation_id, message_id] = file_path.split('/')
  const path = `/api/conversations/${conversation_id}/attachments/${message_id}/${encodeURIComponent(file_name)}`
  const response = await call(session, 'GET', path, { stream: true })
  const address = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = address
  link.download = file_name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
