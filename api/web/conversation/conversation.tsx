import { useEffect, useMemo } from 'react'
import { markRead, resumeAnswer, sayToAssistant, sayToOperator } from '../data/answers.ts'
import { type Deal, operatorOf, operatorRooms } from '../data/deals.ts'
import { loadConversation, loadMessages } from '../data/load.ts'
import { type State, useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import type { Place } from '../frame/place.ts'
import { Alert, EmptyNote } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'
import { Composer } from './composer.tsx'
import { ConversationHead } from './conversation-head.tsx'
import { FirstVisit } from './first-visit.tsx'
import { MessageLog } from './message-log.tsx'
import { Rooms } from './rooms.tsx'

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
  const withOperator = rooms.find(({ id }) => id === place.room)
  const main = deal?.conversation_id ?? (place.deal && conversations[place.deal] ? place.deal : undefined)
  const room_id = withOperator?.id ?? main
  const operator = withOperator && operatorOf(withOperator)
  // Until the room is known nothing can be typed: it would be a draft of nowhere.
  const isLoading = place.deal !== undefined && !deal && !main && lists === 'loading'
  const isMissing = place.deal !== undefined && !deal && !main && lists === 'ready'

  useOpenRoom(room_id)

  const send = async (id: string, text: string) => {
    if (withOperator) return sayToOperator(store, withOperator.id, id, text)
    const into = await sayToAssistant(store, { id, text, conversation_id: main, request_id: deal?.request?.id })
    if (place.deal) return
    go({ view: 'deals', deal: into })
    suggest('')
  }

  if (isMissing) {
    return (
      <main className="conversation">
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
  return (
    <main className="conversation" aria-label="Conversation">
      {!isNew && <ConversationHead deal={deal} onPanel={onPanel} />}
      <Rooms
        rooms={rooms}
        room={withOperator?.id}
        mainUnread={main ? (conversations[main]?.unread_count ?? 0) : 0}
        onRoom={(room) => go({ ...place, room })}
      />
      {isNew && <NewDeal onChoose={(text) => void run(() => send(crypto.randomUUID(), text))} />}
      {!isNew && room_id && (
        <MessageLog
          key={room_id}
          conversation_id={room_id}
          withOperator={withOperator !== undefined}
          operator={operator}
        />
      )}
      {!isNew && !room_id && lists === 'ready' && (
        <EmptyNote icon="chat" title="Nothing was said about this deal yet">
          Ask the assistant about it, or tell it what to do.
        </EmptyNote>
      )}
      {problem && <Alert>{problem}</Alert>}
      <Composer
        key={`composer ${room_id}`}
        draft_key={room_id ?? deal?.id ?? 'new'}
        operator={operator}
        state={isLoading ? 'loading' : withOperator?.status === 'archived' ? 'closed' : 'open'}
        suggestion={suggestion}
        onSend={send}
      />
    </main>
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
    if (!store.read().conversations[room_id]) void loadConversation(store, room_id).catch(() => undefined) // not ours: shown as missing
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
