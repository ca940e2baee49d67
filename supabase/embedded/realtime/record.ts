import pg from 'pg'
import type { Column } from './gate.ts'
import type { Row } from './pgoutput.ts'

/** A row as Supabase Realtime writes it: typed as far as JSON has types, timestamps as ISO. */
export function asRecord(columns: Column[], row: Row): Record<string, unknown> {
  return Object.fromEntries(columns.map(({ name, type }) => [name, asJson(type, row[name])]))
}

const NUMBERS = new Set(['int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'oid'])
const TEXT_ARRAY = 1009 as Parameters<typeof pg.types.getTypeParser>[0] // of text; the types name no arrays

function asJson(type: string, value: string | null | undefined): unknown {
  if (value === null || value === undefined) return null
  if (NUMBERS.has(type)) return Number(value)
  if (type === 'bool') return value === 't'
  if (type === 'json' || type === 'jsonb') return JSON.parse(value)
  if (type === 'timestamptz') return value.replace(' ', 'T').replace(/[+-]\d\d$/, '$&:00')
  if (type.startsWith('_')) {
    const items: (string | null)[] = pg.types.getTypeParser(TEXT_ARRAY)(value)
    return items.map((item) => asJson(type.slice(1), item))
  }
  return value
}
