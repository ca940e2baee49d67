import { useEffect, useState } from 'react'
import { Activity } from './activity.tsx'
import { getJson, type Page } from './api.ts'
import { openPdf } from './approval-card.tsx'
import { formatLongDay, formatMoment, formatMoney } from './format.ts'
import { Quotes } from './quotes.tsx'
import type { Proposal, Request, WorkflowState } from './rows.ts'
import { readRequest, stateName } from './states.ts'
import { type Store, useStore } from './store.ts'
import { Timeline } from './timeline.tsx'

const TABS = ['Overview', 'Quotes', 'Proposal', 'Timeline', 'Activity'] as const

/** The deal beside its conversation: the facts, the quotes, what went to the client, and what happened when. */
export function DealPanel({ store, request }: { store: Store; request: Request }) {
  const [tab, setTab] = useState<(typeof TABS)[number]>('Overview')
  return (
    <aside className="panel" aria-label="Deal">
      <div className="panel-tabs" role="tablist" aria-label="About the deal">
        {TABS.map((name) => (
          <button key={name} type="button" role="tab" aria-selected={tab === name} onClick={() => setTab(name)}>
            {name}
          </button>
        ))}
      </div>
      {tab === 'Overview' && <Overview store={store} request={request} />}
      {tab === 'Quotes' && <Quotes store={store} request={request} />}
      {tab === 'Proposal' && <Proposals store={store} request={request} />}
      {tab === 'Timeline' && <History store={store} request={request} />}
      {tab === 'Activity' && <Activity store={store} request={request} />}
    </aside>
  )
}

function Overview({ store, request }: { store: Store; request: Request }) {
  const { approvals } = useStore(store)
  const { stage, next } = readRequest(request, Object.values(approvals))
  return (
    <section>
      <p className="stage">
        <strong>{stage}</strong> · {next}
      </p>
      <ol className="legs">
        {request.segments.map((segment) => (
          <li key={`${segment.departure_airport}${segment.departure_date}`}>
            <strong>
              {segment.departure_airport} → {segment.arrival_airport}
            </strong>
            <span>
              {formatLongDay(segment.departure_date)}{' '}
              {segment.departure_time ? `${segment.departure_time} local` : '(time open)'} · {segment.passengers} pax
            </span>
          </li>
        ))}
      </ol>
      <dl>
        <dt>Client</dt>
        <dd>{request.client?.company_name ?? 'Not named yet'}</dd>
        <dt>Aircraft</dt>
        <dd>{request.aircraft_type ?? 'Open'}</dd>
        <dt>Budget</dt>
        <dd>{request.budget ? formatMoney(request.budget) : 'Open'}</dd>
        <dt>Wishes</dt>
        <dd>{request.special_requirements ?? 'None'}</dd>
        <dt>Operators</dt>
        <dd>
          {request.operators_contacted} asked, {request.quotes_received} quoted
        </dd>
        <dt>State</dt>
        <dd>{stateName(request.status)}</dd>
      </dl>
      {request.avinode_deep_link && (
        <a className="button" href={request.avinode_deep_link} target="_blank" rel="noreferrer">
          Open Avinode
        </a>
      )}
    </section>
  )
}

function Proposals({ store, request }: { store: Store; request: Request }) {
  const rows = useRows<Proposal>(store, request, 'proposals')
  if (!rows) return <p role="status">Loading proposals …</p>
  if (rows.length === 0) return <p>No proposal yet. Choose a quote and the assistant prepares it.</p>
  return (
    <section>
      {rows.map((proposal) => (
        <div key={proposal.id} className="card">
          <h4>
            {proposal.proposal_number} · {proposal.status}
          </h4>
          <dl>
            <dt>Operator’s price</dt>
            <dd className="figure">{formatMoney(proposal.total_amount, { exact: true })}</dd>
            <dt>Margin</dt>
            <dd className="figure">{formatMoney(proposal.margin_applied, { exact: true })}</dd>
            <dt>Client pays</dt>
            <dd className="figure">
              <strong>{formatMoney(proposal.final_amount, { exact: true })}</strong>
            </dd>
            <dt>Sent</dt>
            <dd>{proposal.sent_at ? `${formatMoment(proposal.sent_at)} to ${proposal.sent_to_email}` : 'Not yet'}</dd>
            <dt>Seen</dt>
            <dd>
              {proposal.view_count} views, {proposal.download_count} downloads
            </dd>
          </dl>
          <button type="button" className="quiet" onClick={() => openPdf(store, proposal.id)}>
            Open PDF
          </button>
        </div>
      ))}
    </section>
  )
}

function History({ store, request }: { store: Store; request: Request }) {
  const rows = useRows<WorkflowState>(store, request, 'timeline')
  return rows ? <Timeline states={rows} /> : <p role="status">Loading the timeline …</p>
}

/** Rows that belong to a request, read again whenever the request changes. */
export function useRows<T>(store: Store, request: Request, what: 'proposals' | 'timeline' | 'executions') {
  const [rows, setRows] = useState<T[]>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new state or row of the request is what makes these rows new
  useEffect(() => {
    let current = true
    getJson<Page<T>>(store.session, `/api/requests/${request.id}/${what}?limit=100`)
      .then(({ data }) => current && setRows(data))
      .catch(() => current && setRows((before) => before ?? []))
    return () => {
      current = false
    }
  }, [store, request.id, request.updated_at, request.status, what])
  return rows
}
