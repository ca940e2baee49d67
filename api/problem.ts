import type { Context, ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { z } from 'zod'
import type { Log } from '../tools/context.ts'
import { type ErrorCode, type Issue, ServiceError, UpstreamError } from '../tools/errors.ts'
import type { ApiEnv } from './api-env.ts'

const STATUS: Record<ErrorCode, ContentfulStatusCode> = {
  invalid_input: 422,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  approval_pending: 409,
  limit_exceeded: 429,
  upstream_unavailable: 503,
}

/** A failure that only HTTP knows: a wrong method, a body too large, a missing sign-in. */
export class HttpProblem extends Error {
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly headers: Record<string, string>

  constructor(status: ContentfulStatusCode, code: string, detail: string, headers: Record<string, string> = {}) {
    super(detail)
    this.status = status
    this.code = code
    this.headers = headers
  }
}

/** What every refusal looks like (RFC 9457). */
export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    code: z.string(),
    requestId: z.string(),
    issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem' })

/** Explains an expected failure to the caller (RFC 9457). A defect is logged, and the caller gets its request id. */
export const problemHandler =
  (log: Log): ErrorHandler<ApiEnv> =>
  (error, c) => {
    if (error instanceof ServiceError) {
      if (error instanceof UpstreamError) {
        log.warn({ err: error, requestId: c.get('requestId') }, 'a dependency did not answer')
        c.header('Retry-After', String(Math.ceil(error.retry_after_seconds ?? 5)))
      }
      if (error.code === 'limit_exceeded') c.header('Retry-After', '10')
      if (error.cause instanceof z.ZodError) {
        const issues = issuesOf(error.cause)
        return problem(c, STATUS[error.code], error.code, sentence(issues), { issues })
      }
      return problem(c, STATUS[error.code], error.code, error.message, error.details)
    }
    if (error instanceof HttpProblem) {
      for (const [name, value] of Object.entries(error.headers)) c.header(name, value)
      return problem(c, error.status, error.code, error.message)
    }
    if (error instanceof HTTPException) return frameworkProblem(c, error)
    log.error({ err: error, requestId: c.get('requestId') }, 'unhandled error')
    return problem(c, 500, 'internal_error', 'Something went wrong on our side')
  }

function frameworkProblem(c: Context<ApiEnv>, error: HTTPException) {
  const authenticate = error.res?.headers.get('WWW-Authenticate')
  if (authenticate) c.header('WWW-Authenticate', authenticate)
  const isJson = error.status === 400 && /json/i.test(error.message)
  if (isJson) return problem(c, 400, 'malformed_json', 'The body is not valid JSON')
  const [code, detail] = FRAMEWORK[error.status] ?? ['http_error', 'The request was refused']
  const wantsFile = error.status === 415 && c.req.path.endsWith('/attachments')
  if (wantsFile) return problem(c, 415, code, 'Send the file as multipart/form-data')
  return problem(c, error.status as ContentfulStatusCode, code, detail) // the framework's refusals all carry a body
}

const FRAMEWORK: Record<number, [code: string, detail: string]> = {
  400: ['malformed_body', 'The body cannot be read'],
  401: ['unauthorized', 'Sign in first'],
  413: ['payload_too_large', 'The body is too large'],
  415: ['unsupported_media_type', 'Send the body as application/json'],
}

export function problem(
  c: Context<ApiEnv>,
  status: ContentfulStatusCode,
  code: string,
  detail: string,
  details: Record<string, unknown> = {},
) {
  const standard = {
    type: `/problems/${code}`,
    title: code.replaceAll('_', ' '),
    status,
    detail,
    instance: instance(c),
  }
  const body = { ...details, ...standard, code, requestId: c.get('requestId') }
  return c.body(JSON.stringify(body), status, { 'Content-Type': 'application/problem+json' })
}

/** The path, without the secret that a client's link consists of. */
const instance = (c: Context<ApiEnv>) => c.req.path.replace(/^\/p\/[^/]+/, '/p/{token}')

/** Names each field and says in plain words what is wrong with it; a field that does not exist is named itself. */
export function issuesOf(error: z.core.$ZodError): Issue[] {
  return issuesAt([], error.issues)
}

function issuesAt(above: string[], issues: readonly z.core.$ZodIssue[]): Issue[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...issue.path.map(String)]
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'This field does not exist' }))
    }
    // Of several allowed forms, the one that was meant is the one with the least wrong.
    const meant = issue.code === 'invalid_union' && issue.errors.toSorted((a, b) => a.length - b.length)[0]
    if (meant && meant.length > 0) return issuesAt(path, meant)
    return [{ path: path.join('.'), message: plainWords(issue) }]
  })
}

const KINDS: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}
const FORMATS: Record<string, string> = {
  email: 'This is no e-mail address',
  uuid: 'This is no id',
  url: 'This is no link',
  datetime: 'This is no moment in time',
  date: 'This is no date',
}

/** The library's own words are for programmers; what a schema says in words of its own stays. */
function plainWords(issue: z.core.$ZodIssue): string {
  if (!/^(Invalid|Too (big|small)|Unrecognized)/.test(issue.message)) return issue.message
  switch (issue.code) {
    case 'invalid_type':
      return /received undefined$/.test(issue.message)
        ? 'This is missing'
        : `This must be ${KINDS[issue.expected] ?? issue.expected}`
    case 'too_big':
      return `At most ${counted(issue.maximum, issue.origin)}`
    case 'too_small':
      return `At least ${counted(issue.minimum, issue.origin)}`
    case 'invalid_value':
      return `This must be one of: ${issue.values.map(String).join(', ')}`
    case 'invalid_format':
      return FORMATS[issue.format] ?? 'This has another form than it should'
    default:
      return 'This cannot be used'
  }
}

const UNITS: Record<string, [one: string, many: string]> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
}

function counted(limit: number | bigint, origin: string): string {
  const unit = UNITS[origin]?.[limit === 1 ? 0 : 1]
  return unit ? `${limit} ${unit}` : String(limit)
}

/** One sentence out of many issues. */
export const sentence = (issues: Issue[]) =>
  issues.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join('; ')
