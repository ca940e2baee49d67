import { useCallback, useEffect, useState } from 'react'
import { agentName } from '../conversation/step-names.ts'
import { Verbatim } from '../conversation/verbatim.tsx'
import { call, getJson, type Page, sentenceOf } from '../data/api.ts'
import type { Failure } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatMoment } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { Alert, EmptyNote, Skeleton } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'

type Queue = { name: string; counts: Record<string, number> }

const COUNTS = ['waiting', 'active', 'delayed', 'failed', 'completed']

/** For those who keep the service running: what went wrong, and what waits in the queues. */
export function Admin() {
  const { store } = useDesk()
  const [failures, setFailures] = useState<Failure[]>()
  const [queues, setQueues] = useState<Queue[]>()
  const [problem, setProblem] = useState<string>()
  const read = useCallback(async () => {
    try {
      const [errors, counted] = await Promise.all([
        getJson<Page<Failure>>(store.session, '/api/admin/errors?limit=50'),
        getJson<Page<Queue>>(store.session, '/api/admin/queues'),
      ])
      setFailures(errors.data)
      setQueues(counted.data)
      setProblem(undefined)
    } catch (error) {
      setProblem(sentenceOf(error))
    }
  }, [store])
  useEffect(() => void read(), [read])

  return (
    <main className="people" aria-label="Administration">
      <header className="conversation-head">
        <div>
          <h1>Administration</h1>
          <p className="soft">Failed runs of agents, notifications that were given up, and the queues.</p>
        </div>
        <button type="button" className="quiet small" onClick={() => void read()}>
          Read again
        </button>
      </header>
      <div className="people-scroll">
        {problem && <Alert onRetry={() => void read()}>{problem}</Alert>}
        <h2>Errors</h2>
        {!failures && !problem && <Skeleton lines={4} label="Loading errors" />}
        {failures?.length === 0 && <EmptyNote icon="check" title="Nothing went wrong" />}
        <ul className="failures">
          {failures?.map((failure) => (
            <FailureRow key={failure.id} failure={failure} onReplayed={() => void read()} />
          ))}
        </ul>
        <h2>Queues</h2>
        {queues && <QueueTable queues={queues} />}
      </div>
    </main>
  )
}

function FailureRow({ failure, onReplayed }: { failure: Failure; onReplayed(): void }) {
  const { store, tell } = useDesk()
  const { busy, problem, run } = useAction()
  const { id, kind, agent_type, event_type, error_message, created_at, received_at } = failure
  const at = created_at ?? received_at
  const replay = async () => {
    if (!(await run(() => call(store.session, 'POST', `/api/admin/webhooks/${id}/replay`)))) return
    tell('The notification is processed again.')
    onReplayed()
  }
  return (
    <li className="card">
      <header>
        <Icon name="alert" />
        <h3>{kind === 'execution' ? agentName(agent_type ?? '') : `Notification: ${event_type ?? 'unknown'}`}</h3>
        <span className="soft">{at && formatMoment(at)}</span>
      </header>
      <Verbatim text={error_message ?? 'No message was kept.'} />
      {problem && <Alert>{problem}</Alert>}
      {kind === 'webhook' && (
        <button type="button" className="quiet small" disabled={busy} onClick={() => void replay()}>
          Process again
        </button>
      )}
    </li>
  )
}

const QueueTable = ({ queues }: { queues: Queue[] }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
  <section className="quote-scroll" aria-label="Queues" tabIndex={0}>
    <table className="queue-table">
      <thead>
        <tr>
          <th scope="col">Queue</th>
          {COUNTS.map((state) => (
            <th key={state} scope="col">
              {state}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {queues.map(({ name, counts }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {COUNTS.map((state) => (
              <td key={state} className="figure">
                {counts[state] ?? 0}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </section>
)
