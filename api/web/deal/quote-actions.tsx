import { type FormEvent, useState } from 'react'
import { chooseQuote, declineQuote, isChoosable } from '../cards/choose-quote.ts'
import type { Quote, Request } from '../data/rows.ts'
import { useDesk } from '../frame/desk-context.ts'
import { Alert } from '../look/status-note.tsx'
import { useAction } from '../look/use-action.ts'

type Props = { quote: Quote; isBest: boolean; request: Request; now: number }

/** What a broker may do with a quote: take it, ask its operator, put it aside. */
export function QuoteActions({ quote, isBest, request, now }: Props) {
  const { store, openRoom, tell } = useDesk()
  const { busy, problem, run } = useAction()
  const [declining, setDeclining] = useState(false)
  const [reason, setReason] = useState('')
  const isOpen = isChoosable(quote, request, now)

  const choose = async () => {
    if (await run(() => chooseQuote(store, quote)))
      tell(`${quote.operator_name} is chosen. The assistant prepares the proposal.`)
  }
  const decline = async (event: FormEvent) => {
    event.preventDefault()
    if (await run(() => declineQuote(store, quote, reason.trim()))) setDeclining(false)
  }
  const { conversation_id } = quote

  if (declining) {
    return (
      <form className="decline" onSubmit={decline}>
        <label>
          Why? (for your own record)
          <input value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
        </label>
        {problem && <Alert>{problem}</Alert>}
        <button type="submit" className="danger small" disabled={busy}>
          Decline
        </button>
        <button type="button" className="quiet small" onClick={() => setDeclining(false)}>
          Back
        </button>
      </form>
    )
  }
  return (
    <div className="quote-actions">
      {isOpen && (
        <button
          type="button"
          className={isBest ? 'small' : 'quiet small'}
          disabled={busy}
          onClick={() => void choose()}
          aria-label={`Choose ${quote.operator_name}`}
        >
          {busy ? 'Choosing …' : 'Choose'}
        </button>
      )}
      {conversation_id && (
        <button
          type="button"
          className="quiet small"
          onClick={() => openRoom(conversation_id)}
          aria-label={`Ask ${quote.operator_name}`}
        >
          Ask operator
        </button>
      )}
      {isOpen && (
        <button
          type="button"
          className="quiet small"
          disabled={busy}
          onClick={() => setDeclining(true)}
          aria-label={`Decline ${quote.operator_name}`}
        >
          Decline
        </button>
      )}
      {problem && <Alert>{problem}</Alert>}
    </div>
  )
}
