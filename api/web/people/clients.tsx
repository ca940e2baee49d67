import { useEffect, useState } from 'react'
import { getJson, type Page, sentenceOf } from '../data/api.ts'
import type { Client } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Icon } from '../look/icon.tsx'
import { Alert, EmptyNote, Skeleton } from '../look/status-note.tsx'
import { ClientForm } from './client-form.tsx'

/** The broker's clients: whom proposals go to, and what they like. */
export function Clients() {
  const { store } = useDesk()
  const [query, setQuery] = useState('')
  const [clients, setClients] = useState<Client[]>()
  const [problem, setProblem] = useState<string>()
  const [open, setOpen] = useState<Client | 'new'>()
  const [version, setVersion] = useState(0)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is a reason to read again
  useEffect(() => {
    const left = new AbortController()
    const wait = setTimeout(
      async () => {
        try {
          const path = `/api/clients?limit=100${query ? `&query=${encodeURIComponent(query)}` : ''}`
          setClients((await getJson<Page<Client>>(store.session, path, left.signal)).data)
          setProblem(undefined)
        } catch (error) {
          if (!left.signal.aborted) setProblem(sentenceOf(error))
        }
      },
      query ? 200 : 0,
    )
    return () => {
      clearTimeout(wait)
      left.abort()
    }
  }, [store, query, version])

  const saved = () => {
    setOpen(undefined)
    setVersion((count) => count + 1)
  }
  return (
    <main className="people" id="main" tabIndex={-1} aria-label="Clients">
      <header className="conversation-head">
        <div>
          <h1>Clients</h1>
          <p className="soft">Proposals go to the address that stands here.</p>
        </div>
        <input
          type="search"
          value={query}
          aria-label="Search clients"
          placeholder="Search"
          onChange={(event) => setQuery(event.target.value)}
        />
        <button type="button" className="small" onClick={() => setOpen('new')}>
          <Icon name="plus" /> Client
        </button>
      </header>
      <div className="people-scroll">
        {problem && <Alert onRetry={() => setVersion((count) => count + 1)}>{problem}</Alert>}
        {open && (
          <ClientForm
            key={open === 'new' ? 'new' : open.id}
            client={open === 'new' ? undefined : open}
            onSaved={saved}
            onClose={() => setOpen(undefined)}
          />
        )}
        {!clients && !problem && <Skeleton lines={6} label="Loading clients" />}
        {clients?.length === 0 && (
          <EmptyNote icon="people" title={query ? `No client is called “${query}”` : 'No clients yet'}>
            Add one here, or tell the assistant about it.
          </EmptyNote>
        )}
        <ul className="client-list">
          {clients?.map((client) => (
            <li key={client.id}>
              <button type="button" className="choice" onClick={() => setOpen(client)}>
                <span>
                  <strong>{client.company_name}</strong>
                  <span className="soft">
                    {[client.contact_name, client.email, client.phone].filter(Boolean).join(' · ') || 'No address yet'}
                  </span>
                  <span className="soft">{preferencesOf(client)}</span>
                </span>
                <Icon name="next" />
              </button>
            </li>
          ))}
        </ul>
      </div>
    </main>
  )
}

function preferencesOf({ preferences }: Client) {
  const likes = ['preferred_aircraft', 'preferred_amenities', 'dietary_restrictions'].flatMap((name) => {
    const value = preferences?.[name]
    return Array.isArray(value) ? value.map(String) : []
  })
  return likes.join(', ')
}
