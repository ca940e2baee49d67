// Reads what Postgres' own logical decoding plugin writes (protocol version 1): begin, commit, and every changed row.

export type Relation = { id: number; schema: string; table: string; columns: RelationColumn[] }
export type RelationColumn = { name: string; is_key: boolean }

/** A value as Postgres prints it; undefined for one that did not change and is stored apart. */
export type Row = Record<string, string | null | undefined>

export type Message =
  | { kind: 'begin'; at: Date; position: bigint }
  | { kind: 'commit' }
  | { kind: 'relation'; relation: Relation }
  | { kind: 'change'; type: 'INSERT' | 'UPDATE' | 'DELETE'; relation: Relation; row: Row }
  | { kind: 'other' }

const POSTGRES_EPOCH_MS = Date.UTC(2000, 0, 1)

/** Decodes messages of one stream. It remembers the tables that were described in it. */
export function createDecoder() {
  const relations = new Map<number, Relation>()
  return (data: Buffer): Message => {
    const reader = new Reader(data)
    const kind = reader.character()
    switch (kind) {
      case 'B': {
        const position = reader.int64() // of the commit in the log
        return { kind: 'begin', position, at: new Date(Number(reader.int64() / 1000n) + POSTGRES_EPOCH_MS) }
      }
      case 'C':
        return { kind: 'commit' }
      case 'R': {
        const relation = reader.relation()
        relations.set(relation.id, relation)
        return { kind: 'relation', relation }
      }
      case 'I':
      case 'U':
      case 'D': {
        const relation = relations.get(reader.int32())
        if (!relation) throw new Error('Postgres sent a change of a table that it has not described')
        const type = CHANGES[kind]
        return { kind: 'change', type, relation, row: reader.changedRow(relation.columns) }
      }
      default:
        return { kind: 'other' } // origins, types and truncations
    }
  }
}

const CHANGES = { I: 'INSERT', U: 'UPDATE', D: 'DELETE' } as const

class Reader {
  #offset = 0
  readonly #data: Buffer

  constructor(data: Buffer) {
    this.#data = data
  }

  advance(bytes: number) {
    this.#offset += bytes
  }

  int8() {
    this.#offset += 1
    return this.#data.readUInt8(this.#offset - 1)
  }

  int16() {
    this.#offset += 2
    return this.#data.readInt16BE(this.#offset - 2)
  }

  int32() {
    this.#offset += 4
    return this.#data.readInt32BE(this.#offset - 4)
  }

  int64() {
    this.#offset += 8
    return this.#data.readBigInt64BE(this.#offset - 8)
  }

  character() {
    return String.fromCharCode(this.int8())
  }

  text() {
    const end = this.#data.indexOf(0, this.#offset)
    const text = this.#data.toString('utf8', this.#offset, end)
    this.#offset = end + 1
    return text
  }

  relation(): Relation {
    const [id, schema, table] = [this.int32(), this.text(), this.text()]
    this.advance(1) // replica identity
    const columns = Array.from({ length: this.int16() }, () => {
      const is_key = (this.int8() & 1) === 1
      const name = this.text()
      this.advance(8) // type and its modifier, which the catalogue tells as names
      return { name, is_key }
    })
    return { id, schema, table, columns }
  }

  /** The row after the change; of a deleted row, its key. */
  changedRow(columns: RelationColumn[]): Row {
    let row: Row = {}
    while (this.#offset < this.#data.length) {
      const part = this.character()
      if (part === 'N' || part === 'K' || part === 'O') row = this.row(columns)
      else throw new Error(`Postgres sent a row in an unknown form (${part})`)
    }
    return row
  }

  row(columns: RelationColumn[]): Row {
    const count = this.int16()
    const row: Row = {}
    for (let index = 0; index < count; index++) {
      const name = columns[index]?.name
      const value = this.value()
      if (name !== undefined) row[name] = value
    }
    return row
  }

  value(): string | null | undefined {
    const kind = this.character()
    if (kind === 'n') return null
    if (kind === 'u') return undefined
    const length = this.int32()
    this.advance(length)
    return this.#data.toString('utf8', this.#offset - length, this.#offset)
  }
}
