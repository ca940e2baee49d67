import { type ChangeStream, followChanges } from './change-stream.ts'
import { type Filter, parseFilter, passes, RefusedError, type WatchRequest } from './filter.ts'
import type { Gate, PublishedTable } from './gate.ts'
import type { Identity } from './identity.ts'
import type { Message, Row } from './pgoutput.ts'
import { asRecord } from './record.ts'

type Log = { error(fields: object, message: string): void }

export type Subscriber = {
  identity(): Identity
  /** `ids`: which of the subscriber's watches it is for. */
  deliver(ids: number[], data: Record<string, unknown>): void
  /** Changes may have been missed: whoever wants to know must look for itself. */
  lost(): void
}

type Watch = {
  id: number
  subscriber: Subscriber
  event: string
  tables: Set<string>
  filter: Filter | undefined
  /** Where the log stood when it began: what was committed before is no news. */
  from: bigint
}
type Change = { at: Date; type: 'INSERT' | 'UPDATE' | 'DELETE'; name: string; row: Row; id: string; watches: Watch[] }

/** So many changes wait in memory at most; then Postgres waits. */
const MAX_WAITING = 1000
/** So many changes are asked about at once. */
const BATCH = 200
/** The stream outlives its last subscriber by this, so that a reconnect does not start it anew. */
const LINGER_MS = 5_000

type Options = { databaseUrl: string; publication: string; gate: Gate; log: Log }

/**
 * Tells subscribers of committed changes, each only what its own row level security shows it. As on Supabase, the question
 * is asked when the change is told: of a row that is gone by then, only the deletion is told.
 */
