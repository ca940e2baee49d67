import { z } from 'zod'
import type { ToolContext } from './context.ts'
import { type Answer, rows } from './database.ts'
import { InvalidInputError } from './errors.ts'

/** The inputs of every list that comes in pages. */
export const pageInput = {
  limit: z.int().min(1).max(100).nullable().default(null).describe('How many at most, 1 to 100; null for 50'),
  cursor: z.string().nullable().default(null).describe('next_cursor of the page before; null for the first page'),
}

export const NextCursor = z.string().nullable().describe('Pass it as cursor for the next page; null on the last page')

/**
 * Names the broker whose rows are listed. Row level security shows no others anyway, but only with the name do they come in
 * order from an index, however many there are. An administrator reads everybody's.
 */
export const ownedBy = <Rows extends { eq(column: 'iso_agent_id', id: string): Rows }>(
  query: Rows,
  { broker }: Pick<ToolContext, 'broker'>,
): Rows => (broker.role === 'admin' ? query : query.eq('iso_agent_id', broker.iso_agent_id))

type Query = PromiseLike<Answer> & {
  or(filters: string): Query
  order(column: string, options: { ascending: boolean }): Query
  limit(count: number): Query
}

const Place = z.object({ created_at: z.iso.datetime({ offset: true }), id: z.uuid() })

/** One page of a query, newest first. The order is total (`created_at`, then `id`), so no row is skipped or seen twice. */
export async function readPage<Row extends z.ZodType<{ id: string; created_at: string }>>(
  schema: Row,
  query: Query,
  { limit, cursor }: { limit: number | null; cursor: string | null },
): Promise<{ page: z.output<Row>[]; next_cursor: string | null }> {
  const size = limit ?? 50
  const after = cursor === null ? query : query.or(older(readCursor(cursor)))
  const found = await rows(
    schema,
    after
      .order('created_at', { ascending: false })
      .order('id', { ascending: false })
      .limit(size + 1),
  )
  const page = found.slice(0, size)
  const last = page.at(-1)
  return { page, next_cursor: found.length > size && last ? writeCursor(last) : null }
}

const older = ({ created_at, id }: z.output<typeof Place>) =>
  `created_at.lt."${created_at}",and(created_at.eq."${created_at}",id.lt."${id}")`

const writeCursor = ({ created_at, id }: z.output<typeof Place>) =>
  Buffer.from(JSON.stringify({ created_at, id })).toString('base64url')

function readCursor(cursor: string) {
  try {
    return Place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()))
  } catch {
    throw new InvalidInputError([{ path: 'cursor', message: 'This cursor is not one of ours' }])
  }
}
