import { agentName } from '../conversation/step-names.ts'
import type { Request, WorkflowState } from '../data/rows.ts'
import { CHAIN, stateName } from '../data/states.ts'
import { formatDuration, formatMoment, formatSeconds } from '../look/format.ts'
import { Alert, Skeleton } from '../look/status-note.tsx'
import { useNow } from '../look/use-now.ts'
import { useRows } from './use-rows.ts'

/** The states that the deal went through, with the time spent in each, and those that are still ahead. */
export function Timeline({ request }: { request: Request }) {
  const { rows, problem, retry } = useRows<WorkflowState>(request, 'timeline')
  const now = useNow(10_000)
  if (!rows)
    return problem ? <Alert onRetry={retry}>{problem}</Alert> : <Skeleton lines={8} label="Loading the timeline" />
  const states = [...rows].sort((a, b) => Date.parse(a.state_entered_at) - Date.parse(b.state_entered_at))
  const last = states.at(-1)
  const first = states[0]
  const isOver = request.status === 'completed' || request.status === 'cancelled'
  const ahead = isOver || !last ? [] : CHAIN.slice(CHAIN.indexOf(last.current_state) + 1)
  const longest = Math.max(1, ...states.map((state) => durationOf(state, now)))
  return (
    <section className="side">
      {first && last && (
        <p className="soft">
          {states.length} states since {formatMoment(first.state_entered_at)},{' '}
          {formatDuration((isOver ? Date.parse(last.state_entered_at) : now) - Date.parse(first.state_entered_at))} in
          all.
        </p>
      )}
      <ol className="timeline">
        {states.map((state) => (
          <li key={state.id} data-now={state === last && !isOver} aria-current={state === last ? 'step' : undefined}>
            <span className="state-name">
              <strong>{stateName(state.current_state)}</strong>
              <span className="figure">{state === last && isOver ? '' : formatDuration(durationOf(state, now))}</span>
            </span>
            <Bar share={state === last && isOver ? 0 : durationOf(state, now) / longest} />
            <span className="soft">
              {formatSeconds(state.state_entered_at)} · {state.agent_id ? agentName(state.agent_id) : 'JetVision'}
            </span>
            {state.error_message && <span className="problem">{state.error_message}</span>}
          </li>
        ))}
        {ahead.map((state) => (
          <li key={state} className="ahead">
            <span className="state-name">{stateName(state)}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}

const durationOf = ({ state_duration_ms, state_entered_at }: WorkflowState, now: number) =>
  state_duration_ms ?? Math.max(0, now - Date.parse(state_entered_at))

/** Durations differ by a thousand times and more, so the bar grows with their logarithm. */
function Bar({ share }: { share: number }) {
  const width = share <= 0 ? 0 : Math.max(2, 100 + 25 * Math.log10(share))
  return (
    <svg className="bar" viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true">
      <rect width={width} height="2" />
    </svg>
  )
}
