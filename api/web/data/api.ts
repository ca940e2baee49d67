import { z } from 'zod/mini'
import type { Agent } from './rows.ts'

/** A failure that the page can show as it is: what happened, in a sentence. */
export class Problem extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, sentence: string) {
    super(sentence)
    this.status = status
    this.code = code
  }
}

/** How the service says no. */
export const ProblemBody = z.object({
  code: z.optional(z.string()),
  detail: z.optional(z.string()),
  title: z.optional(z.string()),
})

export const OFFLINE = 'JetVision cannot be reached. What you typed is kept; try again when the connection is back.'
export const OURS = 'Something went wrong on our side. Nothing was lost; please try again.'
const PATIENCE_MS = 30_000

/** Who is signed in. */
export type Session = Bearer & { readonly agent: Agent }

/** The token of whoever is signed in. It may be renewed while the page is open. */
export type Bearer = {
  token(): Promise<string>
  /** Tries for a fresh token; false when the person has to sign in again. */
  renew(): Promise<boolean>
  end(): void
}

type Call = {
  body?: unknown
  signal?: AbortSignal
  headers?: Record<string, string>
  stream?: boolean
  /** Goes on when the page is left. */
  keepalive?: boolean
}

/** Calls the API; anything but success becomes a `Problem` with a sentence in it. Streams have no time limit, other calls 30 s. */
export async function call(session: Bearer, method: string, path: string, options: Call = {}): Promise<Response> {
  const response = await attempt(session, method, path, options)
  if (response.status === 401 && (await session.renew()))
    return passed(await attempt(session, method, path, options), session)
  return passed(response, session)
}

async function attempt(
  session: Bearer,
  method: string,
  path: string,
  { body, signal, headers, stream, keepalive = false }: Call,
) {
  const limits = [...(signal ? [signal] : []), ...(stream ? [] : [AbortSignal.timeout(PATIENCE_MS)])]
  const token = await session.token()
  try {
    return await fetch(path, {
      method,
      keepalive,
      headers: {
        ...headers,
        Authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.any(limits),
    })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new Problem(0, 'offline', OFFLINE)
  }
}

async function passed(response: Response, session: Bearer) {
  if (response.ok) return response
  if (response.status === 401) session.end()
  const body = ProblemBody.safeParse(await response.json().catch(() => ({}))) // no JSON: the status is all there is
  const sentence = body.data?.detail ?? body.data?.title ?? OURS
  throw new Problem(response.status, body.data?.code ?? 'unknown', sentence)
}

export async function getJson<T>(session: Bearer, path: string, signal?: AbortSignal): Promise<T> {
  return (await call(session, 'GET', path, signal ? { signal } : {})).json() as Promise<T>
}

export async function sendJson<T>(session: Bearer, method: string, path: string, body: unknown): Promise<T> {
  return (await call(session, method, path, { body })).json() as Promise<T>
}

export type Page<T> = { data: T[]; next_cursor: string | null }

/** What to tell the broker about any error that reaches the page. */
export const sentenceOf = (error: unknown) => (error instanceof Problem ? error.message : OURS)
