import type { ReactNode } from 'react'
import { Icon, type IconName } from './icon.tsx'

/** Grey lines where content will be, so that nothing jumps when it comes. */
export function Skeleton({ lines, label }: { lines: number; label: string }) {
  return (
    <div className="skeleton" role="status">
      <span className="unseen">{label} …</span>
      {Array.from({ length: lines }, (_, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of nothing have no other name
        <span key={at} className="skeleton-line" />
      ))}
    </div>
  )
}

/** Nothing is here yet: why, and what would change that. */
export function EmptyNote({ icon, title, children }: { icon: IconName; title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <p>
        <strong>{title}</strong>
      </p>
      {children && <p className="soft">{children}</p>}
    </div>
  )
}

/** Something went wrong: what, what was kept, and what to do. */
export function Alert({ children, onRetry }: { children: ReactNode; onRetry?: () => void }) {
  return (
    <div className="alert" role="alert">
      <Icon name="alert" />
      <p>{children}</p>
      {onRetry && (
        <button type="button" className="quiet small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}
