import { useCallback, useEffect, useRef, useState } from 'react'
import { call, Problem } from './api.ts'
import { Composer } from './composer.tsx'
import { routeOf } from './deal-list.tsx'
import { followAnswer, type Progress, runningAnswer } from './live.ts'
import { Markdown } from './markdown.tsx'
import { MessageRow } from './message-row.tsx'
import type { Message, Request, Conversation as Room } from './rows.ts'
import { Steps } from './steps.tsx'
import { type State, type Store, useStore } from './store.ts'

type Props = {
  store: Store
  conversation_id: string | undefined
  request: Request | undefined
  onOpen(conversation_id: string): void
}

const EXAMPLES = [
  'Teterboro to Van Nuys for Acme, 8 people, next Tuesday, back on Friday, they like the G650, about $120k',
  'Need a light jet tomorrow 9am Van Nuys - Aspen, 4 pax',
  'Three legs for Redwood: TEB-OPF on Dec 1, OPF-NAS on Dec 3, NAS-TEB on Dec 7, 6 pax',
]

const NO_MESSAGES: Message[] = []

/** One deal's rooms: the room with the assistant, and one with each operator. */
export function Conversation({ store, conversation_id, request, onOpen }: Props) {
  const state = useStore(store)
  const [room_id, setRoom] = useState(conversation_id)
  const [progress, setProgress] = useState<Progress>()
  const [problem, setProblem] = useState<string>()
  const rooms = roomsOf(state, conversation_id, request)
  const room = rooms.find(({ id }) => id === room_id)
  const withOperator = room?.type === 'quote_discussion'
  const messages = (room_id && state.messages[room_id]) || NO_MESSAGES
  const end = useStickToEnd(`${messages.length} ${progress?.text.length} ${progress?.steps.length}`)

  useEffect(() => {
    if (!room_id) return
    const left = new AbortController()
    store.loadConversation(room_id).catch((error: Error) => setProblem(error.message))
    call(store.session, 'POST', `/api/conversations/${room_id}/read`, {}, left.signal).catch(() => undefined) // read again at the next visit
    runningAnswer(store, room_id, left.signal)
      .then((answer) => answer && followAnswer(answer, (next) => !left.signal.aborted && setProgress(next)))
      .catch(() => undefined) // the finished answer arrives over the feed
      .finally(() => !left.signal.aborted && setProgress(undefined))
    return () => left.abort()
  }, [store, room_id])

  const say = useCallback(
    async (text: string) => {
      setProblem(undefined)
      if (withOperator && room_id) {
        await call(store.session, 'POST', `/api/conversations/${room_id}/messages`, { content: text })
        return
      }
      setProgress({ text: '', steps: [] })
      try {
        const response = await call(store.session, 'POST', '/api/chat', {
          message: text,
          ...(room_id && { conversation_id: room_id }),
        })
        const id = response.headers.get('x-conversation-id')
        if (id && id !== room_id) {
          await store.refreshConversation(id)
          onOpen(id)
        }
        void followAnswer(response, setProgress)
          .catch(() => setProblem('The connection broke off. The assistant goes on; its answer will appear here.'))
          .finally(() => setProgress(undefined))
      } catch (error) {
        setProgress(undefined)
        throw error
      }
    },
    [store, room_id, withOperator, onOpen],
  )

  const stop = () => room_id && call(store.session, 'POST', `/api/chat/${room_id}/stop`).catch(report(setProblem))

  return (
    <main className="conversation" aria-label="Conversation">
      <div className="conversation-head">
        <h1>{request ? `${routeOf(request)} · ${request.client?.company_name ?? 'no client yet'}` : 'New deal'}</h1>
        {rooms.length > 1 && (
          <div className="rooms" role="tablist" aria-label="Rooms">
            {rooms.map(({ id, subject, type }) => (
              <button key={id} type="button" role="tab" aria-selected={id === room_id} onClick={() => setRoom(id)}>
                {type === 'quote_discussion' ? (subject ?? 'Operator') : 'Assistant'}
              </button>
            ))}
          </div>
        )}
      </div>
      <div className="messages" role="log" aria-live="polite">
        {!conversation_id && messages.length === 0 && !progress && <FirstVisit onChoose={say} onProblem={setProblem} />}
        {messages.map((message) => (
          <MessageRow key={message.id} message={message} store={store} />
        ))}
        {progress && (
          <article className="message ai_assistant">
            <header>
              <strong>Assistant</strong>
              <span className="soft">is working</span>
              <button type="button" className="quiet" onClick={stop}>
                Stop
              </button>
            </header>
            <Steps steps={progress.steps} running />
            {progress.text && <Markdown text={progress.text} />}
            {progress.failed && <p className="problem">{progress.failed}</p>}
          </article>
        )}
        <div ref={end} />
      </div>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <Composer
        draft_key={room_id ?? 'new'}
        audience={withOperator ? `${room?.subject ?? 'The operator'} reads what you write here` : undefined}
        onSend={say}
      />
    </main>
  )
}

function roomsOf({ conversations }: State, conversation_id: string | undefined, request: Request | undefined): Room[] {
  const main = conversation_id ? conversations[conversation_id] : undefined
  const withOperators = Object.values(conversations)
    .filter(({ type, request_id }) => type === 'quote_discussion' && request && request_id === request.id)
    .sort((a, b) => a.created_at.localeCompare(b.created_at))
  return [...(main ? [main] : []), ...withOperators.filter(({ id }) => id !== main?.id)]
}

function FirstVisit({
  onChoose,
  onProblem,
}: {
  onChoose(text: string): Promise<void>
  onProblem(sentence: string): void
}) {
  return (
    <section className="first-visit">
      <h2>Where does your client want to fly?</h2>
      <p>Type it as you would say it. Route, day and passengers are enough to begin.</p>
      {EXAMPLES.map((example) => (
        <button key={example} type="button" onClick={() => onChoose(example).catch(report(onProblem))}>
          {example}
        </button>
      ))}
    </section>
  )
}

const report = (show: (sentence: string) => void) => (error: unknown) =>
  show(error instanceof Problem ? error.message : 'Something went wrong. Please try again.')

/** Follows the end of the log while the reader is there, and leaves them alone when they have scrolled up. */
function useStickToEnd(length: string) {
  const end = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a longer log is what moves its end
  useEffect(() => {
    const log = end.current?.parentElement
    if (log && log.scrollHeight - log.scrollTop - log.clientHeight < 240) log.scrollTop = log.scrollHeight
  }, [length])
  return end
}
