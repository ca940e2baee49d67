import {
  type ClipboardEvent,
  type DragEvent,
  type KeyboardEvent,
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { sentenceOf } from '../data/api.ts'
import { FILE_ENDS, FILE_RULE } from '../data/attachments.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import type { Attachment } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'
import { Alert } from '../look/status-note.tsx'
import { type Command, commandsFor } from './commands.ts'
import { goToApproval } from './go-to-approval.ts'
import { useAttachments } from './use-attachments.ts'
import { useTyping } from './use-typing.ts'
import { WaitingFiles } from './waiting-files.tsx'

type Props = {
  /** Where the unsent words are kept. */
  draft_key: string
  /** The operator who reads along, or undefined where only the assistant does. */
  operator: string | undefined
  /** `reading`: the broker only observes. */
  state: 'open' | 'loading' | 'closed' | 'reading'
  /** The room that files go into; without one none can be added. */
  files_into?: string | undefined
  /** The room in which colleagues see that the broker writes. */
  typing_in?: string | undefined
  /** What the words answer, in one line, and the way to answer nothing in particular. */
  reply?: { snippet: string; onCancel(): void } | undefined
  /** In a thread: it has the focus from the beginning. */
  isThread?: boolean
  /** Words that a button put here. */
  suggestion: { text: string } | undefined
  /** The same id for the same words: sent twice they are stored once. */
  onSend(id: string, text: string, files: Attachment[]): Promise<void>
  /** Asks for the last message of one's own, to change it. */
  onEditLast?: () => void
  /** Lets the assistant draft the words instead. */
  onDraft?: (() => void) | undefined
}

/** Suggestions that are in a field already: the same one is not put into the next. */
const taken = new WeakSet<object>()

/** The field that a broker types in. Nothing typed is lost: words that could not be sent come back into the field. */
export function Composer(props: Props) {
  const {
    draft_key,
    operator,
    state,
    files_into,
    typing_in,
    reply,
    suggestion,
    onSend,
    onEditLast,
    onDraft,
    isThread = false,
  } = props
  const { store } = useDesk()
  const agent_id = store.session.agent.id
  const [text, setText] = useState(() => readDraft(agent_id, draft_key))
  const [failure, setFailure] = useState<string>()
  const [at, setAt] = useState(0)
  const attached = useAttachments(files_into, draft_key)
  const typing = useTyping(typing_in, typing_in !== undefined)
  const chooser = useRef<HTMLInputElement>(null)
  const unsent = useRef<{ id: string; text: string }>(undefined)
  const field = useRef<HTMLTextAreaElement>(null)
  const list = useId()
  const isClosed = state !== 'open'
  const commands = operator || isThread ? [] : commandsFor(text)
  const chosen = commands[Math.min(at, commands.length - 1)]

  const change = (next: string) => {
    setText(next)
    setAt(0)
    keepDraft(agent_id, draft_key, next)
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new suggestion is one
  useEffect(() => {
    if (!suggestion || taken.has(suggestion)) return
    taken.add(suggestion)
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

  const hasFiles = attached.files.length > 0
  const canSend = !isClosed && !attached.isBusy && !attached.hasFailed && (text.trim() !== '' || hasFiles)
  const send = async () => {
    if (!canSend) return
    const words = text.trim()
    const taken = hasFiles ? attached.take() : undefined
    const id = taken?.id ?? (unsent.current?.text === words ? unsent.current.id : crypto.randomUUID())
    change('')
    typing.onSent()
    setFailure(undefined)
    try {
      await onSend(id, words, taken?.files ?? [])
      unsent.current = undefined
    } catch (error) {
      unsent.current = { id, text: words }
      taken?.putBack()
      const typedSince = readDraft(agent_id, draft_key)
      change(typedSince ? `${words}\n${typedSince}` : words)
      setFailure(`Not sent. ${sentenceOf(error)} Your words are back in the field.`)
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
    } else if (event.key === 'ArrowUp' && !text && onEditLast) {
      event.preventDefault()
      onEditLast()
    } else if (event.key === 'Escape') {
      if (reply) reply.onCancel()
      else field.current?.blur()
    }
  }
  const addFiles = (list: FileList | null | undefined) => {
    if (!list?.length) return false
    if (!files_into || isClosed) {
      setFailure(
        operator
          ? 'Avinode carries words to an operator, and no files.'
          : 'Begin the deal with a sentence; then files can follow.',
      )
      return true
    }
    attached.add(list)
    return true
  }
  const onPaste = (event: ClipboardEvent) => {
    if (addFiles(event.clipboardData.files)) event.preventDefault()
  }
  const onDrop = (event: DragEvent) => {
    if (addFiles(event.dataTransfer.files)) event.preventDefault()
  }

  return (
    <form
      className="composer"
      data-operator={operator !== undefined}
      onDragOver={(event) => event.dataTransfer.types.includes('Files') && event.preventDefault()}
      onDrop={onDrop}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {operator && (
        <div className="audience">
          <p id={`${list}-audience`}>
            <Icon name="eye" /> What you write leaves the house: Avinode carries it to <strong>{operator}</strong>. Keep
            client, budget and margin out of it.
          </p>
          {onDraft && (
            <button type="button" className="quiet small" onClick={onDraft}>
              Let the assistant draft it
            </button>
          )}
        </div>
      )}
      {failure && <Alert>{failure}</Alert>}
      {reply && (
        <p className="replying">
          <Icon name="reply" /> <span>{reply.snippet}</span>
          <button type="button" className="quiet small" onClick={reply.onCancel} aria-label="Do not reply to it">
            <Icon name="close" />
          </button>
        </p>
      )}
      <WaitingFiles files={attached.files} onRemove={attached.remove} onRetry={attached.retry} />
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
          data-files={files_into !== undefined}
          data-first-focus={isThread}
          rows={1}
          value={text}
          disabled={isClosed}
          maxLength={operator ? 4_000 : 20_000}
          aria-label={operator ? `Message to ${operator}` : 'Message'}
          aria-describedby={operator ? `${list}-audience` : undefined}
          aria-autocomplete="list"
          aria-controls={commands.length > 0 ? list : undefined}
          aria-activedescendant={chosen ? `${list}${chosen.name}` : undefined}
          placeholder={isThread && state === 'open' ? 'Reply in this thread' : placeholderOf(state, operator)}
          onChange={(event) => {
            change(event.target.value)
            typing.onTyped(event.target.value)
            setFailure(undefined)
          }}
          onKeyDown={onKey}
          onPaste={onPaste}
        />
        {files_into && (
          <>
            <input
              ref={chooser}
              type="file"
              multiple
              hidden
              accept={FILE_ENDS}
              aria-label="Files"
              onChange={(event) => {
                addFiles(event.target.files)
                event.target.value = ''
              }}
            />
            <button
              type="button"
              className="attach"
              disabled={isClosed}
              title={FILE_RULE}
              aria-label="Add files"
              onClick={() => chooser.current?.click()}
            >
              <Icon name="clip" />
            </button>
          </>
        )}
        <button type="submit" className="send" disabled={!canSend} aria-label="Send">
          <Icon name="send" />
        </button>
      </div>
    </form>
  )
}

function placeholderOf(state: Props['state'], operator: string | undefined) {
  if (state === 'closed') return 'This room is closed'
  if (state === 'reading') return 'You read along here'
  if (state === 'loading') return 'One moment …'
  return operator ? `Write to ${operator}` : 'Type a trip, a question, or /'
}
