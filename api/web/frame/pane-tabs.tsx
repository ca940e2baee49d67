import { Icon, type IconName } from '../look/icon.tsx'

export type Pane = 'deals' | 'main' | 'deal'

const PANES: readonly [Pane, string, IconName][] = [
  ['deals', 'Deals', 'list'],
  ['main', 'Chat', 'chat'],
  ['deal', 'Deal', 'panel'],
]

type Props = { pane: Pane; hasDeal: boolean /** What the middle pane shows. */; main: string; onPane(pane: Pane): void }

/** On a phone: which of the three panes is shown. */
export function PaneTabs({ pane, hasDeal, main, onPane }: Props) {
  return (
    <nav className="pane-tabs" aria-label="Panes">
      {PANES.map(([name, label, icon]) => (
        <button
          key={name}
          type="button"
          aria-current={pane === name ? 'page' : undefined}
          disabled={name === 'deal' && !hasDeal}
          onClick={() => onPane(name)}
        >
          <Icon name={icon} />
          {name === 'main' ? main : label}
        </button>
      ))}
    </nav>
  )
}
