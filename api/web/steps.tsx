import { formatDuration } from './format.ts'
import type { Step } from './live.ts'

/** What the assistant did, as one line that opens into its steps. */
export function Steps({ steps, running = false }: { steps: Step[]; running?: boolean }) {
  if (steps.length === 0) return running ? <p className="soft">Reading …</p> : null
  const total = steps.reduce((sum, { ms }) => sum + (ms ?? 0), 0)
  return (
    <details className="steps" open={running}>
      <summary>
        {steps.length} {steps.length === 1 ? 'step' : 'steps'}
        {total > 0 && ` · ${formatDuration(total)}`}
      </summary>
      <ol>
        {steps.map((step) => (
          <li key={step.id}>
            {stepName(step)}
            {step.status === 'running' && ' …'}
            {step.status === 'failed' && ' (failed)'}
            {step.ms !== undefined && <span className="soft"> {formatDuration(step.ms)}</span>}
          </li>
        ))}
      </ol>
    </details>
  )
}

const stepName = ({ label, agent, tool }: Step) =>
  label ??
  [agent, tool]
    .filter((name) => name !== undefined)
    .map((name) => name.replaceAll('_', ' '))
    .join(': ')
