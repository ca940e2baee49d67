import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { keepDraft, readDraft } from '../data/drafts.ts'
import { editMessage } from '../data/message-actions.ts'
import type { Message } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Alert } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'

/** Other words for a message, in its place. They are a draft until they are saved. */
export function EditMessage({ message, onClose }: { message: Message; onClose(): void }) {
  const { store } = useDesk()
  const { busy, problem, run } = useAction()
  const agent_id = store.session.agent.id
  const key = `edit.${message.id}`
  const before = message.content ?? ''
  const [text, setText] = useState(() => readDraft(agent_id, key) || before)
  const field = useRef<HTMLTextAreaElement>(null)

  useEffect(() => {
    field.current?.focus()
    field.current?.setSelectionRange(-1, -1)
  }, [])

  const change = (next: string) => {
    setText(next)
    keepDraft(agent_id, key, next === before ? '' : next)
  }
  const close = () => {
    keepDraft(agent_id, key, '')
    onClose()
  }
  const save = async () => {
    const words = text.trim()
    if (!words) return
    if (words === before || (await run(() => editMessage(store, message, words)))) close()
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Escape') {
      event.stopPropagation()
      close()
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void save()
    }
  }
  return (
    <form
      className="edit-message"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <textarea
        ref={field}
        aria-label="Your message"
        rows={Math.min(8, text.split('\n').length + 1)}
        maxLength={20_000}
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={onKey}
      />
      {problem && <Alert>{problem}</Alert>}
      <div className="actions">
        <button type="submit" className="small" disabled={busy || !text.trim()}>
          {busy ? 'Saving …' : 'Save'}
        </button>
        <button type="button" className="quiet small" onClick={close}>
          Leave it as it was
        </button>
      </div>
    </form>
  )
}
