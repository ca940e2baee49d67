import { type KeyboardEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import { sentenceOf } from '../data/api.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'
import { Alert } from '../look/status-note.tsx'
import { type Command, commandsFor } from './commands.ts'
import { goToApproval } from './go-to-approval.ts'

type Props = {
  /** Where the unsent words are kept. */
  draft_key: string
  /** The operator who reads along, or undefined where only the assistant does. */
  operator: string | undefined
  state: 'open' | 'loading' | 'closed'
  /** Words that a button put here. */
  suggestion: { text: string } | undefined
  /** The same id for the same words: sent twice they are stored once. */
  onSend(id: string, text: string): Promise<void>
}

/** The field that a broker types in. Nothing typed is lost: words that could not be sent come back into the field. */
export function Composer({ draft_key, operator, state, suggestion, onSend }: Props) {
  const { store } = useDesk()
  const agent_id = store.session.agent.id
  const [text, setText] = useState(() => readDraft(agent_id, draft_key))
  const [failure, setFailure] = useState<string>()
  const [at, setAt] = useState(0)
  const unsent = useRef<{ id: string; text: string }>(undefined)
  const taken = useRef(suggestion)
  const field = useRef<HTMLTextAreaElement>(null)
  const list = useId()
  const isClosed = state !== 'open'
  const commands = operator ? [] : commandsFor(text)
  const chosen = commands[Math.min(at, commands.length - 1)]

  const change = (next: string) => {
    setText(next)
    setAt(0)
    keepDraft(agent_id, draft_key, next)
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new suggestion is one
  useEffect(() => {
    if (!suggestion || suggestion === taken.current) return
    taken.current = suggestion
    if (suggestion.text && !(suggestion.text === '/' && text)) change(suggestion.text)
    field.current?.focus()
  }, [suggestion])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes the field grow
  useLayoutEffect(() => {
    const element = field.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight + 2}px`
  }, [text])

  const send = async () => {
    const words = text.trim()
    if (!words || isClosed) return
    const id = unsent.current?.text === words ? unsent.current.id : crypto.randomUUID()
    change('')
    setFailure(undefined)
    try {
      await onSend(id, words)
      unsent.current = undefined
    } catch (error) {
      unsent.current = { id, text: words }
      const typedSince = readDraft(agent_id, draft_key)
      change(typedSince ? `${words}\n${typedSince}` : words)
      setFailure(sentenceOf(error))
    }
  }

  const take = (command: Command) => change(command.text)

  const onKey = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (chosen && ['ArrowDown', 'ArrowUp', 'Tab', 'Enter'].includes(event.key)) {
      event.preventDefault()
      if (event.key === 'ArrowDown') setAt((now) => (now + 1) % commands.length)
      else if (event.key === 'ArrowUp') setAt((now) => (now + commands.length - 1) % commands.length)
      else take(chosen)
    } else if (event.key === 'Enter' && (event.metaKey || event.ctrlKey) && !text.trim()) {
      event.preventDefault()
      goToApproval()
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void send()
    } else if (event.key === 'Escape') {
      field.current?.blur()
    }
  }

  return (
    <form
      className="composer"
      data-operator={operator !== undefined}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {operator && (
        <p className="audience" id={`${list}-audience`}>
          <Icon name="eye" /> <strong>{operator}</strong> reads what you write here. Keep client, budget and margin out
          of it.
        </p>
      )}
      {failure && <Alert>Not sent. {failure} Your words are back in the field.</Alert>}
      {commands.length > 0 && (
        <div className="commands" id={list} role="listbox" aria-label="Commands">
          {commands.map((command) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the focus and takes the keys
            <div
              key={command.name}
              id={`${list}${command.name}`}
              role="option"
              tabIndex={-1}
              aria-selected={command === chosen}
              onClick={() => {
                take(command)
                field.current?.focus()
              }}
            >
              <strong>{command.name}</strong> <span className="soft">{command.hint}</span>
            </div>
          ))}
        </div>
      )}
      <div className="field">
        <textarea
          ref={field}
          rows={1}
          value={text}
          disabled={isClosed}
          maxLength={operator ? 4_000 : 20_000}
          aria-label={operator ? `Message to ${operator}` : 'Message'}
          aria-describedby={operator ? `${list}-audience` : undefined}
          aria-autocomplete="list"
          aria-controls={commands.length > 0 ? list : undefined}
          aria-activedescendant={chosen ? `${list}${chosen.name}` : undefined}
          placeholder={placeholderOf(state, operator)}
          onChange={(event) => {
            change(event.target.value)
            setFailure(undefined)
          }}
          onKeyDown={onKey}
        />
        <button type="submit" className="send" disabled={!text.trim() || isClosed} aria-label="Send">
          <Icon name="send" />
        </button>
      </div>
    </form>
  )
}

function placeholderOf(state: Props['state'], operator: string | undefined) {
  if (state === 'closed') return 'This room is closed'
  if (state === 'loading') return 'One moment …'
  return operator ? `Write to ${operator}` : 'Type a trip, a question, or /'
}
