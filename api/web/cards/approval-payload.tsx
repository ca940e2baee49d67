import { useId } from 'react'
import { showHidden } from '../conversation/hidden-characters.ts'
import { Verbatim } from '../conversation/verbatim.tsx'
import type { Approval } from '../data/rows.ts'
import { useProposal } from '../data/use-proposal.ts'
import { formatMoney } from '../look/format.ts'
import { type Field, shapeOf, textOf } from './approval-fields.ts'
import { lineChanges } from './line-changes.ts'
import { Paper } from './paper.tsx'

type Props = {
  approval: Approval
  /** The words while they are being changed. */
  edits: Record<string, string> | undefined
  onEdit(edits: Record<string, string>): void
}

/** Exactly what leaves the house: to whom, in which words, with which files. */
export function ApprovalPayload({ approval, edits, onEdit }: Props) {
  const { payload, original_payload: original } = approval
  const fields = shapeOf(approval).edits.filter(({ name }) => textOf(payload, name) || edits?.[name])
  return (
    <dl className="payload">
      {receiverOf(approval).map(([label, value]) => (
        <Row key={label} label={label}>
          <Verbatim text={value} />
        </Row>
      ))}
      {fields.map((field) => (
        <Row key={field.name} label={field.label} isChanged={edits && edits[field.name] !== payload[field.name]}>
          {edits && field.name in edits ? (
            <Editor
              field={field}
              value={edits[field.name] ?? ''}
              onChange={(value) => onEdit({ ...edits, [field.name]: value })}
            />
          ) : (
            <Words before={original ? textOf(original, field.name) : undefined} now={textOf(payload, field.name)} />
          )}
        </Row>
      ))}
      <Attachments approval={approval} />
    </dl>
  )
}

function Row({
  label,
  isChanged,
  children,
}: {
  label: string
  isChanged?: boolean | undefined
  children: React.ReactNode
}) {
  return (
    <div>
      <dt>
        {label}
        {isChanged && <span className="tag changed">changed</span>}
      </dt>
      <dd>{children}</dd>
    </div>
  )
}

function Editor({ field, value, onChange }: { field: Field; value: string; onChange(value: string): void }) {
  const id = useId()
  const change = (event: { target: { value: string } }) => onChange(event.target.value)
  return (
    <>
      <label htmlFor={id} className="unseen">
        {field.label}
      </label>
      {field.isLong ? (
        <textarea id={id} rows={Math.min(18, value.split('\n').length + 2)} value={value} onChange={change} />
      ) : (
        <input id={id} value={value} onChange={change} />
      )}
      {showHidden(value) !== value && (
        <p className="problem">
          With hidden characters in it: <Verbatim text={value} />
        </p>
      )}
    </>
  )
}

/** The words as they are; where the broker changed them, also what they were. */
function Words({ before, now }: { before: string | undefined; now: string }) {
  if (before === undefined || before === now) return <Verbatim text={now} />
  return (
    <span className="line-changes">
      {lineChanges(before, now).map(({ kind, text }, at) => {
        const Line = { same: 'span', added: 'ins', removed: 'del' }[kind] as 'span'
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines of a settled text never move
          <Line key={at}>
            <Verbatim text={text || ' '} />
          </Line>
        )
      })}
    </span>
  )
}

const REASONS: Record<string, string> = {
  BY_CLIENT: 'The client cancelled',
  CHANGED: 'The trip changed',
  OTHER: 'Other',
}

function receiverOf({ action, payload }: Approval): [string, string][] {
  const of = (name: string) => textOf(payload, name)
  if (action === 'send_proposal') return [['To', [of('to_name'), `<${of('to_email')}>`].filter(Boolean).join(' ')]]
  if (action === 'reply_to_operator') return [['To', `${of('operator_name')}, through Avinode`]]
  if (action === 'cancel_request') {
    return [
      ['Trip', of('route')],
      ['Reason', REASONS[of('reason')] ?? of('reason')],
    ]
  }
  if (action === 'accept_quote') {
    return [
      ['Operator', of('operator_name')],
      ['Price', formatMoney(of('total_price'), of('currency') || 'USD', { exact: true })],
      ['Aircraft', [of('aircraft_type'), of('aircraft_tail_number')].filter(Boolean).join(' · ')],
    ]
  }
  return Object.entries(payload).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number'
      ? [[name.replaceAll('_', ' '), String(value)] as [string, string]]
      : [],
  )
}

type Attachment = { file_name: string; size_bytes?: number }

function Attachments({ approval: { payload } }: { approval: Approval }) {
  const proposal_id = textOf(payload, 'proposal_id')
  const proposal = useProposal(proposal_id)
  const files = (Array.isArray(payload.attachments) ? payload.attachments : []) as Attachment[]
  if (files.length === 0) return null
  return (
    <Row label="Attached">
      {files.map((file) => (
        <Paper key={file.file_name} proposal_id={proposal_id} proposal={proposal} file={file} />
      ))}
    </Row>
  )
}
