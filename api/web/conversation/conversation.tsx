import { useCallback, useEffect, useMemo, useState } from 'react'
import { markRead, resumeAnswer, sayInRoom, sayToAssistant } from '../data/answers.ts'
import { type Deal, operatorOf, operatorRooms } from '../data/deals.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import { loadConversation, loadMessages } from '../data/load.ts'
import type { Attachment, Message, Participant } from '../data/rows.ts'
import { type State, useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import type { Place } from '../frame/place.ts'
import { Alert, EmptyNote } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'
import { Composer } from './composer.tsx'
import { ConversationHead } from './conversation-head.tsx'
import { FirstVisit } from './first-visit.tsx'
import { LiveAnswerFoot } from './live-answer-foot.tsx'
import { MessageLog } from './message-log.tsx'
import { PeopleDialog } from './people-dialog.tsx'
import { snippetOf } from './quoted-parent.tsx'
import { type Room, RoomContext } from './room-context.ts'
import { RoomMenu } from './room-menu.tsx'
import { Rooms } from './rooms.tsx'
import { Thread } from './thread.tsx'

type Props = {
  place: Place
  deal: Deal | undefined
  suggestion: { text: string } | undefined
  onPanel(): void
}

/** One deal's rooms: the room with the assistant, and one with each operator. */
export function Conversation({ place, deal, suggestion, onPanel }: Props) {
  const { store, go, suggest } = useDesk()
  const { problem, run } = useAction()
  const conversations = useStore(store, (state) => state.conversations)
  const lists = useStore(store, (state) => state.lists)
  const rooms = useMemo(() => operatorRooms(conversations, deal?.request?.id), [conversations, deal?.request?.id])
  const chosen = rooms.find(({ id }) => id === place.room)
  const main = deal?.conversation_id ?? (place.deal && conversations[place.deal] ? place.deal : undefined)
  const room_id = chosen?.id ?? main
  const room = room_id ? conversations[room_id] : undefined
  const withOperator = room?.type === 'quote_discussion' ? room : undefined
  const operator = withOperator && operatorOf(withOperator)
  // Until the room is known nothing can be typed: it would be a draft of nowhere.
  const isLoading = place.deal !== undefined && !deal && !main && lists === 'loading'
  const isMissing = place.deal !== undefined && !deal && !main && lists === 'ready'
  const draft_key = room_id ?? deal?.id ?? 'new'
  const [reply, setReply] = useReply(draft_key, room_id)
  const [thread, setThread] = useState<string>()
  const [isShowingPeople, setShowingPeople] = useState(false)
  const [editing, setEditing] = useState<string>()

  useOpenRoom(room_id)

  const seats = room?.participants
  const me = store.session.agent.id
  const canReply = seats?.find(({ iso_agent_id }) => iso_agent_id === me)?.can_reply ?? true
  const colleagues = useMemo(() => colleaguesOf(seats, me), [seats, me])
  const inRoom = useMemo<Room>(
    () => ({
      conversation_id: room_id ?? '',
      operator,
      canReply,
      colleagues,
      editing,
      edit: setEditing,
      reply: (to) => {
        setReply(to)
        suggest('')
      },
      openThread: setThread,
    }),
    [room_id, operator, canReply, colleagues, editing, setReply, suggest],
  )

  const send = async (id: string, text: string, attachments: Attachment[] = [], parent_message_id = reply?.id) => {
    if (room_id && (withOperator || parent_message_id || attachments.length > 0)) {
      await sayInRoom(store, room_id, { id, text, attachments, parent_message_id })
      setReply(undefined)
      if (!withOperator) void resumeAnswer(store, room_id)
      return
    }
    const into = await sayToAssistant(store, { id, text, conversation_id: main, request_id: deal?.request?.id })
    if (place.deal) return
    go({ view: 'deals', deal: into })
    suggest('')
  }
  const editLast = () => {
    const mine = store
      .read()
      .rooms[room_id ?? '']?.rows.findLast(
        (message) => message.sender_iso_agent_id === me && message.content && !message.deleted_at,
      )
    if (mine && canReply && (!operator || mine.status === 'failed')) setEditing(mine.id)
  }
  const draft = () => {
    go({ ...place, room: undefined })
    suggest(`Ask ${operator}: `)
  }

  if (isMissing) {
    return (
      <main className="conversation" id="main" tabIndex={-1}>
        <h1 className="unseen">Unknown deal</h1>
        <EmptyNote icon="search" title="This deal does not exist, or is not yours">
          <button type="button" onClick={() => go({ view: 'deals' })}>
            New deal
          </button>
        </EmptyNote>
      </main>
    )
  }
  const isNew = !place.deal
  const state = isLoading ? 'loading' : withOperator?.status === 'archived' ? 'closed' : canReply ? 'open' : 'reading'
  return (
    <RoomContext value={inRoom}>
      <main className="conversation" id="main" tabIndex={-1} aria-label="Conversation">
        {!isNew && (
          <ConversationHead deal={deal} onPanel={onPanel}>
            {room && <RoomMenu room={room} canChange={canReply} onPeople={() => setShowingPeople(true)} />}
          </ConversationHead>
        )}
        <Rooms
          rooms={rooms}
          room={chosen?.id}
          mainUnread={main ? (conversations[main]?.unread_count ?? 0) : 0}
          onRoom={(next) => go({ ...place, room: next, message: undefined })}
        />
        {isNew && <NewDeal onChoose={(text) => void run(() => send(crypto.randomUUID(), text))} />}
        {!isNew && room_id && (
          <MessageLog key={room_id} conversation_id={room_id} operator={operator} focus={place.message} />
        )}
        {!isNew && !room_id && lists === 'ready' && (
          <EmptyNote icon="chat" title="Nothing was said about this deal yet">
            Ask the assistant about it, or tell it what to do.
          </EmptyNote>
        )}
        {problem && <Alert>{problem}</Alert>}
        {room_id && <Typing conversation_id={room_id} />}
        {room_id && <LiveAnswerFoot conversation_id={room_id} />}
        <Composer
          key={`composer ${room_id}`}
          draft_key={draft_key}
          operator={operator}
          state={state}
          files_into={operator ? undefined : room_id}
          typing_in={Object.keys(colleagues).length > 0 ? room_id : undefined}
          reply={reply && { snippet: snippetOf(reply, me), onCancel: () => setReply(undefined) }}
          suggestion={suggestion}
          onSend={send}
          onEditLast={editLast}
          onDraft={operator && canReply ? draft : undefined}
        />
        {thread && (
          <Thread
            root_id={thread}
            onSend={(id, text, root) => send(id, text, [], root)}
            onClose={() => setThread(undefined)}
          />
        )}
        {isShowingPeople && room_id && (
          <PeopleDialog conversation_id={room_id} onClose={() => setShowingPeople(false)} />
        )}
      </main>
    </RoomContext>
  )
}

const colleaguesOf = (seats: Participant[] = [], agent_id: string): Record<string, string> =>
  Object.fromEntries(
    seats.flatMap(({ iso_agent_id: id, name, is_active }) => (id && id !== agent_id && is_active ? [[id, name]] : [])),
  )

/** What the broker is answering. Like the words, it outlives a reload. */
function useReply(draft_key: string, room_id: string | undefined) {
  const { store } = useDesk()
  const agent_id = store.session.agent.id
  const key = `reply.${draft_key}`
  const [id, setId] = useState(() => readDraft(agent_id, key))
  const reply = useStore(store, ({ rooms }) => rooms[room_id ?? '']?.rows.find((message) => message.id === id))
  const set = useCallback(
    (to: Message | undefined) => {
      keepDraft(agent_id, key, to?.id ?? '')
      setId(to?.id ?? '')
    },
    [agent_id, key],
  )
  return [reply, set] as const
}

/** Which colleagues write just now. */
function Typing({ conversation_id }: { conversation_id: string }) {
  const { store } = useDesk()
  const typing = useStore(store, (state) => state.typing[conversation_id])
  const names = Object.values(typing ?? {})
  if (names.length === 0) return null
  return (
    <p className="typing soft" role="status">
      {names.join(', ')} {names.length === 1 ? 'is' : 'are'} writing …
    </p>
  )
}

/** The examples, or the first words on their way. */
function NewDeal({ onChoose }: { onChoose(text: string): void }) {
  const { store } = useDesk()
  const outgoing = useStore(store, ({ outgoing }) => outgoing.new?.[0])
  return (
    <div className="log-frame">
      <div className="log">
        {outgoing ? (
          <p className="soft nothing" role="status">
            Sending “{outgoing.content}” …
          </p>
        ) : (
          <FirstVisit onChoose={onChoose} />
        )}
      </div>
    </div>
  )
}

/** Reads a room when it is opened, picks up an answer that is being given in it, and keeps it marked as read while it is looked at. */
function useOpenRoom(room_id: string | undefined) {
  const { store } = useDesk()
  const selectUnread = useMemo(
    () => (state: State) => (room_id ? (state.conversations[room_id]?.unread_count ?? 0) : 0),
    [room_id],
  )
  const unread = useStore(store, selectUnread)

  useEffect(() => {
    if (!room_id) return
    // Lists do not say who takes part. One that is not ours is shown as missing.
    void loadConversation(store, room_id).catch(() => undefined)
    void loadMessages(store, room_id)
    void resumeAnswer(store, room_id)
  }, [store, room_id])

  useEffect(() => {
    if (!room_id || unread === 0) return
    const read = () => {
      if (document.visibilityState === 'visible') void markRead(store, room_id)
    }
    read()
    document.addEventListener('visibilitychange', read)
    return () => document.removeEventListener('visibilitychange', read)
  }, [store, room_id, unread])
}
