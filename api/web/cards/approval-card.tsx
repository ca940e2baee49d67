import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { Verbatim } from '../conversation/verbatim.tsx'
import { getJson, sendJson } from '../data/api.ts'
import { keepDraft, readDraft } from '../data/drafts.ts'
import { loadRequest } from '../data/load.ts'
import type { Approval } from '../data/rows.ts'
import { type State, useStore } from '../data/store.ts'
import { useDesk } from '../frame/desk-context.ts'
import { MODIFIER } from '../frame/shortcuts.ts'
import { formatMoment } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { Alert, Skeleton } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'
import { changesIn, editable, shapeOf } from './approval-fields.ts'
import { ApprovalPayload } from './approval-payload.tsx'

/** What will leave the house, word for word, and the three answers to it. */
export function ApprovalCard({ approval_id }: { approval_id: string }) {
  const { store } = useDesk()
  const { problem, run } = useAction()
  const approval = useStore(store, ({ approvals }) => approvals[approval_id])
  const isOpen = approval === undefined || approval.status === 'pending'
  const isWhole = approval !== undefined && (!isOpen || approval.warnings !== undefined)
  const select = useMemo(() => newsAbout(approval), [approval])
  const news = useStore(store, select)
  // The feed tells an approval without what is odd about it, and its ground may change while it waits.
  // biome-ignore lint/correctness/useExhaustiveDependencies: news is what may make it odd
  useEffect(() => {
    if (!isOpen) return
    void run(async () => store.putApprovals([await getJson<Approval>(store.session, `/api/approvals/${approval_id}`)]))
  }, [store, approval_id, isOpen, news, run])
  if (approval && (isWhole || problem)) return <Card approval={approval} />
  return problem ? <Alert>{problem}</Alert> : <Skeleton lines={4} label="Loading the approval" />
}

/** What changes whenever something happens that may change the terms of an approval: its deal, its quotes, its proposal, or words in its room. */
const newsAbout =
  (approval: Approval | undefined) =>
  ({ requests, quotes, proposalNews, rooms }: State) => {
    const { request_id, conversation_id } = approval ?? {}
    if (!request_id) return ''
    const prices = Object.values(quotes).filter((quote) => quote.request_id === request_id)
    return [
      requests[request_id]?.updated_at,
      proposalNews[request_id],
      rooms[conversation_id ?? '']?.rows.length,
      ...prices.map(({ total_price, status }) => `${total_price} ${status}`),
    ].join()
  }

function Card({ approval }: { approval: Approval }) {
  const { store, suggest } = useDesk()
  const { busy, problem, run } = useAction()
  const [edits, setEdits] = useEdits(approval)
  const [rejecting, setRejecting] = useState(false)
  const wasPending = useRef(approval.status === 'pending')
  const isPending = approval.status === 'pending'
  const { title, verb, edits: fields } = shapeOf(approval)
  const changes = edits ? changesIn(approval, edits) : {}
  const isOdd = (approval.warnings ?? []).length > 0
  const outdated = isPending ? approval.warnings?.find(({ code }) => code === 'out_of_date')?.message : undefined
  const isChanged = Object.keys(changes).length > 0

  const decide = (decision: 'approve' | 'reject', reason?: string) =>
    run(async () => {
      const body = {
        decision,
        ...(reason && { reason }),
        ...(decision === 'approve' && isChanged && { edits: changes }),
      }
      store.putApprovals([await sendJson<Approval>(store.session, 'POST', `/api/approvals/${approval.id}`, body)])
      setEdits(undefined)
      if (approval.request_id) void loadRequest(store, approval.request_id).catch(() => undefined) // the feed tells of it too
    })

  const draftAnew = async () => {
    if (await decide('reject', `Out of date: ${outdated}`)) suggest(AGAIN[approval.action] ?? '')
  }

  const onKey = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || !(event.metaKey || event.ctrlKey) || !isPending || outdated || busy) return
    event.preventDefault()
    event.stopPropagation()
    void decide('approve')
  }

  const payload = <ApprovalPayload approval={approval} edits={isPending ? edits : undefined} onEdit={setEdits} />
  return (
    <section className="card approval" data-status={approval.status} aria-label={title} tabIndex={-1} onKeyDown={onKey}>
      <header>
        <Icon name={isPending ? 'alert' : approval.status === 'executed' ? 'check' : 'mail'} />
        <h2>{title}</h2>
        <span className="tag">{isPending ? 'Needs your approval' : OUTCOMES[approval.status].tag}</span>
      </header>
      {isPending || wasPending.current ? (
        payload
      ) : (
        <details>
          <summary>{fields.length > 0 && approval.status === 'executed' ? 'What was sent' : 'What it was'}</summary>
          {payload}
        </details>
      )}
      {isPending && <Warnings of={approval} />}
      {problem && <Alert>{problem}</Alert>}
      {isPending && !rejecting && (
        <div className="actions">
          {outdated ? (
            <button type="button" disabled={busy} onClick={() => void draftAnew()}>
              {busy ? 'One moment …' : 'Draft it anew'}
            </button>
          ) : (
            <button type="button" disabled={busy} onClick={() => void decide('approve')}>
              {busy ? 'One moment …' : `${verb}${isChanged ? ' with changes' : ''}${isOdd ? ' all the same' : ''}`}
              <kbd>{MODIFIER} ↵</kbd>
            </button>
          )}
          {fields.length > 0 && !edits && !outdated && (
            <button type="button" className="quiet" disabled={busy} onClick={() => setEdits(editable(approval))}>
              Edit
            </button>
          )}
          {edits && (
            <button type="button" className="quiet" disabled={busy} onClick={() => setEdits(undefined)}>
              {isChanged ? 'Undo changes' : 'Done editing'}
            </button>
          )}
          <button type="button" className="quiet" disabled={busy} onClick={() => setRejecting(true)}>
            Reject
          </button>
        </div>
      )}
      {isPending && rejecting && (
        <Reject busy={busy} onReject={(reason) => void decide('reject', reason)} onBack={() => setRejecting(false)} />
      )}
      <Outcome approval={approval} />
    </section>
  )
}

