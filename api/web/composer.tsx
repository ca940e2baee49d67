import { useEffect, useRef, useState } from 'react'

type Props = {
  /** Where the unsent words are kept, so that they survive a reload. */
  draft_key: string
  /** Who reads it, said above the field when that is not only the assistant. */
  audience: string | undefined
  onSend(text: string): Promise<void>
}

/** The field that a broker types in. Nothing typed is lost: a failed message comes back into the field. */
export function Composer({ draft_key, audience, onSend }: Props) {
  const key = `jetvision.draft.${draft_key}`
  const [text, setText] = useState(() => localStorage.getItem(key) ?? '')
  const [failure, setFailure] = useState<string>()
  const field = useRef<HTMLTextAreaElement>(null)

  useEffect(() => setText(localStorage.getItem(key) ?? ''), [key])
  useEffect(() => field.current?.focus(), [])

  const change = (next: string) => {
    setText(next)
    if (next) localStorage.setItem(key, next)
    else localStorage.removeItem(key)
  }

  const send = async () => {
    const words = text.trim()
    if (!words) return
    change('')
    setFailure(undefined)
    try {
      await onSend(words)
    } catch (error) {
      change(words)
      setFailure(error instanceof Error ? error.message : 'This could not be sent.')
    }
  }

  return (
    <form
      className={audience ? 'composer with-operator' : 'composer'}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {audience && <p className="audience">{audience}</p>}
      {failure && (
        <p className="problem" role="alert">
          Not sent: {failure}
        </p>
      )}
      <div className="field">
        <textarea
          ref={field}
          rows={2}
          value={text}
          aria-label="Message"
          placeholder="Type a trip, a question, or what to do next"
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault()
              void send()
            }
          }}
        />
        <button type="submit" disabled={!text.trim()}>
          Send
        </button>
      </div>
    </form>
  )
}
