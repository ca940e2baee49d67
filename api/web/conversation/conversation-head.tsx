import type { ReactNode } from 'react'
import { useAirports } from '../data/airports.ts'
import { type Deal, isReturn, stopsOf } from '../data/deals.ts'
import { useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatDays } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { goToApproval } from './go-to-approval.ts'

type Props = { deal: Deal | undefined; onPanel(): void; children?: ReactNode }

/** What the conversation is about, and what happens next. */
export function ConversationHead({ deal, onPanel, children }: Props) {
  const { store } = useDesk()
  const subject = useStore(store, ({ conversations }) => conversations[deal?.conversation_id ?? '']?.subject)
  const request = deal?.request
  if (!request) {
    return (
      <header className="conversation-head">
        <div>
          <h1>{subject ?? 'New deal'}</h1>
          <p className="soft">{deal?.next}</p>
        </div>
        {children}
      </header>
    )
  }
  const { client, departure_date, return_date, segments, passengers } = request
  const days = formatDays(departure_date, return_date ?? segments.at(-1)?.departure_date ?? null)
  return (
    <header className="conversation-head">
      <div>
        <Route request={request} />
        <p className="soft">
          {client?.company_name ?? 'No client yet'} · {days} · {passengers} pax
        </p>
      </div>
      <NextAction deal={deal} />
      <button type="button" className="quiet small panel-button" onClick={onPanel}>
        <Icon name="panel" /> Deal
      </button>
      {children}
    </header>
  )
}

/** What happens next; where an approval waits, the way to it. */
function NextAction({ deal }: { deal: Deal }) {
  const { store } = useDesk()
  const waits = useStore(store, ({ approvals }) =>
    Object.values(approvals).some(
      ({ status, conversation_id }) => status === 'pending' && conversation_id === deal.conversation_id,
    ),
  )
  if (!waits) {
    return (
      <p className="next-action" data-group={deal.group}>
        {deal.next}
      </p>
    )
  }
  return (
    <button type="button" className="quiet small next-action" data-group={deal.group} onClick={goToApproval}>
      {deal.next}
    </button>
  )
}

function Route({ request }: { request: NonNullable<Deal['request']> }) {
  const stops = isReturn(request) ? [request.departure_airport, request.arrival_airport] : stopsOf(request)
  const places = useAirports(stops)
  const arrow = isReturn(request) ? '⇄' : '→'
  return (
    <h1>
      {stops.map((code, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a trip may touch an airport twice; its order is its key
        <span key={at} className="stop">
          {at > 0 && <span aria-hidden="true">{arrow} </span>}
          {code} {places[code] && stops.length < 4 && <span className="soft">{places[code].city}</span>}
        </span>
      ))}
    </h1>
  )
}
