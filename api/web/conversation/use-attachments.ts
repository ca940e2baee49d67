import { useCallback, useEffect, useRef, useState } from 'react'
import { sentenceOf } from '../data/api.ts'
import { MOST_FILES, refusalOf, uploadFile } from '../data/attachments.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import type { Attachment } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'

/** A file on its way into a message. */
export type Waiting = {
  key: string
  name: string
  /** Up to 1. */
  share: number
  stored?: Attachment
  failure?: string
  file?: File
}

type Kept = { message_id: string; files: Attachment[] }

/** The files of a message that is not sent yet. Those that are stored outlive a reload, like its words. */
export function useAttachments(conversation_id: string | undefined, draft_key: string) {
  const { store } = useDesk()
  const agent_id = store.session.agent.id
  const key = `files.${draft_key}`
  const [kept] = useState(() => read(agent_id, key))
  const message_id = useRef(kept.message_id)
  const [files, setFiles] = useState<Waiting[]>(() =>
    kept.files.map((stored) => ({ key: stored.file_path, name: stored.file_name, share: 1, stored })),
  )
  const uploads = useRef(new Map<string, AbortController>())

  useEffect(() => {
    const stored = files.flatMap(({ stored }) => stored ?? [])
    const now: Kept = { message_id: message_id.current, files: stored }
    keepDraft(agent_id, key, stored.length > 0 ? JSON.stringify(now) : '')
  }, [files, agent_id, key])

  useEffect(() => {
    const running = uploads.current
    return () => {
      for (const upload of running.values()) upload.abort()
    }
  }, [])

  const change = useCallback((changed: string, to: Partial<Waiting>) => {
    setFiles((before) => before.map((file) => (file.key === changed ? { ...file, ...to } : file)))
  }, [])

  const upload = useCallback(
    async (waiting: Waiting, file: File) => {
      if (!conversation_id) return
      const leaving = new AbortController()
      uploads.current.set(waiting.key, leaving)
      try {
        const stored = await uploadFile(store, {
          conversation_id,
          message_id: message_id.current,
          file,
          onProgress: (share) => change(waiting.key, { share }),
          signal: leaving.signal,
        })
        change(waiting.key, { stored, share: 1 })
      } catch (error) {
        if (!leaving.signal.aborted) change(waiting.key, { failure: sentenceOf(error), share: 0 })
      } finally {
        uploads.current.delete(waiting.key)
      }
    },
    [store, conversation_id, change],
  )

  const add = (chosen: Iterable<File>) => {
    const room = MOST_FILES - files.length
    const all = [...chosen]
    const fresh = all.map((file, at): Waiting => {
      const failure = at < room ? refusalOf(file) : `One message takes ${MOST_FILES} files.`
      return { key: crypto.randomUUID(), name: file.name, share: 0, file, ...(failure && { failure }) }
    })
    setFiles((before) => [...before, ...fresh])
    for (const waiting of fresh) if (waiting.file && !waiting.failure) void upload(waiting, waiting.file)
  }
  const retry = (waiting: Waiting) => {
    if (!waiting.file || refusalOf(waiting.file)) return
    const { failure: _, ...again } = waiting
    setFiles((before) => before.map((file) => (file.key === waiting.key ? again : file)))
    void upload(again, waiting.file)
  }
  const remove = (gone: string) => {
    uploads.current.get(gone)?.abort()
    setFiles((before) => before.filter((file) => file.key !== gone))
  }
  /** Takes the stored files with the id of the message that they are for; put back when it could not be sent. */
  const take = () => {
    const taken = { id: message_id.current, files: files.flatMap(({ stored }) => stored ?? []) }
    const before = files
    setFiles([])
    message_id.current = crypto.randomUUID()
    return {
      ...taken,
      putBack() {
        message_id.current = taken.id
        setFiles(before)
      },
    }
  }
  return {
    files,
    add,
    retry,
    remove,
    take,
    isBusy: files.some(({ stored, failure }) => !stored && !failure),
    hasFailed: files.some(({ failure }) => failure !== undefined),
  }
}

function read(agent_id: string, key: string): Kept {
  const kept = readDraft(agent_id, key)
  return kept ? (JSON.parse(kept) as Kept) : { message_id: crypto.randomUUID(), files: [] }
}
