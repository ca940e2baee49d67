import { formatDuration, formatMoment } from './format.ts'
import type { WorkflowState } from './rows.ts'
import { stateName } from './states.ts'

/** The states that the request went through, with the time spent in each. */
export function Timeline({ states }: { states: WorkflowState[] }) {
  const inOrder = [...states].sort((a, b) => a.state_entered_at.localeCompare(b.state_entered_at))
  return (
    <ol className="timeline">
      {inOrder.map((state) => (
        <li key={state.id}>
          <strong>{stateName(state.current_state)}</strong>
          <span className="soft">
            {formatMoment(state.state_entered_at)}
            {state.state_duration_ms !== null && ` · ${formatDuration(state.state_duration_ms)}`}
          </span>
          {state.error_message && <span className="problem">{state.error_message}</span>}
        </li>
      ))}
    </ol>
  )
}
