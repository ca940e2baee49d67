import { useId, useRef } from 'react'
import { sentenceOf } from '../data/api.ts'
import { changeRoom } from '../data/room-actions.ts'
import type { Conversation } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'

type Props = { room: Conversation; canChange: boolean; onPeople(): void }

/** How a room is kept: urgent, resolved, archived; and who is in it. */
export function RoomMenu({ room, canChange, onPeople }: Props) {
  const { store, tell } = useDesk()
  const id = useId()
  const opener = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLElement>(null)
  const isAside = room.status === 'resolved' || room.status === 'archived'
  const others = (room.participants ?? []).filter(
    ({ iso_agent_id, is_active }) => is_active && iso_agent_id && iso_agent_id !== store.session.agent.id,
  ).length

  const act = (work: () => Promise<unknown>) => () => {
    menu.current?.hidePopover()
    void work().catch((error: unknown) => tell(sentenceOf(error)))
  }
  const put = (changes: Parameters<typeof changeRoom>[2]) => act(() => changeRoom(store, room.id, changes))
  const putAside = (status: 'resolved' | 'archived', said: string) =>
    act(async () => {
      await changeRoom(store, room.id, { status })
      tell(said, () => changeRoom(store, room.id, { status: 'active' }))
    })
  /** Below its button, and not beside the screen. */
  const place = () => {
    const at = opener.current?.getBoundingClientRect()
    if (!at || !menu.current) return
    menu.current.style.inset = `${at.bottom + 4}px ${Math.max(8, innerWidth - at.right)}px auto auto`
  }
  return (
    <>
      <button
        ref={opener}
        type="button"
        className="quiet small room-menu"
        popoverTarget={id}
        aria-label={others > 0 ? `Room, ${others + 1} colleagues` : 'Room'}
      >
        {room.is_priority && <span className="tag urgent">Urgent</span>}
        {isAside && <span className="tag">{room.status === 'archived' ? 'Archived' : 'Resolved'}</span>}
        {others > 0 && (
          <span className="figure" aria-hidden="true">
            <Icon name="people" /> {others + 1}
          </span>
        )}
        <Icon name="more" />
      </button>
      <section ref={menu} id={id} popover="auto" className="menu room-actions" aria-label="Room" onBeforeToggle={place}>
        <button type="button" className="quiet" onClick={act(async () => onPeople())}>
          <Icon name="people" /> People
        </button>
        {canChange && (
          <button type="button" className="quiet" onClick={put({ is_priority: !room.is_priority })}>
            {room.is_priority ? 'Not urgent any more' : 'Mark as urgent'}
          </button>
        )}
        {canChange && isAside && (
          <button type="button" className="quiet" onClick={put({ status: 'active' })}>
            Take up again
          </button>
        )}
        {canChange && !isAside && (
          <button
            type="button"
            className="quiet"
            onClick={putAside('resolved', 'Resolved. A new message opens it again.')}
          >
            Resolve <kbd>e</kbd>
          </button>
        )}
        {canChange && room.status !== 'archived' && (
          <button
            type="button"
            className="quiet"
            onClick={putAside('archived', 'Archived. It is among the deals that are done.')}
          >
            Archive
          </button>
        )}
      </section>
    </>
  )
}
