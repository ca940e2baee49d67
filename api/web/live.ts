import { call, getJson, readEvents } from './api.ts'
import type { Approval, Message, Quote, Request } from './rows.ts'
import type { Store } from './store.ts'

const LONGEST_WAIT_MS = 15_000

/** Keeps the store in step with the service until `signal` ends it: every event once, picked up again where the connection broke. */
export async function followFeed(store: Store, signal: AbortSignal) {
  let last: string | undefined
  let wait = 500
  while (!signal.aborted) {
    try {
      const headers = { Authorization: `Bearer ${store.session.token}`, ...(last && { 'Last-Event-ID': last }) }
      const response = await fetch('/api/events', { headers, signal })
      if (response.status === 401) return store.session.onExpired()
      if (!response.ok) throw new Error(`The feed answered ${response.status}`)
      store.setOnline(true)
      wait = 500
      if (last === undefined) await store.load()
      for await (const event of readEvents(response)) {
        if (event.id) last = event.id
        apply(store, event.event, JSON.parse(event.data))
      }
    } catch {
      if (signal.aborted) return
      store.setOnline(false)
    }
    await new Promise((resolve) => setTimeout(resolve, wait))
    wait = Math.min(wait * 2, LONGEST_WAIT_MS)
  }
}

function apply(store: Store, type: string, row: unknown) {
  if (type.startsWith('message.') && type !== 'message.delta') {
    const message = row as Message
    store.putMessage(message)
    void store.refreshConversation(message.conversation_id).catch(() => undefined) // the row itself is shown already
  } else if (type.startsWith('quote.')) {
    store.putQuote(row as Quote)
  } else if (type === 'request.updated') {
    const { id } = row as Request
    void getJson<Request>(store.session, `/api/requests/${id}`).then(store.putRequest, () => undefined) // comes again with the next change
  } else if (type.startsWith('approval.')) {
    store.putApproval(row as Approval)
  }
}

/** What the assistant is doing now: its words so far, and its steps. */
export type Progress = { text: string; steps: Step[]; failed?: string }
export type Step = { id: string; agent?: string; tool?: string; label?: string; status?: string; ms?: number }

type Chunk = { type: string; id?: string; delta?: string; errorText?: string; data?: Record<string, unknown> }

/** Follows one answer of the assistant to its end, telling of every change. Works for a fresh answer and for one picked up after a reload. */
export async function followAnswer(response: Response, tell: (progress: Progress) => void) {
  let progress: Progress = { text: '', steps: [] }
  for await (const { data } of readEvents(response)) {
    if (data === '[DONE]') break
    progress = advance(progress, JSON.parse(data) as Chunk)
    tell(progress)
  }
}

function advance(progress: Progress, chunk: Chunk): Progress {
  if (chunk.type === 'text-delta') return { ...progress, text: progress.text + (chunk.delta ?? '') }
  if (chunk.type === 'error') return { ...progress, failed: chunk.errorText ?? 'The answer broke off.' }
  if (chunk.type === 'data-step') {
    const step = { ...chunk.data, id: chunk.id ?? String(progress.steps.length) } as Step
    const known = progress.steps.some(({ id }) => id === step.id)
    return {
      ...progress,
      steps: known ? progress.steps.map((s) => (s.id === step.id ? step : s)) : [...progress.steps, step],
    }
  }
  return progress
}

/** The answer that is being written in this conversation right now, or undefined. */
export async function runningAnswer(store: Store, conversation_id: string, signal: AbortSignal) {
  const response = await call(store.session, 'GET', `/api/chat/${conversation_id}/stream`, undefined, signal)
  return response.status === 204 ? undefined : response
}
