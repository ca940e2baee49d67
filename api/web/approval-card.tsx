import { useState } from 'react'
import { call } from './api.ts'
import { formatMoment } from './format.ts'
import type { Approval } from './rows.ts'
import { APPROVALS } from './states.ts'
import type { Store } from './store.ts'

const OUTCOMES: Record<Approval['status'], string> = {
  pending: 'Nothing leaves before you approve.',
  approved: 'Approved. It is being sent.',
  rejected: 'Rejected. Nothing was sent.',
  expired: 'Expired before a decision. Nothing was sent.',
  executed: 'Approved and done.',
  failed: 'It could not be done.',
  unknown: 'It is not known whether it left. Please check before trying again.',
}

/** Exactly what will leave the house, word for word, and the three answers to it. Editable where editing is allowed. */
export function ApprovalCard({ approval, store }: { approval: Approval; store: Store }) {
  const [edits, setEdits] = useState<Record<string, string>>()
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const payload = { ...approval.payload, ...edits }
  const pending = approval.status === 'pending'

  const decide = async (decision: 'approve' | 'reject') => {
    setBusy(true)
    setProblem(undefined)
    try {
      const body = { decision, ...(decision === 'approve' && edits && { edits }) }
      const response = await call(store.session, 'POST', `/api/approvals/${approval.id}`, body)
      store.putApproval((await response.json()) as Approval)
      setEdits(undefined)
    } catch (error) {
      setProblem(error instanceof Error ? error.message : 'This did not work. Please try again.')
    } finally {
      setBusy(false)
    }
  }

  return (
    <section
      className="card approval"
      data-status={approval.status}
      aria-label={APPROVALS[approval.action] ?? 'Approval'}
    >
      <h4>{APPROVALS[approval.action] ?? approval.action.replaceAll('_', ' ')}</h4>
      <Payload approval={approval} payload={payload} edits={edits} onEdit={setEdits} store={store} />
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <p className="soft" role="status">
        {OUTCOMES[approval.status]} {approval.error_message ?? ''}{' '}
        {pending
          ? `Waits until ${formatMoment(approval.expires_at)}.`
          : approval.decided_at
            ? formatMoment(approval.decided_at)
            : ''}
      </p>
      {pending && (
        <div className="actions">
          <button type="button" disabled={busy} onClick={() => decide('approve')}>
            {edits ? 'Approve with changes' : 'Approve'}
          </button>
          {EDITABLE[approval.action] && !edits && (
            <button type="button" className="quiet" disabled={busy} onClick={() => setEdits(editable(approval))}>
              Edit
            </button>
          )}
          {edits && (
            <button type="button" className="quiet" disabled={busy} onClick={() => setEdits(undefined)}>
              Undo changes
            </button>
          )}
          <button type="button" className="quiet" disabled={busy} onClick={() => decide('reject')}>
            Reject
          </button>
        </div>
      )}
    </section>
  )
}

const EDITABLE: Record<string, readonly string[]> = { send_proposal: ['subject', 'body'], reply_to_operator: ['text'] }

const editable = ({ action, payload }: Approval) =>
  Object.fromEntries((EDITABLE[action] ?? []).map((name) => [name, String(payload[name] ?? '')]))

type PayloadProps = {
  approval: Approval
  payload: Record<string, unknown>
  edits: Record<string, string> | undefined
  onEdit(edits: Record<string, string>): void
  store: Store
}

function Payload({ approval, payload, edits, onEdit, store }: PayloadProps) {
  const field = (name: string) => {
    const value = String(payload[name] ?? '')
    if (!edits || !(name in edits)) return <div className="verbatim">{value}</div>
    const change = (event: { target: { value: string } }) => onEdit({ ...edits, [name]: event.target.value })
    return name === 'subject' ? (
      <input aria-label={name} value={value} onChange={change} />
    ) : (
      <textarea aria-label={name} rows={12} value={value} onChange={change} />
    )
  }
  if (approval.action === 'send_proposal') {
    const attachments = (payload.attachments ?? []) as { file_name: string }[]
    return (
      <dl>
        <dt>To</dt>
        <dd>
          {String(payload.to_name ?? '')} &lt;{String(payload.to_email)}&gt;
        </dd>
        <dt>Subject</dt>
        <dd>{field('subject')}</dd>
        <dt>Text</dt>
        <dd>{field('body')}</dd>
        <dt>Attached</dt>
        <dd>
          {attachments.map(({ file_name }) => (
            <button
              key={file_name}
              type="button"
              className="quiet"
              onClick={() => openPdf(store, String(payload.proposal_id))}
            >
              {file_name}
            </button>
          ))}
        </dd>
      </dl>
    )
  }
  if (approval.action === 'reply_to_operator') {
    return (
      <dl>
        <dt>To</dt>
        <dd>{String(payload.operator_name)} (through Avinode)</dd>
        <dt>Text</dt>
        <dd>{field('text')}</dd>
      </dl>
    )
  }
  return (
    <dl>
      {Object.entries(payload)
        .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
        .map(([name, value]) => [
          <dt key={`${name}-name`}>{name.replaceAll('_', ' ')}</dt>,
          <dd key={name}>{String(value)}</dd>,
        ])}
    </dl>
  )
}

/** Opens the PDF in a new tab. It is fetched with the broker's token, which a plain link could not carry. */
export async function openPdf(store: Store, proposal_id: string) {
  const tab = window.open('', '_blank')
  const response = await call(store.session, 'GET', `/api/proposals/${proposal_id}/pdf`)
  const address = URL.createObjectURL(await response.blob())
  if (tab) tab.location.href = address
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
