import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export type Collection<T extends { id: string }> = {
  get(id: string): T | undefined
  list(): T[]
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
  const loaded = new Map<string, Map<string, unknown>>()
  let depth = 0

  return {
    collection<T extends { id: string }>(name: string): Collection<T> {
      const records = new Map<string, T>(all.all(name).map(({ id, json }) => [String(id), JSON.parse(String(json))]))
      loaded.set(name, records)
      return {
        get: (id) => records.get(id),
        list: () => [...records.values()],
        put(record) {
          records.set(record.id, record)
          upsert.run(name, record.id, JSON.stringify(record))
          return record
        },
        remove(id) {
          records.delete(id)
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
