import { useCallback, useEffect, useState } from 'react'
import { agentName } from '../conversation/step-names.ts'
import { Verbatim } from '../conversation/verbatim.tsx'
import { call, getJson, type Page, sendJson, sentenceOf } from '../data/api.ts'
import type { Failure, Problem } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatMoment } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { Alert, EmptyNote, Skeleton } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'
import { Problems } from './problems.tsx'

type Queue = { name: string; counts: Record<string, number> }

const COUNTS = ['waiting', 'active', 'delayed', 'failed', 'completed']

/** For those who keep the service running: what went wrong, and what waits in the queues. */
export function Admin() {
  const { store } = useDesk()
  const [failures, setFailures] = useState<Failure[]>()
  const [queues, setQueues] = useState<Queue[]>()
  const [problem, setProblem] = useState<string>()
  const read = useCallback(async () => {
    // Each for itself: queues that cannot be counted hide no errors.
    const [errors, counted] = await Promise.allSettled([
      getJson<Page<Failure>>(store.session, '/api/admin/errors?limit=100'),
      getJson<Page<Queue>>(store.session, '/api/admin/queues'),
    ])
    if (errors.status === 'fulfilled') setFailures(errors.value.data)
    if (counted.status === 'fulfilled') setQueues(counted.value.data)
    const failed = [errors, counted].find(({ status }) => status === 'rejected')
    setProblem(failed && sentenceOf((failed as PromiseRejectedResult).reason))
  }, [store])
  useEffect(() => void read(), [read])

  const problems = failures?.filter((failure) => failure.kind === 'problem')
  const errors = failures?.filter((failure) => failure.kind !== 'problem')
  const deadLetters = failures?.filter(({ kind }) => kind === 'webhook').length ?? 0
  return (
    <main className="people" id="main" tabIndex={-1} aria-label="Administration">
      <header className="conversation-head">
        <div>
          <h1>Administration</h1>
          <p className="soft">What needs you, what went wrong, and the queues.</p>
        </div>
        <button type="button" className="quiet small" onClick={() => void read()}>
          Read again
        </button>
      </header>
      <div className="people-scroll">
        {problem && <Alert onRetry={() => void read()}>{problem}</Alert>}
        <h2>Problems</h2>
        {!failures && !problem && <Skeleton lines={4} label="Loading what went wrong" />}
        {problems && <Problems problems={problems} />}
        <div className="section-head">
          <h2>Errors, one by one</h2>
          <ReplayAll count={deadLetters} onReplayed={() => void read()} />
        </div>
        {errors?.length === 0 && <EmptyNote icon="check" title="Nothing went wrong" />}
        <ul className="failures" aria-label="Errors">
          {errors?.map((failure) => (
            <FailureRow key={failure.id} failure={failure} onReplayed={() => void read()} />
          ))}
        </ul>
        <div className="section-head">
          <h2>Queues</h2>
          <OpenBoard />
        </div>
        {queues && <QueueTable queues={queues} />}
      </div>
    </main>
  )
}

/** Everything that was given up, once more: what it changes is changed once. */
function ReplayAll({ count, onReplayed }: { count: number; onReplayed(): void }) {
  const { store, tell } = useDesk()
  const { busy, problem, run } = useAction()
  if (count === 0) return null
  const replay = () =>
    run(async () => {
      const path = '/api/admin/webhooks/replay'
      const { event_ids, remaining } = await sendJson<Replayed>(store.session, 'POST', path, {})
      const said = event_ids.length === 1 ? 'One notification is' : `${event_ids.length} notifications are`
      tell(`${said} processed again${remaining > 0 ? `, ${remaining} are left` : ''}.`)
      onReplayed()
    })
  return (
    <>
      {problem && <Alert>{problem}</Alert>}
      <button type="button" className="quiet small" disabled={busy} onClick={() => void replay()}>
        {busy ? 'Starting …' : 'Process every notification again'}
      </button>
    </>
  )
}

/** The queues' own page, job by job. Its tab carries no token, so that a pass for a quarter of an hour is fetched first. */
function OpenBoard() {
  const { store } = useDesk()
  const { busy, problem, run } = useAction()
  const open = async () => {
    const tab = window.open('', '_blank')
    const isOpen = await run(() => call(store.session, 'POST', '/api/admin/queues/pass'))
    if (tab && isOpen) tab.location.href = '/api/admin/queues'
    else tab?.close()
  }
  return (
    <>
      {problem && <Alert>{problem}</Alert>}
      <button type="button" className="quiet small" disabled={busy} onClick={() => void open()}>
        Job by job <Icon name="out" />
      </button>
    </>
  )
}

type Replayed = { event_ids: string[]; remaining: number }

function FailureRow({ failure, onReplayed }: { failure: Exclude<Failure, Problem>; onReplayed(): void }) {
  const { store, tell } = useDesk()
  const { busy, problem, run } = useAction()
  const { id, kind, error_message } = failure
  const replay = async () => {
    if (!(await run(() => call(store.session, 'POST', `/api/admin/webhooks/${id}/replay`)))) return
    tell('The notification is processed again.')
    onReplayed()
  }
  return (
    <li className="card">
      <header>
        <Icon name="alert" />
        <h3>{kind === 'execution' ? agentName(failure.agent_type) : `Notification: ${failure.event_type}`}</h3>
        <span className="soft">{formatMoment(kind === 'execution' ? failure.created_at : failure.received_at)}</span>
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
