import { Fragment, useEffect, useMemo, useRef } from 'react'
import { loadMessages, loadOlder } from '../data/load.ts'
import type { Message } from '../data/rows.ts'
import { type Answer, isRunning, type State, useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatDate } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { Alert, Skeleton } from '../look/status-note.tsx'
import { LiveAnswerFoot } from './live-answer-foot.tsx'
import { MessageRow } from './message-row.tsx'
import { useFollowEnd } from './use-follow-end.ts'

type Props = {
  conversation_id: string
  operator: string | undefined
  /** The message that an address names: brought into view once. */
  focus: string | undefined
}

const NONE: Message[] = []

/** A room's messages, oldest first, with the answer that is being given at the end. */
export function MessageLog({ conversation_id, operator, focus }: Props) {
  const { store } = useDesk()
  const select = useMemo(
    () => (state: State) => ({
      room: state.rooms[conversation_id],
      outgoing: state.outgoing[conversation_id] ?? NONE,
      answer: state.answers[conversation_id],
    }),
    [conversation_id],
  )
  const { room, outgoing, answer } = useStore(store, select)
  const rows = room?.rows ?? NONE
  const shown = useMemo(
    () => withAnswer([...rows, ...outgoing.filter(isUnknownIn(rows))], conversation_id, answer),
    [rows, outgoing, answer, conversation_id],
  )
  const mine = outgoing.length + rows.filter(({ sender_type }) => sender_type === 'iso_agent').length
  const { log, content, unseen, keepPlace, goToEnd } = useFollowEnd({
    count: rows.length,
    mine,
    isReady: room?.status === 'ready',
  })

  useFocusMessage(conversation_id, focus, room?.status === 'ready')

  return (
    <div className="log-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div ref={log} className="log" role="log" aria-label="Messages" aria-live="off" tabIndex={0}>
        <div ref={content} className="log-content">
          {room?.older && (
            <button
              type="button"
              className="quiet small earlier"
              onClick={() => {
                keepPlace()
                void loadOlder(store, conversation_id).catch(() => undefined) // the button stays to be tried again
              }}
            >
              Earlier messages
            </button>
          )}
          {(!room || (room.status === 'loading' && shown.length === 0)) && (
            <Skeleton lines={5} label="Loading messages" />
          )}
          {room?.status === 'failed' && (
            <Alert onRetry={() => void loadMessages(store, conversation_id)}>
              The messages could not be read. {room.failure}
            </Alert>
          )}
          {room?.status === 'ready' && shown.length === 0 && (
            <p className="soft nothing">
              {operator ? `Nothing was written with ${operator} yet.` : 'Nothing was said here yet.'}
            </p>
          )}
          {shown.map((message, at) => (
            <Fragment key={message.id}>
              {isNewDay(shown[at - 1], message) && <p className="day">{formatDate(message.created_at)}</p>}
              <MessageRow
                message={message}
                isFirst={isNewSpeaker(shown[at - 1], message)}
                live={isRunning(answer) && answer && message.id === idOf(answer) ? answer : undefined}
              />
            </Fragment>
          ))}
          {answer && <LiveAnswerFoot conversation_id={conversation_id} answer={answer} />}
        </div>
      </div>
      {unseen > 0 && (
        <button type="button" className="pill small" onClick={goToEnd}>
          <Icon name="down" /> {unseen} new {unseen === 1 ? 'message' : 'messages'}
        </button>
      )}
      <LastWords rows={rows} />
    </div>
  )
}

const MOST_PAGES_BACK = 20

/** Brings one message into view, however long ago it was said, and says so if it is not there any more. */
function useFocusMessage(conversation_id: string, focus: string | undefined, isReady: boolean) {
  const { store, tell } = useDesk()
  const done = useRef<string>(undefined)
  useEffect(() => {
    if (!focus || !isReady || done.current === focus) return
    done.current = focus
    const go = async () => {
      const rows = () => store.read().rooms[conversation_id]?.rows ?? []
      for (let page = 0; page < MOST_PAGES_BACK && !rows().some(({ id }) => id === focus); page++) {
        if (!store.read().rooms[conversation_id]?.older) break
        await loadOlder(store, conversation_id)
      }
      requestAnimationFrame(() => {
        const row = document.getElementById(`message-${focus}`)
        if (!row) return tell('This message is not in the room any more.')
        row.tabIndex = -1
        row.focus({ preventScroll: true })
        row.scrollIntoView({ block: 'center' })
      })
    }
    void go().catch(() => tell('The message could not be read.'))
  }, [store, tell, conversation_id, focus, isReady])
}

/** Tells screen readers what others have said, once it is whole. */
function LastWords({ rows }: { rows: Message[] }) {
  const last = rows.findLast(({ sender_type }) => sender_type !== 'iso_agent')
  return (
    <p className="unseen" role="status">
      {last && `${last.sender_name ?? 'Assistant'}: ${(last.content ?? '').slice(0, 200)}`}
    </p>
  )
}

const idOf = (answer: Answer) => answer.message_id || 'answer'

/** The answer as a message under its final id, so that the row which replaces it stands where it stood. */
function withAnswer(messages: Message[], conversation_id: string, answer: Answer | undefined): Message[] {
  if (!answer || messages.some(({ id }) => id === idOf(answer))) return messages
  const live: Message = {
    id: idOf(answer),
    conversation_id,
    sender_type: 'ai_assistant',
    sender_iso_agent_id: null,
    sender_name: null,
    content_type: 'text',
    content: answer.text,
    rich_content: null,
    status: 'sending',
    metadata: { steps: answer.steps },
    created_at: answer.started_at,
    deleted_at: null,
  }
  return [...messages, live]
}

const isUnknownIn =
  (rows: Message[]) =>
  ({ id }: Message) =>
    !rows.some((row) => row.id === id)

const dayOf = ({ created_at }: Message) => new Date(created_at).toDateString()

const isNewDay = (before: Message | undefined, message: Message) => !before || dayOf(before) !== dayOf(message)

const SAME_BREATH_MS = 5 * 60_000

const isNewSpeaker = (before: Message | undefined, message: Message) =>
  !before ||
  isNewDay(before, message) ||
  before.sender_type !== message.sender_type ||
  (before.sender_name !== message.sender_name && message.sender_type === 'operator') ||
  Date.parse(message.created_at) - Date.parse(before.created_at) > SAME_BREATH_MS
