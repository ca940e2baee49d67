import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { InvalidInputError, NotFoundError } from '../tools/errors.ts'
import type { ApiEnv } from './api-env.ts'
import { HttpProblem } from './problem.ts'

export const JSON_LIMIT_BYTES = 1024 * 1024
/** useChat sends its whole history with every message. */
export const CHAT_LIMIT_BYTES = 4 * 1024 * 1024
export const WEBHOOK_LIMIT_BYTES = 64 * 1024
export const ATTACHMENT_LIMIT_BYTES = 10 * 1024 * 1024
const FORM_OVERHEAD_BYTES = 64 * 1024
const DEEPEST = 64

const tooLarge = (limit: number) => () => {
  throw new HttpProblem(413, 'payload_too_large', `The body is larger than ${limit} bytes`)
}

/** Where Node's parser holds a sender to the length that it declared, that length is enough; else the bytes are counted. */
const limited = (limit: number): MiddlewareHandler<ApiEnv> => {
  const refuse = tooLarge(limit)
  const count = bodyLimit({ maxSize: limit, onError: refuse }) as MiddlewareHandler<ApiEnv>
  return async (c, next) => {
    const incoming = c.env?.incoming
    if (!incoming || incoming.headers['transfer-encoding'] !== undefined) return count(c, next)
    if (Number(incoming.headers['content-length'] ?? 0) > limit) refuse()
    return next()
  }
}
const json = limited(JSON_LIMIT_BYTES)
const chat = limited(CHAT_LIMIT_BYTES)
const webhook = limited(WEBHOOK_LIMIT_BYTES)
const upload = limited(ATTACHMENT_LIMIT_BYTES + FORM_OVERHEAD_BYTES)

/** Refuses bodies that are too large or packed, before anything reads them. */
export const bodyLimits = createMiddleware<ApiEnv>(async (c, next) => {
  const encoding = c.req.header('Content-Encoding')
  if (encoding && encoding !== 'identity') {
    throw new HttpProblem(415, 'unsupported_media_type', 'Send the body without compression')
  }
  if (c.req.path.startsWith('/api/webhooks/')) return webhook(c, next)
  if (c.req.path.endsWith('/attachments')) return upload(c, next)
  if (c.req.path === '/api/chat') return chat(c, next)
  return json(c, next)
})

/** Refuses addresses with NUL characters: in a path they name nothing, and no table holds them. */
export const storableAddress = createMiddleware<ApiEnv>(async (c, next) => {
  const [path = '', query = ''] = c.req.url.split('?', 2)
  if (/%00/.test(path)) throw new NotFoundError('What you asked for')
  if (/%00/.test(query)) throw refused('The address contains a NUL character')
  await next()
})

/**
 * Refuses JSON that no table can hold: in no UTF-8, nested without end, with NUL characters, which Postgres does not store, or with halves of
 * characters, which nothing does.
 */
export const storableJson = createMiddleware<ApiEnv>(async (c, next) => {
  if (/^application\/([\w.-]+\+)?json/i.test(c.req.header('Content-Type') ?? '')) {
    checkStorable(readUtf8(await c.req.arrayBuffer()))
  }
  await next()
})

/** The same for MCP, whose server reads the body by itself. */
export const readableMcp = createMiddleware<ApiEnv>(async (c, next) => {
  if (c.req.method === 'POST') readUtf8(await c.req.raw.clone().arrayBuffer())
  await next()
})

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The text of a JSON body. Bytes that are no UTF-8 would be stored as another text than was sent. */
export function readUtf8(body: ArrayBuffer): string {
  try {
    return utf8.decode(body)
  } catch (cause) {
    throw new HttpProblem(
      400,
      'malformed_json',
      'The body is not valid JSON: it is not written in UTF-8',
      {},
      { cause },
    )
  }
}

export function checkStorable(text: string) {
  if (/(?<!\\)(?:\\\\)*\\u0000/i.test(text)) throw refused('A text contains a NUL character')
  if (/\\ud/i.test(text) && hasHalfCharacter(text)) throw refused('A text contains half a character')
  let depth = 0
  let inText = false
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index]
    if (inText) {
      if (character === '\\') index += 1
      else if (character === '"') inText = false
    } else if (character === '"') inText = true
    else if (character === '{' || character === '[') depth += 1
    else if (character === '}' || character === ']') depth -= 1
    if (depth > DEEPEST) throw refused(`The body is nested deeper than ${DEEPEST} levels`)
  }
}

/** Of a character that takes two escapes, one without the other: no text can hold it. What is no JSON has its own refusal. */
function hasHalfCharacter(text: string): boolean {
  try {
    return /(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(JSON.parse(text))) // which escapes nothing else so
  } catch {
    return false
  }
}

const refused = (message: string) => new InvalidInputError([{ path: '', message }])