/** What to ask for instead of what is out of date. */
const AGAIN: Record<string, string> = {
  send_proposal: 'Send the proposal for the best one',
  accept_quote: 'Which quote is best?',
}

/** What is odd about it: terms that have changed since, a look-alike address, another receiver than last time, characters that nobody sees. */
function Warnings({ of: { warnings } }: { of: Approval }) {
  if (!warnings) {
    return <Alert>What may be odd about this could not be looked up. Check receiver and links yourself.</Alert>
  }
  if (warnings.length === 0) return null
  const isOutdated = warnings.some(({ code }) => code === 'out_of_date')
  return (
    <section className="warnings" aria-label={isOutdated ? 'Out of date' : 'Look at this first'}>
      <p>
        <Icon name="alert" />{' '}
        <strong>{isOutdated ? 'This is out of date: approving it would do nothing' : 'Look at this first'}</strong>
      </p>
      <ul>
        {warnings.map(({ code, field, message }) => (
          <li key={`${code} ${field} ${message}`}>
            <Verbatim text={message} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Changed words are a draft like any other: a reload does not lose them. */
function useEdits(approval: Approval) {
  const { store } = useDesk()
  const agent_id = store.session.agent.id
  const key = `approval.${approval.id}`
  const [edits, setEdits] = useState(() => {
    const kept = readDraft(agent_id, key)
    return kept ? (JSON.parse(kept) as Record<string, string>) : undefined
  })
  const keep = (next: Record<string, string> | undefined) => {
    keepDraft(agent_id, key, next && Object.keys(changesIn(approval, next)).length > 0 ? JSON.stringify(next) : '')
    setEdits(next)
  }
  return [edits, keep] as const
}

type RejectProps = { busy: boolean; onReject(reason: string): void; onBack(): void }

function Reject({ busy, onReject, onBack }: RejectProps) {
  const [reason, setReason] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <form
      className="reject"
      onSubmit={(event) => {
        event.preventDefault()
        onReject(reason.trim())
      }}
    >
      <label>
        Why not? The assistant reads it. (optional)
        <input ref={field} value={reason} maxLength={2000} onChange={(event) => setReason(event.target.value)} />
      </label>
      <div className="actions">
        <button type="submit" className="danger" disabled={busy}>
          Reject
        </button>
        <button type="button" className="quiet" disabled={busy} onClick={onBack}>
          Back
        </button>
      </div>
    </form>
  )
}

const OUTCOMES: Record<Approval['status'], { tag: string; sentence: string }> = {
  pending: { tag: 'Needs your approval', sentence: 'Nothing leaves before you approve.' },
  approved: { tag: 'Approved', sentence: 'It is on its way.' },
  rejected: { tag: 'Rejected', sentence: 'Nothing was sent.' },
  expired: {
    tag: 'Expired',
    sentence: 'Nobody decided in time, so nothing was sent. Ask the assistant to prepare it again.',
  },
  executed: { tag: 'Done', sentence: '' },
  failed: { tag: 'Failed', sentence: 'It could not be done; nothing was sent.' },
  unknown: {
    tag: 'Unclear',
    sentence: 'It is not known whether it left. Check with the receiver before you try again.',
  },
}

/** Afterwards: who, when, what happened. */
function Outcome({ approval }: { approval: Approval }) {
  const { store } = useDesk()
  const { status, decided_at, decided_by, executed_at, expires_at, reason, error_message, original_payload } = approval
  const who = decided_by === store.session.agent.id ? 'you' : 'a colleague'
  const decision = status === 'rejected' ? 'Rejected' : 'Approved'
  const said = [
    decided_at && `${decision} by ${who}, ${formatMoment(decided_at)}${original_payload ? ', with changes' : ''}.`,
    reason && `“${reason}”`,
    executed_at && `${shapeOf(approval).done} ${formatMoment(executed_at)}.`,
    OUTCOMES[status].sentence,
    error_message,
    status === 'pending' && `Waits until ${formatMoment(expires_at)}.`,
  ]
  return (
    <p className="outcome soft" role="status">
      {said.filter(Boolean).join(' ')}
    </p>
  )
}
