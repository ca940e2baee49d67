import { Verbatim } from '../conversation/verbatim.tsx'
import type { Problem } from '../data/rows.ts'
import { formatAge, formatMoment } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { EmptyNote } from '../look/status-note.tsx'
import { useNow } from '../look/use-now.ts'

/** What is wrong at this moment, for how long, and what to do about it; below it, folded away, what is over. */
export function Problems({ problems }: { problems: Problem[] }) {
  const now = useNow(30_000)
  const open = problems.filter(({ closed_at }) => closed_at === null)
  const closed = problems.filter(({ closed_at }) => closed_at !== null)
  return (
    <>
      {open.length === 0 && <EmptyNote icon="check" title="Nothing needs you" />}
      {open.length > 0 && (
        <ul className="failures" aria-label="Open problems">
          {open.map((problem) => (
            <OpenProblem key={problem.id} problem={problem} now={now} />
          ))}
        </ul>
      )}
      {closed.length > 0 && (
        <details className="closed-problems">
          <summary className="soft">{closed.length} closed in the last seven days</summary>
          <ul className="failures">
            {closed.map(({ id, what, opened_at, closed_at }) => (
              <li key={id} className="card">
                <Verbatim text={what} />
                <p className="soft">
                  {formatMoment(opened_at)} to {formatMoment(closed_at ?? '')}
                </p>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

const NAMES: Record<Problem['problem'], string> = {
  stuck_request: 'A deal stands still',
  silent_operators: 'Operators do not answer',
  failing_runs: 'An agent keeps failing',
  dead_letters: 'Notifications were given up',
  dependency: 'A service does not answer',
}

/** What is counted. */
const COUNTED: Partial<Record<Problem['problem'], string>> = {
  failing_runs: 'times',
  dead_letters: 'notifications',
  dependency: 'waiting',
}

function OpenProblem({ problem, now }: { problem: Problem; now: number }) {
  const { what, advice, count, opened_at } = problem
  return (
    <li className="card open-problem">
      <header>
        <Icon name="alert" />
        <h3>{NAMES[problem.problem]}</h3>
        {count !== null && (
          <span className="tag">
            {count} {COUNTED[problem.problem]}
          </span>
        )}
        <span className="soft">
          since {formatMoment(opened_at)} ({formatAge(opened_at, now)})
        </span>
      </header>
      <Verbatim text={what} />
      <p>
        <strong>What to do:</strong> {advice}
      </p>
    </li>
  )
}
