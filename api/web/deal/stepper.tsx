import { STAGES, type Stage } from '../data/states.ts'
import { Icon } from '../look/icon.tsx'

/** Where the deal stands among its six stages. */
export function Stepper({ stage, status }: { stage: Stage; status: string }) {
  const now = STAGES.indexOf(stage)
  const isOver = status === 'completed'
  const isBroken = status === 'failed' || status === 'cancelled'
  return (
    <ol className="stepper" aria-label="Stages">
      {STAGES.map((name, at) => {
        const kind = at < now || (at === now && isOver) ? 'done' : at === now ? (isBroken ? 'broken' : 'now') : 'ahead'
        return (
          <li key={name} data-kind={kind} aria-current={at === now ? 'step' : undefined}>
            <span className="stage-mark">
              {kind === 'done' && <Icon name="check" />}
              {kind === 'broken' && <Icon name="close" />}
            </span>
            <span>{isBroken && at === now ? (status === 'failed' ? 'Failed' : 'Cancelled') : name}</span>
          </li>
        )
      })}
    </ol>
  )
}