export function createChanges({ databaseUrl, publication, gate, log }: Options) {
  const watches = new Map<number, Watch>()
  let lastId = 0
  let tables = new Map<string, PublishedTable>()
  let isStale = true
  let stream: Promise<ChangeStream> | undefined
  let following: ChangeStream | undefined
  let linger: NodeJS.Timeout | undefined
  let waiting: Change[] = []
  let isPaused = false
  let pumping: Promise<void> | undefined
  let at = new Date()
  let position = 0n

  async function subscribe(requests: WatchRequest[], subscriber: Subscriber) {
    clearTimeout(linger)
    if (isStale || tables.size === 0) await readTables()
    const made = await Promise.all(requests.map((request) => prepare(request, subscriber)))
    for (const watch of made) watches.set(watch.id, watch) // before the stream starts, so that nothing falls between
    try {
      await start()
    } catch (error) {
      unsubscribe(made)
      throw error
    }
    return { ids: made.map(({ id }) => id), unsubscribe: () => unsubscribe(made) }
  }

  async function prepare(request: WatchRequest, subscriber: Subscriber): Promise<Watch> {
    const { schema, table, filter, event } = request
    const everyTable = table === null || table === undefined || table === '*'
    const found = [...tables.values()].filter((each) => each.schema === schema && (everyTable || each.table === table))
    const { role } = subscriber.identity()
    const readable = found.filter(({ columns }) => columns.some(({ readable_by }) => readable_by.includes(role)))
    const [first] = readable
    if (!first) {
      throw new RefusedError(
        found.length > 0
          ? `Unauthorized: ${role} may not read ${schema}.${table ?? '*'}`
          : `Unable to subscribe to changes: ${schema}.${table ?? '*'} is not in the publication ${publication}`,
      )
    }
    if (filter && everyTable) throw new RefusedError('A filter needs a table')
    lastId += 1
    return {
      id: lastId,
      subscriber,
      event,
      tables: new Set(readable.map(nameOf)),
      filter: filter ? await parseFilter(filter, first, gate) : undefined,
      from: await gate.logPosition(),
    }
  }

  function unsubscribe(made: Watch[]) {
    for (const { id } of made) watches.delete(id)
    if (watches.size > 0) return
    clearTimeout(linger)
    linger = setTimeout(() => stop(), LINGER_MS).unref()
  }

  async function readTables() {
    isStale = false
    tables = await gate.publishedTables()
  }

  async function start() {
    stream ??= followChanges({ databaseUrl, publication, onMessage: take, onEnd: fail })
    try {
      following = await stream
    } catch (error) {
      stream = undefined
      throw error
    }
  }

  async function stop() {
    const open = stream
    stream = undefined
    following = undefined
    waiting = []
    isPaused = false
    await open?.then((each) => each.close()).catch(() => undefined) // it never started
  }

  /** Nobody is left believing that nothing happened. */
  function fail(error: Error) {
    log.error({ err: error }, 'the stream of database changes broke')
    const subscribers = new Set([...watches.values()].map(({ subscriber }) => subscriber))
    watches.clear()
    stop()
    for (const subscriber of subscribers) subscriber.lost()
  }

  function take(message: Message): boolean {
    if (message.kind === 'begin') ({ at, position } = message)
    if (message.kind === 'relation') isStale = true
    if (message.kind !== 'change') return true
    const { type, relation, row } = message
    const name = nameOf(relation)
    const matching = [...watches.values()].filter(
      (watch) =>
        position >= watch.from &&
        watch.tables.has(name) &&
        (watch.event === '*' || watch.event === type) &&
        passes(watch.filter, type, row),
    )
    const key = relation.columns.find(({ is_key }) => is_key)?.name
    const id = key === undefined ? undefined : row[key]
    if (matching.length === 0 || typeof id !== 'string') return true
    waiting.push({ at, type, name, row, id, watches: matching })
    pumping ??= pump().finally(() => {
      pumping = undefined
    })
    isPaused = waiting.length >= MAX_WAITING
    return !isPaused
  }

  async function pump() {
    await Promise.resolve() // what arrived in the same packet is asked about together
    while (waiting.length > 0) {
      const batch = waiting.splice(0, BATCH)
      try {
        if (isStale) await readTables()
        await tell(batch)
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)))
        return
      }
      if (isPaused && waiting.length < MAX_WAITING / 2) {
        isPaused = false
        following?.resume()
      }
    }
  }

  async function tell(batch: Change[]) {
    const visible = await whoSees(batch)
    for (const change of batch) {
      const table = tables.get(change.name)
      if (!table) continue
      const readers = new Map<Subscriber, number[]>()
      for (const { id, subscriber } of change.watches) {
        if (!watches.has(id)) continue // left in the meantime
        const sees =
          change.type === 'DELETE' || visible.get(change.name)?.get(subscriber.identity().key)?.has(change.id)
        if (sees) readers.set(subscriber, [...(readers.get(subscriber) ?? []), id])
      }
      if (readers.size === 0) continue
      const whole = change.type === 'DELETE' ? change : { ...change, row: await withStored(table, change) }
      for (const [subscriber, ids] of readers)
        subscriber.deliver(ids, describe(whole, table, subscriber.identity().role))
    }
  }

  /** By table and reader, the ids of the rows that they may see. */
  async function whoSees(batch: Change[]) {
    const asked = Map.groupBy(
      batch.filter(({ type }) => type !== 'DELETE'),
      ({ name }) => name,
    )
    const answers = [...asked].map(async ([name, changes]) => {
      const table = tables.get(name)
      const readers = changes.flatMap(({ watches }) => watches.map(({ subscriber }) => subscriber.identity()))
      const distinct = [...new Map(readers.map((reader) => [reader.key, reader])).values()]
      const ids = [...new Set(changes.map(({ id }) => id))]
      return [name, table ? await gate.visibleRows(table, ids, distinct) : new Map<string, Set<string>>()] as const
    })
    return new Map(await Promise.all(answers))
  }

  async function withStored(table: PublishedTable, { row, id }: Change): Promise<Row> {
    const missing = Object.keys(row).filter((name) => row[name] === undefined)
    const key = table.columns.find(({ is_key }) => is_key)?.name
    return missing.length === 0 || !key ? row : { ...row, ...(await gate.storedValues(table, key, id, missing)) }
  }

  return {
    subscribe,
    async close() {
      clearTimeout(linger)
      watches.clear()
      await stop()
      await pumping
    },
  }
}

export type Changes = ReturnType<typeof createChanges>

const nameOf = ({ schema, table }: { schema: string; table: string }) => `${schema}.${table}`

function describe({ at, type, row }: Change, { schema, table, columns }: PublishedTable, role: Identity['role']) {
  const readable = columns.filter(({ readable_by }) => readable_by.includes(role))
  const key = asRecord(
    readable.filter(({ is_key }) => is_key),
    row,
  )
  return {
    schema,
    table,
    type,
    commit_timestamp: at.toISOString(),
    columns: readable.map(({ name, type }) => ({ name, type })),
    ...(type === 'DELETE' ? {} : { record: asRecord(readable, row) }),
    ...(type === 'INSERT' ? {} : { old_record: key }),
    errors: null,
  }
}
