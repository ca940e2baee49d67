import { type FormEvent, useEffect, useState } from 'react'
import { endSeat, invite, loadPeople } from '../data/room-actions.ts'
import type { Participant } from '../data/rows.ts'
import { useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Dialog } from '../look/dialog.tsx'
import { formatAge } from '../look/format.ts'
import { Alert, Skeleton } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'

/** Who is in a room, what each may do there, and whether they are at their desk. */
export function PeopleDialog({ conversation_id, onClose }: { conversation_id: string; onClose(): void }) {
  const { store, go } = useDesk()
  const { busy, problem, run } = useAction()
  const seats = useStore(store, ({ conversations }) => conversations[conversation_id]?.participants)
  const mine = seats?.find(({ iso_agent_id }) => iso_agent_id === store.session.agent.id)
  useEffect(() => void run(() => loadPeople(store, conversation_id)), [run, store, conversation_id])

  const end = async (seat: Participant) => {
    if (!(await run(() => endSeat(store, conversation_id, seat))) || seat !== mine) return
    onClose()
    go({ view: 'deals' })
  }
  return (
    <Dialog label="People in this room" className="people-dialog" onClose={onClose}>
      <h2>People in this room</h2>
      {!seats && !problem && <Skeleton lines={3} label="Loading who takes part" />}
      <ul>
        {seats
          ?.filter(({ is_active }) => is_active)
          .map((seat) => (
            <li key={seat.id}>
              <span>
                <strong>
                  {seat.name}
                  {seat === mine && ' (you)'}
                </strong>
                <span className="soft">{ROLES[seat.role]}</span>
              </span>
              <Presence seat={seat} />
              {seat.iso_agent_id && (mine?.can_invite || seat === mine) && (
                <button
                  type="button"
                  className="quiet small"
                  disabled={busy}
                  aria-label={seat === mine ? 'Leave this room' : `Remove ${seat.name}`}
                  onClick={() => void end(seat)}
                >
                  {seat === mine ? 'Leave' : 'Remove'}
                </button>
              )}
            </li>
          ))}
      </ul>
      {problem && <Alert>{problem}</Alert>}
      {mine?.can_invite && <Invite conversation_id={conversation_id} />}
      <button type="button" className="quiet" onClick={onClose}>
        Close
      </button>
    </Dialog>
  )
}

const ROLES: Record<Participant['role'], string> = {
  iso_agent: 'Broker',
  ai_assistant: 'Assistant',
  operator: 'Operator, through Avinode',
  observer: 'Reads along',
}

const STATES = { online: 'At the desk', away: 'Away', busy: 'Busy', offline: 'Not here' }

function Presence({ seat: { online_status, last_seen_at } }: { seat: Participant }) {
  if (!online_status) return null
  const seen = online_status === 'offline' && last_seen_at ? `, last seen ${formatAge(last_seen_at)} ago` : ''
  return (
    <span className="presence" data-status={online_status}>
      {STATES[online_status]}
      {seen.replace('now ago', 'just now')}
    </span>
  )
}

function Invite({ conversation_id }: { conversation_id: string }) {
  const { store } = useDesk()
  const { busy, problem, run } = useAction()
  const [email, setEmail] = useState('')
  const [takesPart, setTakesPart] = useState(false)
  const send = async (event: FormEvent) => {
    event.preventDefault()
    const role = takesPart ? 'iso_agent' : 'observer'
    if (await run(() => invite(store, conversation_id, { email: email.trim(), role }))) setEmail('')
  }
  return (
    <form className="invite" onSubmit={send}>
      <label>
        Invite a colleague by e-mail address
        <input type="email" required value={email} maxLength={254} onChange={(event) => setEmail(event.target.value)} />
      </label>
      <label className="switch">
        <input type="checkbox" checked={takesPart} onChange={(event) => setTakesPart(event.target.checked)} />
        May write too
      </label>
      {problem && <Alert>{problem}</Alert>}
      <button type="submit" className="small" disabled={busy}>
        {busy ? 'Inviting …' : 'Invite'}
      </button>
    </form>
  )
}
