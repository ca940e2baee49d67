import { createHash } from 'node:crypto'
import type { Db } from '../context.ts'
import { NotFoundError, UpstreamError } from '../errors.ts'

const BUCKET = 'proposal-documents'

/** Where the PDF of a proposal lies. */
export const documentPath = (request_id: string, proposal_number: string) =>
  `proposals/${request_id}/${proposal_number}.pdf`

/** Puts a PDF into storage; the same path again takes the newer one. */
export async function storeDocument(path: string, pdf: Uint8Array, db: Db): Promise<void> {
  const { error } = await db.storage
    .from(BUCKET)
    .upload(path, Buffer.from(pdf), { contentType: 'application/pdf', upsert: true })
  if (error) throw new UpstreamError('database', 'The PDF could not be stored', { cause: error })
}

/** A stored PDF with its hash, or `NotFoundError`. */
export async function readDocument(path: string, db: Db): Promise<{ content: Uint8Array; sha256: string }> {
  const { data, error } = await db.storage.from(BUCKET).download(path)
  if (error && isOutage(error)) throw new UpstreamError('database', 'The storage does not answer', { cause: error })
  if (error) throw new NotFoundError('The PDF', { cause: error })
  const content = new Uint8Array(await data.arrayBuffer())
  return { content, sha256: createHash('sha256').update(content).digest('hex') }
}

const isOutage = (error: object) => !('status' in error) || typeof error.status !== 'number' || error.status >= 500
