import { useEffect, useMemo, useState } from 'react'
import { getJson, type Page, sentenceOf } from '../data/api.ts'
import type { Message } from '../data/rows.ts'
import { type State, useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Dialog } from '../look/dialog.tsx'
import { Alert, Skeleton } from '../look/status-note.tsx'
import { Composer } from './composer.tsx'
import { MessageRow } from './message-row.tsx'
import { useRoom } from './room-context.ts'

type Props = {
  root_id: string
  onSend(id: string, text: string, parent_message_id: string): Promise<void>
  onClose(): void
}

/** A message and everything that answers it, beside the rest of the room. */
export function Thread({ root_id, onSend, onClose }: Props) {
  const { store } = useDesk()
  const { conversation_id, operator, canReply } = useRoom()
  const [problem, setProblem] = useState<string>()
  const [isLoaded, setLoaded] = useState(false)
  const select = useMemo(
    () => (state: State) =>
      (state.rooms[conversation_id]?.rows ?? []).filter(({ id, thread_root_id }) =>
        [id, thread_root_id].includes(root_id),
      ),
    [conversation_id, root_id],
  )
  const rows = useStore(store, select)

  useEffect(() => {
    const read = async () => {
      const path = `/api/conversations/${conversation_id}/messages?limit=100&thread_root_id=${root_id}`
      try {
        const [root, replies] = await Promise.all([
          getJson<Message>(store.session, `/api/messages/${root_id}`),
          getJson<Page<Message>>(store.session, path),
        ])
        store.putMessages(conversation_id, [root, ...replies.data])
        setLoaded(true)
      } catch (error) {
        setProblem(sentenceOf(error))
      }
    }
    void read()
  }, [store, conversation_id, root_id])

  return (
    <Dialog label="Thread" className="thread" onClose={onClose}>
      <header className="thread-head">
        <h2>Thread</h2>
        <button type="button" className="quiet small" onClick={onClose}>
          Close
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="thread-log" aria-label="Messages of the thread" tabIndex={0}>
        {problem && <Alert>{problem}</Alert>}
        {!isLoaded && rows.length === 0 && !problem && <Skeleton lines={3} label="Loading the thread" />}
        {rows.map((message) => (
          <MessageRow key={message.id} message={message} isFirst inThread />
        ))}
      </section>
      <Composer
        draft_key={`thread.${root_id}`}
        operator={operator}
        state={canReply ? 'open' : 'reading'}
        isThread
        suggestion={undefined}
        onSend={(id, text) => onSend(id, text, root_id)}
      />
    </Dialog>
  )
}
