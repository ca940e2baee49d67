import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { sentenceOf } from '../data/api.ts'
import { removeMessage, toggleReaction } from '../data/message-actions.ts'
import type { Message } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { addressOf, readPlace } from '../frame/place.ts'
import { Icon } from '../look/icon.tsx'
import { useRoom } from './room-context.ts'
import { speakerOf } from './speaker.ts'

export const EMOJI: readonly [string, string][] = [
  ['👍', 'Thumbs up'],
  ['✅', 'Done'],
  ['👀', 'Looking at it'],
  ['🙏', 'Thank you'],
  ['🎉', 'Celebrate'],
  ['❓', 'Question'],
]

/** What the row of actions and the composer below it take. */
const ROOM_BELOW_PX = 280

type Props = { message: Message; onEdit(): void }

/** What can be done with a message: one button that opens into a row of them. */
export function MessageMenu({ message, onEdit }: Props) {
  const { store, tell } = useDesk()
  const { canReply, operator, reply } = useRoom()
  const [isOpen, setOpen] = useState(false)
  const [isUpward, setUpward] = useState(false)
  const opener = useRef<HTMLButtonElement>(null)
  const tools = useRef<HTMLDivElement>(null)
  const isMine = message.sender_iso_agent_id === store.session.agent.id
  const canChange = isMine && canReply && (!operator || message.status === 'failed')

  useEffect(() => {
    if (isOpen) tools.current?.querySelector('button')?.focus()
  }, [isOpen])

  const close = () => {
    setOpen(false)
    opener.current?.focus()
  }
  const act = (work: () => void) => () => {
    setOpen(false)
    work()
  }
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      return close()
    }
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (by === 0) return
    const buttons = [...event.currentTarget.querySelectorAll('button')]
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    buttons[(at + by + buttons.length) % buttons.length]?.focus()
  }
  const copyLink = async () => {
    const address = new URL(addressOf({ ...readPlace(location), message: message.id }), location.href)
    await navigator.clipboard.writeText(address.href)
    tell('The link to this message is copied.')
  }

  return (
    <div className="message-menu" data-open={isOpen}>
      <button
        ref={opener}
        type="button"
        className="quiet small"
        aria-expanded={isOpen}
        aria-label={`Actions for the message of ${speakerOf(message, store.session.agent.id)}`}
        onClick={() => {
          setUpward((opener.current?.getBoundingClientRect().bottom ?? 0) > innerHeight - ROOM_BELOW_PX)
          setOpen(!isOpen)
        }}
      >
        <Icon name="more" />
      </button>
      {isOpen && (
        <div
          ref={tools}
          className="message-tools"
          data-upward={isUpward}
          role="toolbar"
          aria-label="Message"
          onKeyDown={onKey}
          onBlur={(event) => {
            const { relatedTarget: next, currentTarget: bar } = event
            if (next !== opener.current && !bar.contains(next)) setOpen(false)
          }}
        >
          {canReply && !operator && (
            <span className="emoji-row">
              {EMOJI.map(([emoji, name]) => (
                <button
                  key={emoji}
                  type="button"
                  aria-label={`React: ${name}`}
                  aria-pressed={message.reactions?.[emoji]?.includes(store.session.agent.id) ?? false}
                  onClick={act(
                    () => void toggleReaction(store, message, emoji).catch((error) => tell(sentenceOf(error))),
                  )}
                >
                  {emoji}
                </button>
              ))}
            </span>
          )}
          {canReply && (
            <button type="button" onClick={act(() => reply(message))}>
              Reply
            </button>
          )}
          {message.content && (
            <button type="button" onClick={act(() => void navigator.clipboard.writeText(message.content ?? ''))}>
              Copy
            </button>
          )}
          <button type="button" onClick={act(() => void copyLink())}>
            Copy link
          </button>
          {canChange && message.content && (
            <button type="button" onClick={act(onEdit)}>
              Edit
            </button>
          )}
          {canChange && (
            <button
              type="button"
              onClick={act(() => removeMessage(store, message, (error) => tell(`Not deleted. ${sentenceOf(error)}`)))}
            >
              Delete
            </button>
          )}
        </div>
      )}
    </div>
  )
}
