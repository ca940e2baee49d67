import type { Kind, Named } from './live.ts'
import { checks } from './specification/checks.ts'
import { enums } from './specification/enums.ts'
import { functions } from './specification/functions.ts'
import { indexes } from './specification/indexes.ts'
import { policies } from './specification/policies.ts'
import { tables } from './specification/tables.ts'
import { triggers } from './specification/triggers.ts'

/** What belongs to a table, by the table's name. */
export type Grouped = Record<string, Record<string, string>>

export type Specification = Record<Kind, Named>

const named = <Value>(all: Record<string, Value>, is: (value: Value, name: string) => string): Named =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, is(value, name)]))

const flat = (groups: Grouped): Named =>
  Object.fromEntries(
    Object.entries(groups).flatMap(([table, all]) => Object.entries(all).map(([name, is]) => [`${table}.${name}`, is])),
  )

const checkNames = Object.entries(checks).flatMap(([table, all]) => all.map((check) => `${table}: ${check}`))

/** Approvals are decided by functions, and written in no other way. */
const grants = (table: string) => [
  [`${table} to authenticated`, table === 'approvals' ? 'select' : 'select, insert, update, delete'],
  [`${table} to service_role`, 'select, insert, update, delete'],
]

const numbered = [
  '010_operator_profiles',
  '011_conversations',
  '012_conversation_participants',
  '013_messages',
  '014_avinode_webhook_events',
  '015_modify_existing_tables',
  '016_rls_policies',
]

/**
 * The database that other software relies on, name by name: the twelve tables of the specification, and `approvals`. Written
 * from the specification, never from the migrations.
 */
export const specification: Specification = {
  enum: named(enums, (values) => values.join(', ')),
  table: Object.fromEntries(
    [...Object.keys(tables), 'realtime/messages', 'storage/objects'].map((name) => [name, 'under row level security']),
  ),
  column: flat(tables),
  check: Object.fromEntries(checkNames.map((name) => [name, 'there'])),
  index: flat(indexes),
  policy: named(flat(policies), (is) => is.replace(':', ' to authenticated:')),
  trigger: flat(triggers),
  function: functions,
  grant: Object.fromEntries(Object.keys(tables).flatMap(grants)),
  bucket: {
    'message-attachments': 'private, 26214400',
    'proposal-documents': 'private, 20971520, {application/pdf}',
  },
  'live table': Object.fromEntries(
    [
      'approvals',
      'conversation_participants',
      'conversations',
      'messages',
      'proposals',
      'quotes',
      'requests',
      'workflow_states',
    ].map((table) => [table, 'published']),
  ),
  role: { anon: 'kept by row level security', authenticated: 'kept by row level security' },
  migration: Object.fromEntries(numbered.map((name) => [name, 'applied'])),
}

/** Counts to meet or beat. */
export const minimum = { enum: 17, table: 12, function: 12, index: 70, policy: 55, trigger: 12 }
