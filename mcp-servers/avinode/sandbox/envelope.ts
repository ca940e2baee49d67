import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Groups } from './documents.ts'

/** Whoever calls: one company's connection. */
export type Connection = { token: string; company_id: string; kind: 'rest' | 'interactive' }

export type ApiEnv = { Bindings: HttpBindings; Variables: { connection: Connection } }

type SoftError = { code: string; title: string; path?: string }

/** A success, which may still carry soft errors. */
export const answer = (
  c: Context,
  data: unknown,
  { status = 200, errors = [], pagination }: { status?: 200 | 201; errors?: SoftError[]; pagination?: object } = {},
) => c.json({ meta: { errors, warnings: [], infos: [], ...(pagination && { pagination }) }, data }, status)

export const failure = (c: Context, status: ContentfulStatusCode, code: string, title: string) =>
  c.json({ meta: { errors: [{ title, code }], warnings: [], infos: [] } }, status)

export const notFound = (c: Context) => failure(c, 404, 'NOT_FOUND', 'The resource could not be found')

/** The blocks asked for, in the documented form `fields[trips]=a&fields[trips]=b` or as `?a=true`. */
export function groupsOf(c: Context): Groups {
  const groups = new Set<string>()
  for (const [name, value] of new URL(c.req.url).searchParams) {
    if (/^fields\[\w+\](\[\])?$/.test(name)) for (const group of value.split(',')) groups.add(group.trim())
    else if (value === 'true') groups.add(name)
  }
  return groups
}
