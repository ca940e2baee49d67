import { createHash } from 'node:crypto'
import type { SupabaseClient } from '@supabase/supabase-js'
import { z } from 'zod'
import type { Database, Json } from '../supabase/database.types.ts'
import type { Db } from './context.ts'
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError, UpstreamError } from './errors.ts'

/** What supabase-js resolves to, whatever was asked. */
export type Answer = {
  data: unknown
  error: { code?: string; message: string; details?: string | null } | null
  status: number
}

/** The columns of a row schema as a select list; amounts come as text, because JSON numbers are floats. */
export const columnsOf = (row: z.ZodObject, money: readonly string[] = []) =>
  Object.keys(row.shape)
    .map((column) => (money.includes(column) ? `${column}::text` : column))
    .join(', ')

/** Awaits a query and parses its rows, or throws what the failure means to the caller. */
export async function rows<Row extends z.ZodType>(schema: Row, query: PromiseLike<Answer>): Promise<z.output<Row>[]> {
  return z.array(schema).parse(await answer(query))
}

/** The first row of a query, or undefined. */
export async function findRow<Row extends z.ZodType>(schema: Row, query: PromiseLike<Answer>) {
  const [row] = await rows(schema, query)
  return row
}

/** The first row of a query; without one, `what` was not found. */
export async function getRow<Row extends z.ZodType>(what: string, schema: Row, query: PromiseLike<Answer>) {
  const row = await findRow(schema, query)
  if (row === undefined) throw new NotFoundError(what)
  return row
}

/** The result of a SQL function. */
export async function call<Result extends z.ZodType>(schema: Result, query: PromiseLike<Answer>) {
  return schema.parse(await answer(query)) as z.output<Result>
}

/** Awaits a query whose answer does not matter, only that it worked. */
export async function done(query: PromiseLike<Answer>): Promise<void> {
  await answer(query)
}

/** Inserts a row unless its id is there already: doing it again changes nothing. */
export async function insertOnce<Table extends keyof Tables>(
  db: Db,
  table: Table,
  row: Tables[Table]['Insert'] & { id: string },
): Promise<void> {
  const any_table: SupabaseClient = db // its types cannot follow a table that is a type argument; `row` is checked here
  await done(any_table.from(table).upsert(row, { onConflict: 'id', ignoreDuplicates: true }))
}

type Tables = Database['public']['Tables']

/** Marks what is about to be stored as JSON, such as metadata that was read from there and added to. */
export const json = (value: Record<string, unknown>) => value as { [key: string]: Json }

/** The same uuid for the same words, on every surface and after every restart: for rows of which there can be only one. */
export function stableId(...words: string[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(words)).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6) // version 8: made by a rule of our own
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** What a person typed, as a pattern for `ilike` that finds it anywhere. */
export const containing = (text: string) =>
  `%${text.replace(/[\\%_*]/g, (sign) => (sign === '*' ? '_' : `\\${sign}`))}%`

async function answer(query: PromiseLike<Answer>): Promise<unknown> {
  const { data, error, status } = await query
  if (error) throw failure(error, status)
  return data
}

function failure(error: NonNullable<Answer['error']>, status: number): Error {
  const { code = '', message } = error
  const options = { cause: error }
  switch (code) {
    case 'PT404':
      return new NotFoundError(missing(message), options)
    case 'PGRST116':
      return new NotFoundError('It', options)
    case 'PT409':
      return new ConflictError(message, options)
    case '23505':
      return new ConflictError('The same thing exists already', options)
    case '23503':
      return new NotFoundError('Something this refers to', options)
    case 'PT403':
      return new ForbiddenError(message, options)
    case '42501':
      return new ForbiddenError('You have no right to do this', options)
    case 'PT422':
      return new InvalidInputError([{ path: '', message }], message, options)
    case '22023':
    case '22P02':
    case '22003':
    case '22007':
    case '22008':
    case '23502':
    case '23514':
      return new InvalidInputError([{ path: '', message: 'A value cannot be stored' }], undefined, options)
  }
  if (isOutage(status, code)) return new UpstreamError('database', 'The database does not answer', options)
  return new Error(`The database refused a query: ${message}`, options)
}

/** What is not there, out of the database's sentence. */
const missing = (sentence: string) =>
  sentence
    .replace(/^No (.+) was found\.?$/, 'A $1')
    .replace(/ (was not found|is not found|is no longer available)\.?$/, '')

/**
 * No answer, a proxy's answer, or Postgres saying that it stops, starts, is full, or had to break up a deadlock. A defect in a
 * function answers with 500 as well and is none of these: taken for an outage, it would be tried again for ever.
 */
export const isOutage = (status: number, code: string | undefined) =>
  status === 0 || [502, 503, 504].includes(status) || /^(08|53|57P0|40001|40P01)/.test(code ?? '')
