import { z } from 'zod'
import { InvalidInputError } from '../errors.ts'
import type { Answer } from './connection.ts'
import { AvinodeUnavailableError } from './unavailable.ts'

/** Reads what an answer holds, or says that Avinode sent something we cannot read. */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  { data }: Answer,
  what: string,
): z.output<Schema> {
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  throw new AvinodeUnavailableError(`Avinode's answer for ${what} is not understood`, 'unknown', {
    cause: new Error(z.prettifyError(parsed.error)),
  })
}

/** An id goes into a path with its prefix and unchanged; what could leave the path is not an id. */
export function pathId(id: string, field: string): string {
  if (/^[\w-]{1,100}$/.test(id)) return id
  throw new InvalidInputError([{ path: field, message: 'Not an id of Avinode' }])
}

/** Optional blocks are asked for one by one: `fields[rfqs]=latestquote&fields[rfqs]=timestamps`. */
export const fields = (type: string, values: string[]) =>
  values.map((value): [string, string] => [`fields[${type}]`, value])
