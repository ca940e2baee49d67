import type { Message } from '../data/rows.ts'
import { useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'
import { showHidden } from './hidden-characters.ts'
import { useRoom } from './room-context.ts'
import { speakerOf } from './speaker.ts'

/** Above a reply: what it answers, and the way to the whole thread. */
export function QuotedParent({ message }: { message: Message }) {
  const { store } = useDesk()
  const { openThread } = useRoom()
  const { conversation_id, parent_message_id, thread_root_id } = message
  const parent = useStore(store, ({ rooms }) => rooms[conversation_id]?.rows.find(({ id }) => id === parent_message_id))
  return (
    <button
      type="button"
      className="quoted-parent"
      aria-label="Open the thread"
      onClick={() => openThread(thread_root_id ?? parent_message_id ?? message.id)}
    >
      <Icon name="reply" />
      <span>{parent ? snippetOf(parent, store.session.agent.id) : 'Reply to an earlier message'}</span>
    </button>
  )
}

/** A message in one line. */
export function snippetOf(message: Message, agent_id: string) {
  const words = message.deleted_at
    ? 'deleted'
    : showHidden(message.content ?? message.attachments?.[0]?.file_name ?? 'a card')
  return `${speakerOf(message, agent_id)}: ${words.replace(/\s+/g, ' ').slice(0, 160)}`
}
