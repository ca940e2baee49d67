import { type KeyboardEvent, useEffect, useRef } from 'react'
import type { Request } from '../data/rows.ts'
import { TABS, type Tab } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'
import { Activity } from './activity.tsx'
import { Overview } from './overview.tsx'
import { Proposals } from './proposals.tsx'
import { Quotes } from './quotes.tsx'
import { Timeline } from './timeline.tsx'

type Props = {
  request: Request
  tab: Tab
  isDrawer: boolean
  /** On a phone it is all that is shown. */
  isAlone: boolean
  onTab(tab: Tab): void
  onClose(): void
}

const SIDES = { Overview, Quotes, Proposal: Proposals, Timeline, Activity }

/** The deal beside its conversation: the facts, the quotes, what went to the client, and what happened when. */
export function DealPanel({ request, tab, isDrawer, isAlone, onTab, onClose }: Props) {
  const panel = useRef<HTMLElement>(null)
  const Side = SIDES[tab]
  const Panel = isAlone ? 'main' : 'aside'

  useEffect(() => {
    if (isDrawer && matchMedia('(width < 1200px)').matches)
      panel.current?.querySelector<HTMLElement>('[aria-selected="true"]')?.focus()
  }, [isDrawer])

  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && isDrawer) onClose()
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a veil; Escape and the button do the same */}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a veil; Escape and the button do the same */}
      <div className="veil" onClick={onClose} />
      <Panel ref={panel} className="panel" aria-label="Deal" onKeyDown={onKey}>
        {isAlone && (
          <h1 className="unseen">
            {request.departure_airport} – {request.arrival_airport}
          </h1>
        )}
        <div className="panel-head">
          <Tabs tab={tab} onTab={onTab} />
          <button
            type="button"
            className="quiet small close-panel"
            onClick={onClose}
            aria-label="Close the deal’s panel"
          >
            <Icon name="close" />
          </button>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <div className="panel-side" role="tabpanel" id="deal-side" aria-labelledby={`tab-${tab}`} tabIndex={0}>
          <Side request={request} />
        </div>
      </Panel>
    </>
  )
}

/** Left and right move between the sides, as in any row of tabs. */
function Tabs({ tab, onTab }: { tab: Tab; onTab(tab: Tab): void }) {
  const onKey = (event: KeyboardEvent<HTMLElement>) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = TABS[(TABS.indexOf(tab) + by + TABS.length) % TABS.length]
    if (by === 0 || !next) return
    event.preventDefault()
    onTab(next)
    document.getElementById(`tab-${next}`)?.focus()
  }
  return (
    <div className="tabs" role="tablist" aria-label="About the deal">
      {TABS.map((name) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={tab === name}
          aria-controls="deal-side"
          tabIndex={tab === name ? 0 : -1}
          onClick={() => onTab(name)}
          onKeyDown={onKey}
        >
          {name}
        </button>
      ))}
    </div>
  )
}
