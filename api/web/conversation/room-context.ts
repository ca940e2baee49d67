import { createContext, use } from 'react'
import type { Message } from '../data/rows.ts'

/** What a message may need to know of the room that it is in. */
export type Room = {
  conversation_id: string
  /** The operator who reads along, or undefined in a room of our own. */
  operator: string | undefined
  /** An observer only reads. */
  canReply: boolean
  /** The other brokers in the room, by id. */
  colleagues: Record<string, string>
  /** Whose words are being changed. */
  editing: string | undefined
  edit(message_id: string | undefined): void
  reply(to: Message): void
  openThread(root_id: string): void
}

export const RoomContext = createContext<Room | null>(null)

export function useRoom(): Room {
  const room = use(RoomContext)
  if (!room) throw new Error('This is drawn outside a room')
  return room
}
