import { type MouseEvent, memo, useEffect, useRef, useState } from 'react'
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
        {lists === 'loading' && deals.length === 0 && <Skeleton lines={6} label="Loading deals" />}
        {lists === 'failed' && deals.length === 0 && (
          <EmptyNote icon="alert" title="The deals could not be read">
            They appear here as soon as JetVision can be reached again. Nothing that you typed is lost.
          </EmptyNote>
        )}
        {lists === 'ready' && deals.length === 0 && (
          <EmptyNote icon="plane" title="No deals yet">
            Type a trip to start the first one.
          </EmptyNote>
        )}
        {GROUPS.map((group) => (
          <Group
            key={group}
            group={group}
            deals={deals.filter((deal) => deal.group === group)}
            now={now}
            open={place.view === 'deals' ? open : undefined}
          />
        ))}
      </section>
      <AccountMenu place={place} onHelp={onHelp} onSignOut={onSignOut} />
    </nav>
  )
}

type GroupProps = { group: Deal['group']; deals: Deal[]; now: number; open: Deal | undefined }

const STEP = 60

/** The deals in which the same side has to act. A long list grows as its end comes into view. */
function Group({ group, deals, now, open }: GroupProps) {
  const [most, setMost] = useState(STEP)
  const more = useRef<HTMLButtonElement>(null)
  const isMore = deals.length > most

  // biome-ignore lint/correctness/useExhaustiveDependencies: every time it has grown, its new end is watched
  useEffect(() => {
    if (!more.current) return
    const watch = new IntersectionObserver(([end]) => end?.isIntersecting && setMost((count) => count + STEP))
    watch.observe(more.current)
    return () => watch.disconnect()
  }, [isMore, most])

  if (deals.length === 0) return null
  return (
    <section aria-label={group} className="group" data-group={group}>
      <h3>
        {group} <span className="count">{deals.length}</span>
      </h3>
      <ul>
        {deals.slice(0, most).map((deal) => (
          <DealRow key={deal.id} deal={deal} now={now} isOpen={deal === open} />
        ))}
      </ul>
      {isMore && (
        <button ref={more} type="button" className="quiet small" onClick={() => setMost(most + STEP)}>
          {deals.length - most} more
        </button>
      )}
    </section>
  )
}

const DealRow = memo(function DealRow({ deal, now, isOpen }: { deal: Deal; now: number; isOpen: boolean }) {
  const { go } = useDesk()
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
          <Title deal={deal} />
          <time dateTime={deal.at}>{formatAge(deal.at, now)}</time>
        </span>
        <span className="soft">
          {deal.request ? factsOf(deal.request) : deal.isShared ? 'Shared with you' : 'Not a request yet'}
        </span>
        <span className="deal-top">
          <span className="deal-next">
            {deal.isUrgent && <span className="tag urgent">Urgent</span>} {deal.next}
          </span>
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
})

function Title({ deal: { request, subject } }: { deal: Deal }) {
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
