import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { Conversation } from '../conversation/conversation.tsx'
import { sentenceOf } from '../data/api.ts'
import { type Deal, dealsOf, findDeal, withKept } from '../data/deals.ts'
import { followFeed } from '../data/feed.ts'
import { changeRoom } from '../data/room-actions.ts'
import { isRunning, type Store, useStore } from '../data/store.ts'
import { DealPanel } from '../deal/deal-panel.tsx'
import { EmptyNote } from '../look/status-note.tsx'
import { useMedia } from '../look/use-media.ts'
import { Admin } from '../people/admin.tsx'
import { Clients } from '../people/clients.tsx'
import { ConnectionBanner } from './connection-banner.tsx'
import { DealList } from './deal-list.tsx'
import { type Desk as DeskActions, DeskContext, type Tab } from './desk-context.ts'
import { Help } from './help.tsx'
import { LocalBar } from './local-bar.tsx'
import { Palette } from './palette.tsx'
import { type Pane, PaneTabs } from './pane-tabs.tsx'
import { type Place, usePlace } from './place.ts'
import { useShortcuts } from './shortcuts.ts'

type Props = { store: Store; onSignOut(): void }
const MAIN_NAMES = { deals: 'Chat', clients: 'Clients', admin: 'Admin' }
type Told = { sentence: string; undo: (() => Promise<unknown>) | undefined }

