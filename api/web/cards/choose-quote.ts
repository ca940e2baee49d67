import { resumeAnswer } from '../data/answers.ts'
import { call } from '../data/api.ts'
import { loadQuotes, loadRequest } from '../data/load.ts'
import type { Quote, Request } from '../data/rows.ts'
import type { Store } from '../data/store.ts'

/** Takes a quote. The assistant goes on by itself: it makes the proposal and drafts the e-mail. */
export async function chooseQuote(store: Store, { id, request_id }: Quote) {
  await call(store.session, 'POST', `/api/quotes/${id}/accept`, { body: {} })
  await Promise.all([loadQuotes(store, request_id), loadRequest(store, request_id)])
  const room = store.read().requests[request_id]?.primary_conversation_id
  if (room) void resumeAnswer(store, room)
}

/** Puts a quote aside. The operator is not told. */
export async function declineQuote(store: Store, { id, request_id }: Quote, reason: string) {
  await call(store.session, 'POST', `/api/quotes/${id}/reject`, { body: { reason: reason || null } })
  await loadQuotes(store, request_id)
}

/** Whether a quote may still be taken: its price holds, and the deal is not over. */
export const isChoosable = ({ status, valid_until, price_locked_until }: Quote, request: Request, now: number) => {
  const until = price_locked_until ?? valid_until
  return (
    (status === 'received' || status === 'analyzed') &&
    request.status !== 'completed' &&
    request.status !== 'cancelled' &&
    (until === null || Date.parse(until) > now)
  )
}
