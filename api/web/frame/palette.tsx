import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { showHidden } from '../conversation/hidden-characters.ts'
import { speakerOf } from '../conversation/speaker.ts'
import { useAirports } from '../data/airports.ts'
import { getJson, type Page, sentenceOf } from '../data/api.ts'
import { type Deal, routeOf, stopsOf } from '../data/deals.ts'
import type { FoundMessage } from '../data/rows.ts'
import { Dialog } from '../look/dialog.tsx'
import { formatDays } from '../look/format.ts'
import { setPreferences } from '../look/preferences.ts'
import { type Desk, TABS, useDesk } from './desk-context.ts'

type Entry = { id: string; name: string; hint: string; words: string; run(): void }
type Props = { deals: Deal[]; onClose(): void; onHelp(): void }

const SHOWN = 12

/** Finds anything by a few letters: deals by route, city or client, and everything that a button does. */
export function Palette({ deals, onClose, onHelp }: Props) {
  const desk = useDesk()
  const list = useId()
  const input = useRef<HTMLInputElement>(null)
  const [query, setQuery] = useState('')
  const [at, setAt] = useState(0)
  const codes = useMemo(() => deals.flatMap(({ request }) => (request ? stopsOf(request) : [])), [deals])
  const places = useAirports(codes)
  const cities = (code: string) => places[code]?.city ?? ''
  const actions = commands(desk, onHelp)
  const entries = deals.map((deal) => dealEntry(deal, desk, cities))
  const found = query.trim()
    ? search([...entries, ...actions], query)
    : [...actions.slice(0, 2), ...entries.slice(0, 5), ...actions.slice(2)]
  const said = useFoundMessages(query)
  const all = [...found, ...said.rows.map((message) => messageEntry(message, desk))]
  const chosen = all[Math.min(at, all.length - 1)]

  const nothing = all.length === 0 ? `Nothing matches “${query}”.` : undefined
  const note = said.problem ?? (said.isLooking ? 'Looking through the messages …' : nothing)

  useEffect(() => input.current?.focus(), [])

  const run = (entry: Entry | undefined) => {
    if (!entry) return
    onClose()
    entry.run()
  }
  const onKey = (event: KeyboardEvent) => {
    const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    if (by !== 0) {
      event.preventDefault()
      setAt((now) => (Math.min(now, all.length - 1) + by + all.length) % Math.max(1, all.length))
    } else if (event.key === 'Enter') {
      event.preventDefault()
      run(chosen)
    }
  }

  return (
    <Dialog label="Search and commands" className="palette" onClose={onClose}>
      <input
        ref={input}
        role="combobox"
        aria-label="Search deals, messages and commands"
        aria-expanded={all.length > 0}
        aria-controls={list}
        aria-activedescendant={chosen ? `${list}-${chosen.id}` : undefined}
        placeholder="Route, city, client, words of a message, or what to do"
        value={query}
        onChange={(event) => {
          setQuery(event.target.value)
          setAt(0)
        }}
        onKeyDown={onKey}
      />
      <div id={list} role="listbox" aria-label="Found">
        {all.map((entry) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and takes the keys
          <div
            key={entry.id}
            id={`${list}-${entry.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={entry === chosen}
            onClick={() => run(entry)}
          >
            <span>{entry.name}</span>
            <span className="soft">{entry.hint}</span>
          </div>
        ))}
      </div>
      <p className={note ? 'soft nothing' : 'unseen'} role="status">
        {note}
      </p>
    </Dialog>
  )
}

const LOOK_AFTER_MS = 200

/** Messages of all rooms that contain what was typed, a moment after the last key. */
function useFoundMessages(query: string) {
  const { store } = useDesk()
  const words = query.trim()
  const [found, setFound] = useState<{ words: string; rows: FoundMessage[]; problem?: string }>({ words: '', rows: [] })
  useEffect(() => {
    if (words.length < 2) return setFound({ words, rows: [] })
    const left = new AbortController()
    const look = async () => {
      try {
        const path = `/api/messages/search?limit=8&query=${encodeURIComponent(words)}`
        setFound({ words, rows: (await getJson<Page<FoundMessage>>(store.session, path, left.signal)).data })
      } catch (error) {
        if (!left.signal.aborted) setFound({ words, rows: [], problem: sentenceOf(error) })
      }
    }
    const wait = setTimeout(() => void look(), LOOK_AFTER_MS)
    return () => {
      clearTimeout(wait)
      left.abort()
    }
  }, [store, words])
  const isLooking = words.length >= 2 && found.words !== words
  return { rows: isLooking ? [] : found.rows, problem: isLooking ? undefined : found.problem, isLooking }
}

function messageEntry({ id, content, conversation, ...message }: FoundMessage, { go, store }: Desk): Entry {
  const { id: room, type, request_id, subject } = conversation
  const name = showHidden(content ?? '')
    .replace(/\s+/g, ' ')
    .slice(0, 120)
  const hint = `${speakerOf(message, store.session.agent.id)}, ${subject ?? 'message'}`
  const run = () =>
    go({ view: 'deals', deal: request_id ?? room, message: id, ...(type === 'quote_discussion' && { room }) })
  return { id, name, hint, words: '', run }
}

function search(entries: Entry[], query: string) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  return entries.filter((entry) => words.every((word) => entry.words.includes(word))).slice(0, SHOWN)
}

function commands({ go, showTab, suggest, store }: Desk, onHelp: () => void): Entry[] {
  const command = (name: string, hint: string, run: () => void): Entry => ({
    id: name.replaceAll(' ', '-'),
    name,
    hint,
    words: `${name} ${hint}`.toLowerCase(),
    run,
  })
  return [
    command('New deal', 'c', () => go({ view: 'deals' })),
    command('Write a message', '/', () => suggest('')),
    ...TABS.map((tab) => command(`Show ${tab.toLowerCase()}`, 'of this deal', () => showTab(tab))),
    command('Clients', 'list', () => go({ view: 'clients' })),
    ...(store.session.agent.role === 'admin'
      ? [command('Administration', 'errors, dead letters', () => go({ view: 'admin' }))]
      : []),
    command('Dark theme', 'appearance', () => setPreferences({ theme: 'dark' })),
    command('Light theme', 'appearance', () => setPreferences({ theme: 'light' })),
    command('Keyboard shortcuts', '?', onHelp),
  ]
}

function dealEntry({ id, request, next }: Deal, { go, store }: Desk, cities: (code: string) => string): Entry {
  const run = () => go({ view: 'deals', deal: id })
  if (!request) {
    const name = store.read().conversations[id]?.subject ?? 'New deal'
    return { id, name, hint: next, words: `${name} ${next}`.toLowerCase(), run }
  }
  const stops = stopsOf(request)
  const name = `${routeOf(request)} · ${request.client?.company_name ?? 'no client yet'}`
  const hint = `${formatDays(request.departure_date, request.return_date)} · ${next}`
  return { id, name, hint, words: `${name} ${hint} ${stops.map(cities).join(' ')}`.toLowerCase(), run }
}
