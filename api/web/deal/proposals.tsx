import { Paper } from '../cards/paper.tsx'
import { Reach } from '../cards/reach.tsx'
import { sendJson } from '../data/api.ts'
import type { Approval, Proposal, Request } from '../data/rows.ts'
import { useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatMoment, formatMoney } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { Alert, EmptyNote, Skeleton } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'
import { useNow } from '../look/use-now.ts'
import { useRows } from './use-rows.ts'

/** What went to the client, at which price, and whether it was looked at. */
export function Proposals({ request }: { request: Request }) {
  const { store } = useDesk()
  const decided = useStore(store, ({ approvals }) =>
    Object.values(approvals)
      .filter((row) => row.request_id === request.id)
      .map(({ status }) => status)
      .join(),
  )
  const news = useStore(store, ({ proposalNews }) => proposalNews[request.id] ?? 0)
  // Where the feed does not tell of a client's visit, it is looked up while somebody looks.
  const now = useNow(20_000)
  const { rows, problem, retry } = useRows<Proposal>(request, 'proposals', `${decided} ${news} ${news > 0 || now}`)
  if (!rows)
    return problem ? <Alert onRetry={retry}>{problem}</Alert> : <Skeleton lines={6} label="Loading proposals" />
  if (rows.length === 0) {
    return (
      <EmptyNote icon="mail" title="No proposal yet">
        Choose a quote, and the assistant makes the proposal and drafts the e-mail.
      </EmptyNote>
    )
  }
  return (
    <section className="side">
      {problem && <Alert onRetry={retry}>{problem}</Alert>}
      {rows.map((proposal) => (
        <ProposalRow key={proposal.id} proposal={proposal} />
      ))}
    </section>
  )
}

const STATES: Record<string, string> = {
  draft: 'Draft',
  generated: 'Not sent yet',
  sent: 'Sent',
  viewed: 'Viewed',
  accepted: 'Accepted',
  rejected: 'Declined by the client',
  expired: 'Expired',
}

function ProposalRow({ proposal }: { proposal: Proposal }) {
  const { store, tell } = useDesk()
  const { busy, problem, run } = useAction()
  const { currency } = proposal
  const money = (amount: string | null) => (amount === null ? 'Open' : formatMoney(amount, currency, { exact: true }))
  const canSend = proposal.status === 'draft' || proposal.status === 'generated'
  const send = () =>
    run(async () => {
      store.putApprovals([await sendJson<Approval>(store.session, 'POST', `/api/proposals/${proposal.id}/send`, {})])
      tell('The e-mail waits for your approval in the conversation.')
    })
  return (
    <article className="card proposal" data-status={proposal.status}>
      <header>
        <Icon name="mail" />
        <h2>{proposal.proposal_number ?? 'Proposal'}</h2>
        <span className="tag">{STATES[proposal.status] ?? proposal.status}</span>
      </header>
      {proposal.title && <p>{proposal.title}</p>}
      <dl className="sum">
        <dt>Operator’s price</dt>
        <dd className="figure">{money(proposal.total_amount)}</dd>
        <dt>Your margin</dt>
        <dd className="figure">{money(proposal.margin_applied)}</dd>
        <dt>Client pays</dt>
        <dd className="figure total">{money(proposal.final_amount)}</dd>
      </dl>
      <p className="soft">
        <Icon name="eye" /> Prices and margin are yours alone: the client reads only what it pays.
      </p>
      <div className="paper-and-reach">
        <Paper proposal_id={proposal.id} proposal={proposal} />
        <Reach proposal={proposal} />
      </div>
      <ol className="steps-done">
        <Moment name="Made" at={proposal.generated_at ?? proposal.created_at} />
        <Moment
          name={`Sent to ${proposal.sent_to_name ?? proposal.sent_to_email ?? 'the client'}`}
          at={proposal.sent_at}
        />
        <Moment name="First viewed" at={proposal.viewed_at} />
        <Moment name="Accepted" at={proposal.accepted_at} />
        <Moment name="Declined" at={proposal.rejected_at} />
      </ol>
      {problem && <Alert>{problem}</Alert>}
      {canSend && (
        <button type="button" className="quiet" disabled={busy} onClick={() => void send()}>
          Prepare the e-mail
        </button>
      )}
    </article>
  )
}

function Moment({ name, at }: { name: string; at: string | null }) {
  if (!at) return null
  return (
    <li>
      <Icon name="check" /> {name} <time dateTime={at}>{formatMoment(at)}</time>
    </li>
  )
}
