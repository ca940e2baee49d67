import { Dialog } from '../look/dialog.tsx'
import { setPreferences, usePreferences } from '../look/preferences.ts'
import { MODIFIER } from './shortcuts.ts'

const KEYS: readonly [string, string][] = [
  [`${MODIFIER} K`, 'Search deals, run a command'],
  ['c', 'New deal'],
  ['j · k', 'Next and previous deal; Enter opens it'],
  ['e', 'This deal is done: resolve its room'],
  ['↑', 'In an empty field: change your last message'],
  ['/', 'Write a message; as the first character: commands'],
  ['Enter', 'Send; Shift + Enter begins a new line'],
  ['Esc', 'Leave the field, close what is on top'],
  [`${MODIFIER} Enter`, 'Go to what waits for your approval; once more approves it'],
  ['?', 'This list'],
]

/** Every key of the desk, and the switch for those that are single letters. */
export function Help({ onClose }: { onClose(): void }) {
  const { keys } = usePreferences()
  return (
    <Dialog label="Keyboard shortcuts" className="help" onClose={onClose}>
      <h2>Keyboard shortcuts</h2>
      <dl>
        {KEYS.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <label className="switch">
        <input type="checkbox" checked={keys} onChange={(event) => setPreferences({ keys: event.target.checked })} />
        Single letters are shortcuts
      </label>
      <button type="button" className="quiet" onClick={onClose}>
        Close
      </button>
    </Dialog>
  )
}
