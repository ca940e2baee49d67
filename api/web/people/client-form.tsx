import { type FormEvent, useState } from 'react'
import { call } from '../data/api.ts'
import type { Client } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Alert } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'

type Props = { client: Client | undefined; onSaved(): void; onClose(): void }

const FIELDS = [
  ['company_name', 'Company', 'text'],
  ['contact_name', 'Contact', 'text'],
  ['email', 'E-mail', 'email'],
  ['phone', 'Phone', 'tel'],
  ['notes', 'Notes', 'text'],
] as const

/** A new client, or changes to one. */
export function ClientForm({ client, onSaved, onClose }: Props) {
  const { store, tell } = useDesk()
  const { busy, problem, run } = useAction()
  const [values, setValues] = useState(() => Object.fromEntries(FIELDS.map(([name]) => [name, client?.[name] ?? ''])))

  const save = async (event: FormEvent) => {
    event.preventDefault()
    const body = Object.fromEntries(
      Object.entries(values).flatMap(([name, value]) => (value.trim() ? [[name, value.trim()]] : [])),
    )
    const done = await run(() =>
      client
        ? call(store.session, 'PATCH', `/api/clients/${client.id}`, { body })
        : call(store.session, 'POST', '/api/clients', { body }),
    )
    if (!done) return
    tell(`${values.company_name} is saved.`)
    onSaved()
  }
  return (
    <form className="card client-form" onSubmit={save} aria-label={client ? client.company_name : 'New client'}>
      <h2>{client?.company_name ?? 'New client'}</h2>
      {FIELDS.map(([name, label, type]) => (
        <label key={name}>
          {label}
          <input
            type={type}
            name={name}
            required={name === 'company_name'}
            value={values[name]}
            onChange={(event) => setValues({ ...values, [name]: event.target.value })}
          />
        </label>
      ))}
      {problem && <Alert>{problem}</Alert>}
      <div className="actions">
        <button type="submit" disabled={busy}>
          {busy ? 'Saving …' : 'Save'}
        </button>
        <button type="button" className="quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </form>
  )
}
