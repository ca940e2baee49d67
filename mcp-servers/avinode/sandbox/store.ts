import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export type Collection<T extends { id: string }> = {
  get(id: string): T | undefined
  list(): T[]
  /** Those with this value, in the order in which they came; as quick among many as among few. */
  where<Field extends keyof T>(field: Field, value: T[Field]): T[]
  /** Inserts or replaces. The record must not be changed afterwards. */
  put(record: T): T
  remove(id: string): void
}

export type Store = {
  collection<T extends { id: string }>(name: string): Collection<T>
  /** What is written inside is kept whole, or, after a crash, not at all. */
  transaction<R>(work: () => R): R
  clear(names: string[]): void
  close(): void
}

/**
 * Keeps the sandbox's records in memory and writes each change through to one SQLite file at once, so that a killed process loses
 * nothing. Without a folder everything is forgotten at the end.
 */
export function openStore(dataDir: string | undefined): Store {
  const file = dataDir === undefined ? ':memory:' : join(dataDir, 'sandbox.sqlite')
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(file)
  if (dataDir !== undefined) chmodSync(file, 0o600) // it holds the webhook password
  database.exec('pragma journal_mode = wal; pragma synchronous = normal')
  database.exec(
    'create table if not exists records (collection text, id text, json text, primary key (collection, id)) strict',
  )
  const upsert = database.prepare('insert into records values (?, ?, ?) on conflict do update set json = excluded.json')
  const remove = database.prepare('delete from records where collection = ? and id = ?')
  const all = database.prepare('select id, json from records where collection = ? order by rowid')
  const clear = database.prepare('delete from records where collection = ?')
  const loaded = new Map<string, { clear(): void }>()
  let depth = 0

  return {
    collection<T extends { id: string }>(name: string): Collection<T> {
      const records = new Records<T>(all.all(name).map(({ json }) => JSON.parse(String(json))))
      loaded.set(name, records)
      return {
        get: (id) => records.get(id),
        list: () => records.list(),
        where: (field, value) => records.where(field, value),
        put(record) {
          records.put(record)
          upsert.run(name, record.id, JSON.stringify(record))
          return record
        },
        remove(id) {
          records.remove(id)
          remove.run(name, id)
        },
      }
    },
    transaction(work) {
      if (depth > 0) return work()
      depth += 1
      database.exec('begin')
      try {
        const result = work()
        database.exec('commit')
        return result
      } catch (error) {
        database.exec('rollback')
        throw error
      } finally {
        depth -= 1
      }
    },
    clear(names) {
      for (const name of names) {
        loaded.get(name)?.clear()
        clear.run(name)
      }
    },
    close: () => database.close(),
  }
}

/** Records by id, and by whatever else they have been looked for. */
class Records<T extends { id: string }> {
  readonly #by_id: Map<string, T>
  readonly #indexes = new Map<keyof T, Map<unknown, Map<string, T>>>()

  constructor(records: readonly T[]) {
    this.#by_id = new Map(records.map((record) => [record.id, record]))
  }

  get(id: string): T | undefined {
    return this.#by_id.get(id)
  }

  list(): T[] {
    return [...this.#by_id.values()]
  }

  where(field: keyof T, value: unknown): T[] {
    let index = this.#indexes.get(field)
    if (!index) {
      index = new Map()
      this.#indexes.set(field, index)
      for (const record of this.#by_id.values()) enter(index, field, record)
    }
    return [...(index.get(value)?.values() ?? [])]
  }

  put(record: T): void {
    const before = this.#by_id.get(record.id)
    this.#by_id.set(record.id, record)
    for (const [field, index] of this.#indexes) {
      if (before && before[field] !== record[field]) index.get(before[field])?.delete(record.id)
      enter(index, field, record)
    }
  }

  remove(id: string): void {
    const before = this.#by_id.get(id)
    if (!before) return
    this.#by_id.delete(id)
    for (const [field, index] of this.#indexes) index.get(before[field])?.delete(id)
  }

  clear(): void {
    this.#by_id.clear()
    this.#indexes.clear()
  }
}

function enter<T extends { id: string }>(index: Map<unknown, Map<string, T>>, field: keyof T, record: T) {
  const same = index.get(record[field])
  if (same) same.set(record.id, record)
  else index.set(record[field], new Map([[record.id, record]]))
}
