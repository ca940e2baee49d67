import { z } from 'zod/mini'

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

const ProblemBody = z.object({
  code: z.optional(z.string()),
  detail: z.optional(z.string()),
  title: z.optional(z.string()),
})

const OFFLINE = 'JetVision cannot be reached. What you typed is kept; it works again when the connection is back.'

export type Session = { token: string; onExpired(): void }

/** Calls the API; anything but success becomes a `Problem` with a sentence in it. */
export async function call(
  session: Session,
  method: string,
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  const response = await fetch(path, {
    method,
    headers: {
      Authorization: `Bearer ${session.token}`,
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw new Problem(0, 'offline', OFFLINE)
  })
  if (response.ok) return response
  if (response.status === 401) session.onExpired()
  const problem = ProblemBody.safeParse(await response.json().catch(() => ({})))
  const sentence = problem.data?.detail ?? problem.data?.title ?? 'Something went wrong on our side. Please try again.'
  throw new Problem(response.status, problem.data?.code ?? 'unknown', sentence)
}

export async function getJson<T>(session: Session, path: string): Promise<T> {
  return (await call(session, 'GET', path)).json() as Promise<T>
}

export type Page<T> = { data: T[]; next_cursor: string | null }

/** Server-sent events over fetch, because an `EventSource` cannot carry a bearer token. Ends when the server closes the stream. */
export async function* readEvents(response: Response): AsyncGenerator<{ id?: string; event: string; data: string }> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) return
  let buffer = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return
    buffer += value
    const blocks = buffer.split('\n\n')
    buffer = blocks.pop() ?? ''
    for (const block of blocks) {
      const event = parseEvent(block)
      if (event) yield event
    }
  }
}

function parseEvent(block: string) {
  const fields = { event: 'message', data: '' } as { id?: string; event: string; data: string }
  for (const line of block.split('\n')) {
    const [, name, value] = /^(id|event|data): ?(.*)$/.exec(line) ?? []
    if (name === 'data') fields.data += value
    else if (name === 'id' || name === 'event') fields[name] = value ?? ''
  }
  return fields.data ? fields : undefined
}
