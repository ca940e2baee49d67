import { useRows } from './deal-panel.tsx'
import { formatDuration, formatMoment } from './format.ts'
import type { Execution, Request } from './rows.ts'
import type { Store } from './store.ts'

/** Every run of an agent for this deal, with the tools it called. */
export function Activity({ store, request }: { store: Store; request: Request }) {
  const runs = useRows<Execution>(store, request, 'executions')
  if (!runs) return <p role="status">Loading the agents’ work …</p>
  if (runs.length === 0) return <p>No agent has worked on this deal yet.</p>
  const inOrder = [...runs].sort((a, b) => (a.started_at ?? '').localeCompare(b.started_at ?? ''))
  return (
    <ol className="activity">
      {inOrder.map((run) => (
        <li key={run.id} data-nested={Boolean(run.metadata?.parent_execution_id)}>
          <span className="row">
            <strong>{run.agent_type.replaceAll('_', ' ')}</strong>
            <span className={run.status === 'completed' ? 'soft' : 'problem'}>
              {run.status}
              {run.execution_time_ms !== null && ` · ${formatDuration(run.execution_time_ms)}`}
            </span>
          </span>
          <span className="soft">
            {run.started_at && formatMoment(run.started_at)} {run.metadata?.model && `· ${run.metadata.model}`}
          </span>
          {run.error_message && <span className="problem">{run.error_message}</span>}
          {(run.metadata?.tool_calls ?? []).map((toolCall, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: calls have no id, and their order never changes
            <code key={index}>
              {toolCall.name} {toolCall.duration_ms !== undefined && formatDuration(toolCall.duration_ms)}{' '}
              {toolCall.ok === false && '(failed)'}
            </code>
          ))}
        </li>
      ))}
    </ol>
  )
}
