import type { MouseEvent } from 'react'
import { useAirports } from '../data/airports.ts'
import { type Deal, GROUPS, routeOf, stopsOf } from '../data/deals.ts'
import { useStore } from '../data/store.ts'
import { formatAge, formatDays } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { EmptyNote, Skeleton } from '../look/status-note.tsx'
import { useNow } from '../look/use-now.ts'
import { AccountMenu } from './account-menu.tsx'
import { useDesk } from './desk-context.ts'
import { addressOf, type Place } from './place.ts'
import { MODIFIER } from './shortcuts.ts'

type Props = {
  deals: Deal[]
  place: Place
  open: Deal | undefined
  onPalette(): void
  onHelp(): void
  onSignOut(): void
}

/** The deals, grouped by who has to act. */
export function DealList({ deals, place, open, onPalette, onHelp, onSignOut }: Props) {
  const { store, go } = useDesk()
  const lists = useStore(store, (state) => state.lists)
  const now = useNow(30_000)
  return (
    <nav className="deals" aria-label="Deals">
      <div className="deals-head">
        <h2>Deals</h2>
        <button type="button" className="quiet small search" onClick={onPalette} aria-label="Search and commands">
          <Icon name="search" /> <kbd>{MODIFIER} K</kbd>
        </button>
        <button type="button" className="small" onClick={() => go({ view: 'deals' })} aria-label="New deal">
          <Icon name="plus" /> New
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="deals-scroll" tabIndex={0} aria-label="All deals">
        {lists === 'loading' && <Skeleton lines={6} label="Loading deals" />}
        {lists === 'ready' && deals.length === 0 && (
          <EmptyNote icon="plane" title="No deals yet">
            Type a trip to start the first one.
          </EmptyNote>
        )}
        {GROUPS.map((group) => {
          const inGroup = deals.filter((deal) => deal.group === group)
          if (inGroup.length === 0) return null
          return (
            <section key={group} aria-label={group} className="group" data-group={group}>
              <h3>
                {group} <span className="count">{inGroup.length}</span>
              </h3>
              <ul>
                {inGroup.map((deal) => (
                  <DealRow key={deal.id} deal={deal} now={now} isOpen={place.view === 'deals' && deal === open} />
                ))}
              </ul>
            </section>
          )
        })}
      </section>
      <AccountMenu place={place} onHelp={onHelp} onSignOut={onSignOut} />
    </nav>
  )
}

function DealRow({ deal, now, isOpen }: { deal: Deal; now: number; isOpen: boolean }) {
  const { store, go } = useDesk()
  const subject = useStore(store, ({ conversations }) => conversations[deal.conversation_id ?? '']?.subject)
  const place: Place = { view: 'deals', deal: deal.id }
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    go(place)
  }
  return (
    <li>
      <a
        href={addressOf(place)}
        className="deal"
        aria-current={isOpen ? 'page' : undefined}
        data-unread={deal.unread > 0}
        onClick={follow}
      >
        <span className="deal-top">
          <Title deal={deal} subject={subject} />
          <time dateTime={deal.at}>{formatAge(deal.at, now)}</time>
        </span>
        <span className="soft">{deal.request ? factsOf(deal.request) : 'Not a request yet'}</span>
        <span className="deal-top">
          <span className="deal-next">{deal.next}</span>
          {deal.unread > 0 && (
            <span className="badge">
              {deal.unread}
              <span className="unseen"> unread</span>
            </span>
          )}
        </span>
      </a>
    </li>
  )
}

function Title({ deal: { request }, subject }: { deal: Deal; subject: string | null | undefined }) {
  const stops = request ? stopsOf(request) : []
  const places = useAirports(stops)
  if (!request) return <strong>{subject ?? 'New deal'}</strong>
  const cities = stops.map((code) => places[code]?.city ?? code).join(' – ')
  return <strong title={cities}>{routeOf(request)}</strong>
}

type Facts = NonNullable<Deal['request']>

const factsOf = ({ client, departure_date, return_date, segments, passengers }: Facts) =>
  [
    client?.company_name ?? 'No client yet',
    formatDays(departure_date, return_date ?? segments.at(-1)?.departure_date ?? null),
    `${passengers} pax`,
  ].join(' · ')
