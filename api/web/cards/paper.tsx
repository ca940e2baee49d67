import { showHidden } from '../conversation/hidden-characters.ts'
import type { Proposal } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { formatBytes, formatMoney } from '../look/format.ts'
import { Icon } from '../look/icon.tsx'
import { useAction } from '../look/use-action.ts'
import { openPdf } from './pdf.ts'

type Props = { proposal_id: string; proposal: Proposal | undefined; file?: { file_name: string; size_bytes?: number } }

/** A proposal's document in small, with what its first page says largest; pressed, it opens. Its place is kept until it is known. */
export function Paper({ proposal_id, proposal, file }: Props) {
  const { store } = useDesk()
  const { busy, problem, run } = useAction()
  const name = file?.file_name ?? proposal?.file_name ?? 'the proposal'
  const bytes = file?.size_bytes ?? proposal?.file_size_bytes
  return (
    <div className="document">
      <button
        type="button"
        className="paper"
        aria-label={`Open ${showHidden(name)}`}
        disabled={busy}
        onClick={() => void run(() => openPdf(store, proposal_id))}
      >
        <span className="paper-top">{store.session.agent.full_name}</span>
        <strong>{proposal?.title}</strong>
        <span className="paper-lines" />
        {proposal?.final_amount && (
          <span className="paper-price figure">{formatMoney(proposal.final_amount, proposal.currency)}</span>
        )}
      </button>
      <p className="soft">
        <Icon name="file" /> {showHidden(name)} {bytes != null && <span className="figure">{formatBytes(bytes)}</span>}
      </p>
      {problem && <p className="problem">{problem}</p>}
    </div>
  )
}
