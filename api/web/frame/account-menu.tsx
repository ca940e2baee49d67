import { useEffect, useState } from 'react'
import { getJson, sendJson, sentenceOf } from '../data/api.ts'
import type { OnlineStatus } from '../data/rows.ts'
import { type Formats, setPreferences, type Theme, usePreferences } from '../look/preferences.ts'
import { useDesk } from './desk-context.ts'
import type { Place } from './place.ts'

const THEMES: readonly [Theme, string][] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]
const FORMATS: readonly [Formats, string][] = [
  ['browser', 'As the browser'],
  ['en-US', '1,234.50 · Nov 20'],
  ['de-DE', '1.234,50 · 20. Nov.'],
]

const PRESENCES: readonly [OnlineStatus, string][] = [
  ['online', 'At the desk'],
  ['busy', 'Busy'],
  ['offline', 'Not here'],
]

type Props = { place: Place; onHelp(): void; onSignOut(): void }

/** Below the deals: the other lists, how things look, and who is signed in. */
export function AccountMenu({ place, onHelp, onSignOut }: Props) {
  const { store, go } = useDesk()
  const { theme, formats } = usePreferences()
  const { agent } = store.session
  return (
    <div className="account">
      <button
        type="button"
        className="quiet small"
        aria-current={place.view === 'clients' ? 'page' : undefined}
        onClick={() => go({ view: 'clients' })}
      >
        Clients
      </button>
      {agent.role === 'admin' && (
        <button
          type="button"
          className="quiet small"
          aria-current={place.view === 'admin' ? 'page' : undefined}
          onClick={() => go({ view: 'admin' })}
        >
          Admin
        </button>
      )}
      <button type="button" className="quiet small who" popoverTarget="account-menu">
        {agent.full_name}
      </button>
      <section id="account-menu" popover="auto" className="menu" aria-label="Account">
        <p>
          <strong>{agent.full_name}</strong>
          <span className="soft">{agent.email}</span>
        </p>
        <OwnPresence />
        <Choice
          legend="Theme"
          name="theme"
          options={THEMES}
          value={theme}
          onChoose={(next) => setPreferences({ theme: next })}
        />
        <Choice
          legend="Numbers and dates"
          name="formats"
          options={FORMATS}
          value={formats}
          onChoose={(next) => setPreferences({ formats: next })}
        />
        <button type="button" className="quiet" onClick={onHelp}>
          Keyboard shortcuts
        </button>
        <button type="button" className="quiet" onClick={onSignOut}>
          Sign out
        </button>
      </section>
    </div>
  )
}

/** What colleagues see. It is read when the menu is first opened. */
function OwnPresence() {
  const { store, tell } = useDesk()
  const [presence, setPresence] = useState<OnlineStatus>('online')
  const put = async (online_status: OnlineStatus) => {
    const before = presence
    setPresence(online_status)
    try {
      await sendJson(store.session, 'PATCH', '/api/me', { online_status })
    } catch (error) {
      setPresence(before)
      tell(sentenceOf(error))
    }
  }
  useEffect(() => {
    const menu = document.getElementById('account-menu')
    const read = async () => {
      const me = await getJson<{ online_status: OnlineStatus }>(store.session, '/api/me').catch(() => undefined) // the last known stays
      if (me) setPresence(me.online_status === 'away' ? 'online' : me.online_status)
    }
    menu?.addEventListener('beforetoggle', read)
    return () => menu?.removeEventListener('beforetoggle', read)
  }, [store])
  return (
    <Choice
      legend="Colleagues see you as"
      name="presence"
      options={PRESENCES}
      value={presence}
      onChoose={(next) => void put(next)}
    />
  )
}

type ChoiceProps<T extends string> = {
  legend: string
  name: string
  options: readonly (readonly [T, string])[]
  value: T
  onChoose(value: T): void
}

function Choice<T extends string>({ legend, name, options, value, onChoose }: ChoiceProps<T>) {
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {options.map(([option, label]) => (
        <label key={option}>
          <input type="radio" name={name} checked={value === option} onChange={() => onChoose(option)} />
          {label}
        </label>
      ))}
    </fieldset>
  )
}
