import { createRoute, type RouteConfig } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { z } from 'zod'
import { InvalidInputError, NotFoundError } from '../tools/errors.ts'
import { issuesOf, sentence } from '../tools/issues.ts'
import { Problem } from './problem.ts'

const REASONS: Record<number, string> = {
  400: 'The body is no JSON',
  401: 'No token, or one that is forged or out of date',
  403: 'Signed in, but not allowed to do this',
  404: 'Nothing of that id exists for the caller',
  409: 'The state has moved on',
  413: 'The body is too large',
  415: 'The body is of another kind, or packed',
  422: 'A field is missing, unknown or not usable; `issues` names it',
  429: 'Too many calls; `Retry-After` says how long to wait',
  503: 'Something we depend on does not answer; try again later',
}

/** Declares one route for validation and for the OpenAPI document alike: behind sign-in unless `security` says otherwise. */
export function operation<Path extends string, Config extends Omit<RouteConfig, 'path'>>(
  config: Config & { path: Path },
) {
  const { security = [{ bearer: [] }], operationId = nameOf(config.method, config.path), request } = config
  const statuses = [
    ...(security.length > 0 ? [401, 403, 429] : []),
    ...(config.path.includes('{') ? [404] : []),
    ...(request?.body ? [400, 413, 415] : []),
    ...(request?.body || request?.query ? [422] : []),
  ]
  const responses = { ...failures(...statuses, 503), ...config.responses }
  return createRoute({ ...config, operationId, security, responses } as Config & { path: Path }) // the failures are thrown, not returned
}

/** `GET /api/conversations/{id}/messages` is `getConversationsIdMessages`: what generated clients call it. */
const nameOf = (method: string, path: string) =>
  method +
  path
    .split(/[^A-Za-z]+/)
    .filter((word) => word !== '' && word !== 'api')
    .map((word) => word[0]?.toUpperCase() + word.slice(1))
    .join('')

/** Problem answers for the document. */
export const failures = (...statuses: number[]) =>
  Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: REASONS[status] ?? 'Refused',
        ...(status === 429 || status === 503 ? { headers: RETRY_AFTER } : {}),
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  )

const RETRY_AFTER = { 'Retry-After': { description: 'Seconds', schema: { type: 'integer' } } } as const

export const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
})

/** A body of JSON, with what a caller may send as an example. */
export const jsonBody = <Schema extends z.ZodType>(schema: Schema, example?: z.input<Schema>) => ({
  required: true,
  content: { 'application/json': { schema, ...(example !== undefined && { example }) } },
})

/** The fields of a verb as changes to a row: what is left out stays as it is, so none has a default; null empties those named. */
export const changesOf = (fields: z.ZodObject, emptiable: readonly string[]) =>
  z.strictObject(
    Object.fromEntries(
      Object.entries(fields.shape).map(([name, field]) => {
        const given = field instanceof z.ZodDefault ? field.unwrap() : field
        const taken = given instanceof z.ZodNullable && !emptiable.includes(name) ? given.unwrap() : given
        return [name, (taken as z.ZodType).optional().describe(field.description ?? '')]
      }),
    ),
  )

/** Which of these a body wants emptied. */
export const emptiedIn = <Name extends string>(body: Record<string, unknown>, emptiable: readonly Name[]): Name[] =>
  emptiable.filter((name) => body[name] === null)

/** Ids are uuids; anything else names nothing, like the id of somebody else's row. */
export const IdParam = z.object({ id: z.uuid() })

/** How long lists come: newest first in pages, with a cursor for the next one. */
export const PageQuery = z.object({
  cursor: z.string().max(500).optional().describe('`next_cursor` of the page before'),
  limit: z.coerce.number().int().min(1).max(100).default(50).describe('Rows per page'),
})

export const pageOf = <Schema extends z.ZodType>(row: Schema, description: string) =>
  json(z.object({ data: z.array(row), next_cursor: z.string().nullable() }), description)

/** Refuses what did not parse: 404 for a path, 422 with every issue for the rest. */
export function refuseInvalid(
  result: { target: string; success: boolean; error?: z.core.$ZodError },
  _c: Context,
): undefined {
  if (result.success || !result.error) return undefined
  if (result.target === 'param') throw new NotFoundError('What you asked for')
  const issues = issuesOf(result.error)
  throw new InvalidInputError(issues, sentence(issues))
}
