import { z } from 'zod'
import type { Gate, PublishedTable } from './gate.ts'
import type { Row } from './pgoutput.ts'

/** What a client may ask to be told, as it says so when it joins. */
export const WatchRequest = z.object({
  event: z.enum(['*', 'INSERT', 'UPDATE', 'DELETE']).catch('*'),
  schema: z.string(),
  table: z.string().nullish(),
  filter: z.string().nullish(),
})
export type WatchRequest = z.infer<typeof WatchRequest>

export type Filter = { column: string; is_key: boolean; accepts(value: string | null | undefined): boolean }

/** Tells the client what is wrong with its request. */
export class RefusedError extends Error {}

/** Reads `column=eq.value` for a table; `neq` and `in` work too. The value is compared as Postgres prints it. */
export async function parseFilter(text: string, table: PublishedTable, gate: Gate): Promise<Filter> {
  const [, name = '', operator = '', value = ''] = /^([^=]+)=(eq|neq|in)\.(.*)$/s.exec(text) ?? []
  const column = table.columns.find((each) => each.name === name)
  if (!operator || !column) throw new RefusedError(`The filter ${text} is not understood`)
  const print = (each: string) =>
    gate.canonical(column.sql_type, each).catch((cause: unknown) => {
      throw new RefusedError(`The filter ${text} compares ${name} with what is no ${column.sql_type}`, { cause })
    })
  const values = new Set(await Promise.all(operator === 'in' ? listed(value).map(print) : [print(value)]))
  return {
    column: name,
    is_key: column.is_key,
    accepts: (found) => typeof found === 'string' && values.has(found) === (operator !== 'neq'),
  }
}

const listed = (list: string) => /^\((.*)\)$/s.exec(list)?.[1]?.split(',') ?? []

/** Of a deleted row only the key is known, so only a filter on the key can keep it back. */
export const passes = (filter: Filter | undefined, type: string, row: Row) =>
  !filter || (type === 'DELETE' && !filter.is_key) || filter.accepts(row[filter.column])
