import { createContext, use } from 'react'
import type { Store } from '../data/store.ts'
import type { Place } from './place.ts'

export const TABS = ['Overview', 'Quotes', 'Proposal', 'Timeline', 'Activity'] as const
export type Tab = (typeof TABS)[number]

/** What any card or button on the desk may do. */
export type Desk = {
  store: Store
  go(place: Place): void
  /** Shows one side of the open deal, wherever there is room for it. */
  showTab(tab: Tab): void
  /** Opens the room in which an operator reads along. */
  openRoom(conversation_id: string): void
  /** Puts words into the composer, as if they had been typed. */
  suggest(text: string): void
  /** Tells in passing, at the edge of the page, with the way to undo it. */
  tell(sentence: string, undo?: () => Promise<unknown>): void
}

export const DeskContext = createContext<Desk | null>(null)

export function useDesk(): Desk {
  const desk = use(DeskContext)
  if (!desk) throw new Error('This is drawn outside the desk')
  return desk
}
