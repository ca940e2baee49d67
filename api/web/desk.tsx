import { useCallback, useEffect, useState } from 'react'
import { Conversation } from './conversation.tsx'
import { DealList } from './deal-list.tsx'
import { DealPanel } from './deal-panel.tsx'
import { followFeed } from './live.ts'
import type { Agent } from './rows.ts'
import { type Store, useStore } from './store.ts'

type Props = { store: Store; agent: Agent; onSignOut(): void }
type Pane = 'deals' | 'conversation' | 'deal'

const conversationInAddress = () => /^\/deals\/([0-9a-f-]{36})/.exec(location.pathname)?.[1]

/** The broker's desk: deals, the conversation, and the deal beside it. On a phone, one of the three at a time. */
export function Desk({ store, agent, onSignOut }: Props) {
  const state = useStore(store)
  const [open, setOpen] = useState(conversationInAddress)
  const [pane, setPane] = useState<Pane>(open ? 'conversation' : 'deals')

  useEffect(() => {
    const ended = new AbortController()
    void followFeed(store, ended.signal)
    return () => ended.abort()
  }, [store])

  useEffect(() => {
    const follow = () => setOpen(conversationInAddress())
    addEventListener('popstate', follow)
    return () => removeEventListener('popstate', follow)
  }, [])

  const show = useCallback((conversation_id: string | undefined) => {
    history.pushState(null, '', conversation_id ? `/deals/${conversation_id}` : '/')
    setOpen(conversation_id)
    setPane('conversation')
  }, [])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.closest('input, textarea, select')
      if (event.key === 'c' && !typing && !event.metaKey && !event.ctrlKey) {
        event.preventDefault()
        show(undefined)
      }
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [show])

  const conversation = open ? state.conversations[open] : undefined
  const request =
    (conversation?.request_id ? state.requests[conversation.request_id] : undefined) ??
    Object.values(state.requests).find((row) => open && row.primary_conversation_id === open)

  return (
    <div className="desk" data-pane={pane}>
      <header className="bar">
        <strong>JetVision</strong>
        <span className="simulated">Local mode: Avinode, model and mail may be simulated</span>
        <nav aria-label="Service">
          <a href="/api/docs" target="_blank" rel="noreferrer">
            API
          </a>
          <span>{agent.full_name}</span>
          <button type="button" className="quiet" onClick={onSignOut}>
            Sign out
          </button>
        </nav>
      </header>
      {!state.online && (
        <p className="offline" role="status">
          Connection lost. Reconnecting; nothing you typed is lost.
        </p>
      )}
      <DealList state={state} open={open} onOpen={show} />
      <Conversation key={open ?? 'new'} store={store} conversation_id={open} request={request} onOpen={show} />
      {request && <DealPanel key={request.id} store={store} request={request} />}
      <nav className="tabs" aria-label="Panes">
        {(['deals', 'conversation', 'deal'] as const).map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={pane === name}
            disabled={name === 'deal' && !request}
            onClick={() => setPane(name)}
          >
            {{ deals: 'Deals', conversation: 'Chat', deal: 'Deal' }[name]}
          </button>
        ))}
      </nav>
    </div>
  )
}
