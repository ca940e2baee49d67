import { useEffect } from 'react'
import { usePreferences } from '../look/preferences.ts'

export type Shortcuts = {
  palette(): void
  newDeal(): void
  compose(): void
  help(): void
  done(): void
  move(by: 1 | -1): void
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null

/** The keys of the desk. Single letters work only outside of fields, and can be switched off. */
export function useShortcuts(shortcuts: Shortcuts) {
  const { keys } = usePreferences()
  useEffect(() => {
    const actions: Record<string, () => void> = {
      c: shortcuts.newDeal,
      '/': shortcuts.compose,
      '?': shortcuts.help,
      e: shortcuts.done,
      j: () => shortcuts.move(1),
      k: () => shortcuts.move(-1),
    }
    const onKey = (event: KeyboardEvent) => {
      const withModifier = event.metaKey || event.ctrlKey
      if (withModifier && !event.shiftKey && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        return shortcuts.palette()
      }
      const action = actions[event.key]
      const isBusy = withModifier || event.altKey || isTyping(event.target) || document.querySelector('dialog[open]')
      if (!action || !keys || isBusy) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [shortcuts, keys])
}

/** `⌘` on a Mac, `Ctrl` elsewhere. */
export const MODIFIER = /mac|iphone|ipad/i.test(globalThis.navigator?.userAgent ?? '') ? '⌘' : 'Ctrl'
