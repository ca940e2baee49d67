import { useSyncExternalStore } from 'react'

export type Theme = 'system' | 'light' | 'dark'
export type Formats = 'browser' | 'en-US' | 'de-DE'
/** `keys`: whether single letters are shortcuts. */
export type Preferences = { theme: Theme; formats: Formats; keys: boolean }

const KEPT = 'jetvision.preferences'
const STANDARD: Preferences = { theme: 'system', formats: 'browser', keys: true }
const listeners = new Set<() => void>()

let current: Preferences = read()

function read(): Preferences {
  try {
    return { ...STANDARD, ...(JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Preferences>) }
  } catch {
    return STANDARD // outside a browser, or unreadable
  }
}

export function setPreferences(change: Partial<Preferences>) {
  current = { ...current, ...change }
  localStorage.setItem(KEPT, JSON.stringify(current))
  applyTheme()
  for (const listener of listeners) listener()
}

export const usePreferences = () =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => current,
  )

/** The language in which numbers and dates are written. */
export const formatLocale = () => (current.formats === 'browser' ? navigator.language : current.formats)

/** The style sheet writes every colour for light and dark; this says which one holds. */
export function applyTheme() {
  document.documentElement.dataset.theme = current.theme
}
