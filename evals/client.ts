/** Speaks to a running service as a broker's own software would: HTTP and the contract, nothing else. */
export type BrokerClient = {
  get<T = Json>(path: string): Promise<T>
  send<T = Json>(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>
  /** Any call, answered with its status instead of an error. */
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json; headers: Headers }>
  /** Says something to the assistant and waits for the whole answer. */
  says(message: string, conversation_id?: string): Promise<Answer>
}

export type Json = Record<string, unknown>
export type Answer = { conversation_id: string; text: string; parts: Json[] }

const CALL_TIMEOUT_MS = 60_000

/** Signs in to a service in local mode as one of the seeded brokers: the first one, unless an e-mail address says which. */
export async function signIn(url: string, email?: string): Promise<BrokerClient> {
  const accounts = await fetchJson(`${url}/api/dev/accounts`, 'GET', undefined, undefined)
  const [first] = accounts.body.data as { email: string }[]
  const { body, status } = await fetchJson(`${url}/api/dev/token`, 'POST', undefined, { email: email ?? first?.email })
  if (status !== 200) throw new Error(`Signing in was answered with ${status}`)
  return brokerClient(url, String(body.token))
}

/** A client for a token that exists already. */
export function brokerClient(url: string, token: string): BrokerClient {
  const call: BrokerClient['call'] = (method, path, body) => fetchJson(`${url}${path}`, method, token, body)
  const send = async <T>(method: string, path: string, body?: unknown) => {
    const answer = await call(method, path, body)
    if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
    return answer.body as T
  }
  return {
    call,
    send,
    get: (path) => send('GET', path),
    async says(message, conversation_id) {
      const response = await fetch(`${url}/api/chat`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ message, ...(conversation_id && { conversation_id }) }),
        signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      })
      const text = await response.text()
      if (!response.ok) throw new Error(`POST /api/chat: ${response.status} ${text}`)
      return { conversation_id: response.headers.get('x-conversation-id') ?? '', ...readUiMessageStream(text) }
    },
  }
}

async function fetchJson(url: string, method: string, token: string | undefined, body: unknown) {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
  })
  const text = await response.text()
  return { status: response.status, body: (text ? JSON.parse(text) : {}) as Json, headers: response.headers }
}

/** Puts the words of an AI SDK UI message stream together, and keeps its parts. */
export function readUiMessageStream(stream: string): { text: string; parts: Json[] } {
  const parts = stream
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line !== 'data: [DONE]')
    .map((line) => JSON.parse(line.slice('data: '.length)) as Json)
  const text = parts.map((part) =>
    part.type === 'text-delta' ? String(part.delta) : part.type === 'text-end' ? '\n' : '',
  )
  return { text: text.join('').trim(), parts }
}

/** Asks again until there is an answer, and says what it waited for when there is none in time. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined | false | null>,
  within_ms = 60_000,
): Promise<T> {
  const deadline = Date.now() + within_ms
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (Date.now() > deadline) throw new Error(`Waited ${within_ms / 1000} s in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