/** The broker's desk: deals, the conversation, and the deal beside it. On a phone, one of the three at a time. */
export function Desk({ store, onSignOut }: Props) {
  const rows = useStore(store, ({ requests, conversations, approvals }) => ({ requests, conversations, approvals }))
  const answering = useStore(store, ({ answers }) => Object.keys(answers).filter((id) => isRunning(answers[id])))
  const kept = useRef<Deal[]>([])
  const deals = useMemo(() => {
    kept.current = withKept(dealsOf(rows, store.session.agent.id, answering), kept.current)
    return kept.current
  }, [rows, store, answering])
  const [place, go] = usePlace()
  const [pane, setPane] = useState<Pane>(place.deal || place.view !== 'deals' ? 'main' : 'deals')
  const [drawer, setDrawer] = useState(false)
  const isPhone = useMedia('(width < 768px)')
  // On a phone the deal is drawn when it is first looked at, and then stays, with what was typed in it.
  const wasPanelSeen = useRef(false)
  wasPanelSeen.current ||= pane === 'deal' || !isPhone
  const [tab, setTab] = useState<Tab>('Overview')
  const [overlay, setOverlay] = useState<'palette' | 'help'>()
  const [told, setTold] = useState<Told>()
  const [suggestion, setSuggestion] = useState<{ text: string }>()
  const deal = findDeal(deals, place.deal)
  const request = place.view === 'deals' ? deal?.request : undefined
  // The panel's place is kept from the first word on, so that nothing moves when the request is there.
  const hasPanel = place.view === 'deals' && place.deal !== undefined

  useEffect(() => {
    const ended = new AbortController()
    void followFeed(store, ended.signal)
    return () => ended.abort()
  }, [store])

  useEffect(() => {
    if (!told) return
    const timer = setTimeout(() => setTold(undefined), told.undo ? 12_000 : 6_000)
    return () => clearTimeout(timer)
  }, [told])

  const placeNow = useRef<Place>(place)
  placeNow.current = place

  const dealNow = useRef(deal)
  dealNow.current = deal
  const undo = async (what: Told) => {
    setTold(undefined)
    await what.undo?.().catch((error: unknown) => setTold({ sentence: sentenceOf(error), undo: what.undo }))
  }

  const actions = useMemo<DeskActions>(() => {
    const show = (next: Place) => {
      go(next)
      setPane('main')
      setDrawer(false)
      setOverlay(undefined)
    }
    return {
      store,
      go: show,
      showTab(next) {
        setTab(next)
        setPane('deal')
        setDrawer(true)
      },
      openRoom: (room) => show({ ...placeNow.current, view: 'deals', room }),
      suggest(text) {
        setSuggestion({ text })
        setPane('main')
        setDrawer(false)
      },
      tell: (sentence, undo) => setTold({ sentence, undo }),
    }
  }, [store, go])

  useShortcuts(
    useMemo(
      () => ({
        palette: () => setOverlay('palette'),
        help: () => setOverlay('help'),
        newDeal: () => actions.go({ view: 'deals' }),
        compose: () => actions.suggest('/'),
        done: () => void resolveDeal(store, dealNow.current, actions.tell),
        move: moveInList,
      }),
      [actions, store],
    ),
  )

  const closeOverlay = useCallback(() => setOverlay(undefined), [])
  const title = request ? `${request.departure_airport} – ${request.arrival_airport}` : 'Deals'
  useEffect(() => {
    const waiting = deals.filter(({ group }) => group === 'needs you').length
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}${title} · JetVision`
  }, [deals, title])

  return (
    <DeskContext value={actions}>
      <div className="desk" data-pane={pane} data-drawer={drawer} data-panel={hasPanel ? tab : 'none'}>
        <a className="skip" href="#main">
          Skip to the conversation
        </a>
        <LocalBar />
        <ConnectionBanner />
        <DealList
          deals={deals}
          place={place}
          open={deal}
          onPalette={() => setOverlay('palette')}
          onHelp={() => setOverlay('help')}
          onSignOut={onSignOut}
        />
        {place.view === 'clients' && <Clients />}
        {place.view === 'admin' && <Admin />}
        {place.view === 'deals' && (
          <Conversation
            key={`conversation ${deal?.conversation_id ?? place.deal ?? 'new'}`}
            place={place}
            deal={deal}
            suggestion={suggestion}
            onPanel={() => setDrawer(true)}
          />
        )}
        {request && wasPanelSeen.current && (
          <DealPanel
            key={`panel ${request.id}`}
            request={request}
            tab={tab}
            onTab={setTab}
            isDrawer={drawer}
            isAlone={isPhone}
            onClose={() => setDrawer(false)}
          />
        )}
        {hasPanel && !request && (
          <aside className="panel" aria-label="Deal">
            <EmptyNote icon="plane" title="The deal appears here">
              As soon as route, day and passengers are known.
            </EmptyNote>
          </aside>
        )}
        <PaneTabs pane={pane} hasDeal={request !== undefined} main={MAIN_NAMES[place.view]} onPane={setPane} />
        <div className="told" role="status" data-shown={told !== undefined}>
          {told && <p>{told.sentence}</p>}
          {told?.undo && (
            <button type="button" className="quiet small" onClick={() => void undo(told)}>
              Undo
            </button>
          )}
        </div>
      </div>
      {overlay === 'palette' && <Palette deals={deals} onClose={closeOverlay} onHelp={() => setOverlay('help')} />}
      {overlay === 'help' && <Help onClose={closeOverlay} />}
    </DeskContext>
  )
}

/** Puts the room of a deal aside; a new message in it brings it back. */
async function resolveDeal(store: Store, deal: Deal | undefined, tell: DeskActions['tell']) {
  const id = deal?.conversation_id
  if (!id) return
  try {
    await changeRoom(store, id, { status: 'resolved' })
    tell('Resolved. A new message opens it again.', () => changeRoom(store, id, { status: 'active' }))
  } catch (error) {
    tell(sentenceOf(error))
  }
}

/** Moves the focus through the deals, from the open one on. */
function moveInList(by: 1 | -1) {
  const links = [...document.querySelectorAll<HTMLElement>('.deal')]
  const focused = links.indexOf(document.activeElement as HTMLElement)
  const from = focused >= 0 ? focused : links.findIndex((link) => link.ariaCurrent === 'page')
  const next = links[from < 0 ? 0 : Math.min(links.length - 1, Math.max(0, from + by))]
  next?.focus()
}
