import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { loadBackTo, loadMessages, loadOlder } from '../data/load.ts'
import type { Message } from '../data/rows.ts'
import { isRunning, type State, useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'
import { Alert, Skeleton } from '../look/status-note.tsx'
import { entriesOf, idOf, withAnswer } from './entries.ts'
import { BrokenAnswer } from './live-answer-foot.tsx'
import { useRoom } from './room-context.ts'
import { Stretch, stretchesOf } from './stretch.tsx'
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
    () => withAnswer([...rows, ...outgoing.filter(isUnknownIn(rows))], answer),
    [rows, outgoing, answer],
  )
  const starts = useRef(new Set<string>())
  const stretches = useMemo(() => stretchesOf(entriesOf(shown), starts.current), [shown])
  const live = isRunning(answer) ? answer : undefined
  const live_id = answer && idOf(answer)
  const kept = useKept(conversation_id, focus)
  const mine = outgoing.length + rows.filter(({ sender_type }) => sender_type === 'iso_agent').length
  const { log, content, unseen, keepPlace, leaveEnd, goToEnd } = useFollowEnd({
    count: rows.length,
    mine,
    isReady: room?.status === 'ready',
  })

  const readOlder = useCallback(() => loadOlder(store, conversation_id, keepPlace), [store, conversation_id, keepPlace])
  useFocusMessage(conversation_id, room?.status === 'ready' ? focus : undefined, leaveEnd)

  return (
    <div className="log-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div ref={log} className="log" role="log" aria-label="Messages" aria-live="off" tabIndex={0}>
        <div ref={content} className="log-content">
          {room?.older && <Earlier cursor={room.older} onRead={readOlder} />}
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
          {stretches.map(({ entries, isFar }) => (
            <Stretch
              key={entries[0]?.key}
              isFar={isFar}
              entries={entries}
              live={entries.some(({ message }) => message.id === live_id) ? live : undefined}
              isKept={entries.some(({ message }) => kept(message))}
            />
          ))}
          {answer && !live && <BrokenAnswer conversation_id={conversation_id} answer={answer} />}
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

/** Which messages are drawn wherever the reader is: the one that an address names, the one that is being reworded, and what waits for approval. */
function useKept(conversation_id: string, focus: string | undefined) {
  const { store } = useDesk()
  const { editing } = useRoom()
  const waiting = useStore(store, ({ approvals }) =>
    Object.values(approvals).flatMap(({ id, status, conversation_id: room }) =>
      status === 'pending' && room === conversation_id ? [id] : [],
    ),
  )
  return ({ id, rich_content }: Message) =>
    id === focus || id === editing || waiting.includes(String(rich_content?.approval_id))
}

/** Reads on by itself when the reader comes near; where that failed, when it is pressed. */
function Earlier({ cursor, onRead }: { cursor: string; onRead(): Promise<void> }) {
  const button = useRef<HTMLButtonElement>(null)
  const [state, setState] = useState<'idle' | 'reading' | 'failed'>('idle')
  const read = useCallback(() => {
    setState('reading')
    onRead().then(
      () => setState('idle'),
      () => setState('failed'),
    )
  }, [onRead])
  // biome-ignore lint/correctness/useExhaustiveDependencies: every time it has read, it is watched anew
  useEffect(() => {
    const element = button.current
    if (!element) return
    const watch = new IntersectionObserver(
      ([seen]) => {
        if (!seen?.isIntersecting) return
        watch.disconnect()
        read()
      },
      { root: element.closest('.log'), rootMargin: '800px 0px' },
    )
    watch.observe(element)
    return () => watch.disconnect()
  }, [read, cursor])
  const words = { idle: 'Earlier messages', reading: 'Reading earlier messages …', failed: 'Not read. Try again' }
  return (
    <button
      ref={button}
      type="button"
      className="quiet small earlier"
      aria-disabled={state === 'reading'}
      onClick={() => state !== 'reading' && read()}
    >
      {words[state]}
    </button>
  )
}

/** Until what is drawn around a message has its own height. */
const SETTLING_FRAMES = 10

/** Brings one message into view, however long ago it was said, and says so if it is not there any more. */
function useFocusMessage(conversation_id: string, focus: string | undefined, leaveEnd: () => void) {
  const { store, tell } = useDesk()
  const done = useRef<string>(undefined)
  useEffect(() => {
    if (!focus || done.current === focus) return
    done.current = focus
    const go = async () => {
      await loadBackTo(store, conversation_id, focus, () => tell('Looking for the message …'))
      leaveEnd()
      for (let frame = 0; frame < SETTLING_FRAMES; frame++) {
        await nextFrame()
        const row = document.getElementById(`message-${focus}`)
        if (!row) return tell('This message is not in the room any more.')
        if (frame === 0) {
          row.tabIndex = -1
          row.focus({ preventScroll: true })
        }
        row.scrollIntoView({ block: 'center' })
      }
    }
    void go().catch(() => tell('The message could not be read.'))
  }, [store, tell, conversation_id, focus, leaveEnd])
}

const nextFrame = () => new Promise((resolve) => requestAnimationFrame(resolve))

/** Tells screen readers what others have said, once it is whole. */
function LastWords({ rows }: { rows: Message[] }) {
  const last = rows.findLast(({ sender_type }) => sender_type !== 'iso_agent')
  return (
    <p className="unseen" role="status">
      {last && `${last.sender_name ?? 'Assistant'}: ${(last.content ?? '').slice(0, 200)}`}
    </p>
  )
}

const isUnknownIn =
  (rows: Message[]) =>
  ({ id }: Message) =>
    !rows.some((row) => row.id === id)
