import { type FormEvent, useState } from 'react'
import { call } from '../data/api.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import type { Client } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Alert } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'

type Props = { client: Client | undefined; onSaved(): void; onClose(): void }

const FIELDS = [
  ['company_name', 'Company', 'text', 200],
  ['contact_name', 'Contact', 'text', 200],
  ['email', 'E-mail', 'email', 254],
  ['phone', 'Phone', 'tel', 50],
  ['notes', 'Notes', 'text', 5_000],
] as const

const LIKES = [
  ['preferred_aircraft', 'Likes to fly'],
  ['preferred_amenities', 'Likes on board'],
  ['dietary_restrictions', 'Eats'],
] as const

type Values = Record<string, string>

/** A new client, or changes to one. Unsaved words are a draft: closing or reloading does not lose them. */
export function ClientForm({ client, onSaved, onClose }: Props) {
  const { store, tell } = useDesk()
  const { busy, problem, run } = useAction()
  const agent_id = store.session.agent.id
  const key = `client.${client?.id ?? 'new'}`
  const [before] = useState(() => valuesOf(client))
  const [values, setValues] = useState<Values>(() => {
    const kept = readDraft(agent_id, key)
    return kept ? { ...before, ...(JSON.parse(kept) as Values) } : before
  })

  const change = (name: string, value: string) => {
    const next = { ...values, [name]: value }
    const changed = Object.entries(next).filter(([field, text]) => text !== before[field])
    keepDraft(agent_id, key, changed.length > 0 ? JSON.stringify(Object.fromEntries(changed)) : '')
    setValues(next)
  }
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const body = bodyOf(values, before)
    const done = await run(async () => {
      if (client) await call(store.session, 'PATCH', `/api/clients/${client.id}`, { body })
      else await call(store.session, 'POST', '/api/clients', { body })
    })
    if (!done) return
    keepDraft(agent_id, key, '')
    tell(`${values.company_name} is saved.`)
    onSaved()
  }
  const undo = () => {
    keepDraft(agent_id, key, '')
    setValues(before)
  }
  const remove = async () => {
    if (!client || !(await run(() => call(store.session, 'DELETE', `/api/clients/${client.id}`)))) return
    keepDraft(agent_id, key, '')
    tell(`${client.company_name} is out of your lists. Its deals stay.`)
    onSaved()
  }
  const isChanged = Object.entries(values).some(([name, value]) => value !== before[name])
  return (
    <form className="card client-form" onSubmit={save} aria-label={client ? client.company_name : 'New client'}>
      <h2>{client?.company_name ?? 'New client'}</h2>
      {FIELDS.map(([name, label, type, longest]) => (
        <label key={name}>
          {label}
          <input
            type={type}
            name={name}
            // An address can be changed, not taken away: proposals go there.
            required={name === 'company_name' || (name === 'email' && before.email !== '')}
            maxLength={longest}
            value={values[name]}
            onChange={(event) => change(name, event.target.value)}
          />
        </label>
      ))}
      {LIKES.map(([name, label]) => (
        <label key={name}>
          {label}
          <input
            name={name}
            value={values[name]}
            placeholder="Several with commas between them"
            onChange={(event) => change(name, event.target.value)}
          />
        </label>
      ))}
      {problem && <Alert>{problem}</Alert>}
      <div className="actions">
        <button type="submit" disabled={busy}>
          {busy ? 'Saving …' : 'Save'}
        </button>
        {isChanged && (
          <button type="button" className="quiet" onClick={undo}>
            Undo changes
          </button>
        )}
        <button type="button" className="quiet" onClick={onClose}>
          Close
        </button>
        {client && (
          <button type="button" className="quiet" disabled={busy} onClick={() => void remove()}>
            Take out of the list
          </button>
        )}
      </div>
    </form>
  )
}

function valuesOf(client: Client | undefined): Values {
  const fields = FIELDS.map(([name]) => [name, client?.[name] ?? ''])
  const likes = LIKES.map(([name]) => [name, listOf(client?.preferences?.[name]).join(', ')])
  return Object.fromEntries([...fields, ...likes])
}

/** A client's wishes come as a list, or as one text. */
const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : value ? [String(value)] : [])

/** What was changed, and nothing else: a colleague may have changed the rest. */
function bodyOf(values: Values, before: Values) {
  const changed = Object.entries(values).filter(([name, value]) => value.trim() !== before[name])
  const isLike = (name: string) => LIKES.some(([like]) => like === name)
  const words = (text: string) => text.split(',').flatMap((part) => part.trim() || [])
  const fields = changed.flatMap(([name, value]) => (isLike(name) ? [] : [[name, value.trim() || null]]))
  const likes = changed.flatMap(([name, value]) => (isLike(name) ? [[name, words(value)]] : []))
  return { ...Object.fromEntries(fields), ...(likes.length > 0 && { preferences: Object.fromEntries(likes) }) }
}
