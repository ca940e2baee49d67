import type { Step } from '../data/rows.ts'
import { formatDuration } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { agentName, toolName } from './step-names.ts'

type Props = { steps: Step[]; running?: boolean; hasWords: boolean }

/** What the assistant did, as one line that opens into its steps. While it works the line says what it does now. */
export function Steps({ steps, running = false, hasWords }: Props) {
  // The first words come where this stands, and nothing has to move for them.
  if (steps.length === 0) return running && !hasWords ? <p className="steps-now soft">Reading …</p> : null
  const total = steps
    .filter(({ parent }) => parent === null)
    .reduce((sum, { duration_ms }) => sum + (duration_ms ?? 0), 0)
  const now = running ? steps.findLast(({ status }) => status === 'running') : undefined
  const failed = steps.filter(({ status }) => status === 'failed').length
  return (
    <details className="steps">
      <summary>
        <span className="steps-now">
          {now ? `${sentence(now)} …` : `${steps.length} ${steps.length === 1 ? 'step' : 'steps'}`}
          {!now && total > 0 && ` · ${formatDuration(total)}`}
          {failed > 0 && ` · ${failed} failed`}
        </span>
      </summary>
      <ol>
        {steps.map((step) => (
          <li key={step.id} data-nested={step.parent !== null} data-status={step.status}>
            <StepMark status={step.status} />
            <span>{sentence(step)}</span>
            <span className="figure soft">{step.duration_ms !== null && formatDuration(step.duration_ms)}</span>
          </li>
        ))}
      </ol>
    </details>
  )
}

function StepMark({ status }: { status: Step['status'] }) {
  const word = { running: 'running', done: 'done', failed: 'failed' }[status]
  return (
    <span className="step-mark">
      {status === 'running' ? <span className="pulse" /> : <Icon name={status === 'done' ? 'check' : 'alert'} />}
      <span className="unseen">{word}</span>
    </span>
  )
}

const sentence = ({ agent, tool, parent }: Step) =>
  parent === null ? toolName(tool) : `${agentName(agent)}: ${inSentence(toolName(tool))}`

const inSentence = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)
