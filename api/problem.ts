import type { Context, ErrorHandler } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { z } from 'zod'
import type { Log } from '../tools/context.ts'
import { HTTP_STATUS, ServiceError, UpstreamError } from '../tools/errors.ts'
import { issuesOf, sentence } from '../tools/issues.ts'
import type { ApiEnv } from './api-env.ts'

/** A failure that only HTTP knows: a wrong method, a body too large, a missing sign-in. */
export class HttpProblem extends Error {
  readonly status: ContentfulStatusCode
  readonly code: string
  readonly headers: Record<string, string>

  constructor(
    status: ContentfulStatusCode,
    code: string,
    detail: string,
    headers: Record<string, string> = {},
    options?: ErrorOptions,
  ) {
    super(detail, options)
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
        return problem(c, HTTP_STATUS[error.code], error.code, sentence(issues), { issues })
      }
      return problem(c, HTTP_STATUS[error.code], error.code, error.message, error.details)
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
