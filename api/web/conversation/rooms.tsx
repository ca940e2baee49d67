import { operatorOf } from '../data/deals.ts'
import type { Conversation } from '../data/rows.ts'
import { Icon } from '../look/icon.tsx'

type Props = {
  rooms: Conversation[]
  room: string | undefined
  mainUnread: number
  /** Undefined is the room with the assistant. */
  onRoom(conversation_id: string | undefined): void
}

const ANSWERS: Record<string, string> = { quoted: 'quoted', declined: 'declined' }

/** The rooms of a deal: the one with the assistant, and one with each operator. */
export function Rooms({ rooms, room, mainUnread, onRoom }: Props) {
  if (rooms.length === 0) return null
  return (
    <nav className="rooms" aria-label="Rooms">
      <RoomButton isOpen={!room} unread={mainUnread} onOpen={() => onRoom(undefined)}>
        Assistant
      </RoomButton>
      {rooms.map((row) => (
        <RoomButton key={row.id} isOpen={row.id === room} unread={row.unread_count ?? 0} onOpen={() => onRoom(row.id)}>
          <Icon name="plane" /> <span className="room-name">{operatorOf(row)}</span>
          <span className="soft">{ANSWERS[String(row.metadata.answer)] ?? 'asked'}</span>
        </RoomButton>
      ))}
    </nav>
  )
}

type RoomButtonProps = { isOpen: boolean; unread: number; onOpen(): void; children: React.ReactNode }

function RoomButton({ isOpen, unread, onOpen, children }: RoomButtonProps) {
  return (
    <button type="button" className="room" aria-current={isOpen ? 'true' : undefined} onClick={onOpen}>
      {children}
      {unread > 0 && !isOpen && (
        <span className="badge">
          {unread}
          <span className="unseen"> unread</span>
        </span>
      )}
    </button>
  )
}
