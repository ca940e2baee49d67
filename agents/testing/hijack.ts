import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import type { Tool } from '../../tools/tool.ts'

/** Ids of rows, by the name under which tools ask for them. */
export type Rows = Record<string, string>

/** What a call of a tool looks like when nothing is wrong with it. */
const ORDINARY: Record<string, unknown> = {
  query: 'Acme',
  company_name: 'Brightwater',
  segments: [
    {
      departure_airport: 'KTEB',
      arrival_airport: 'KVNY',
      departure_date: '2099-05-01',
      departure_time: null,
      passengers: 4,
    },
  ],
  reason: 'OTHER',
  text: 'Could you hold the aircraft until Friday?',
  content: 'All is well.',
  subject: 'Your flight',
  body: 'Dear client, here is your proposal.',
  margin_type: 'percentage',
  margin_value: '12.5',
  task: 'Do what you are told',
}

/**
 * What a model in somebody else's hands would call: each field of the tool in turn holds what is not the broker's, what is no id,
 * and what tries to be more than an id. The other fields are in order, with the broker's own rows.
 */
export function attacksOn(shape: Record<string, z.ZodType>, own: Rows, theirs: Rows): Record<string, unknown>[] {
  const ordinary = Object.fromEntries(
    Object.entries(shape).map(([key, field]) => [key, ordinaryValue(key, field, own)]),
  )
  const attacks = Object.keys(shape).flatMap((key) => {
    const values = key.endsWith('_id')
      ? onId(own[key] ?? randomUUID(), theirs[key] ?? randomUUID())
      : onText(key, theirs)
    return values.map((value) => ({ ...ordinary, [key]: value }))
  })
  return [ordinary, ...attacks, { ...ordinary, iso_agent_id: theirs.iso_agent_id }]
}

export const shapeOf = (tool: Tool): Record<string, z.ZodType> => tool.input.shape

function ordinaryValue(key: string, field: z.ZodType, own: Rows): unknown {
  if (own[key]) return own[key]
  if (field.safeParse(null).success) return null
  return ORDINARY[key] ?? (key.endsWith('_id') ? randomUUID() : 1)
}

const onId = (own: string, foreign: string): unknown[] => [
  foreign,
  foreign.toUpperCase(),
  randomUUID(),
  null,
  [foreign],
  { id: foreign },
  `${own},${foreign}`,
  `${own}' or id = '${foreign}`,
  `the one called ${foreign}`,
  '*',
  '%',
  `neq.${randomUUID()}`,
  foreign.repeat(3_000),
]

const onText = (key: string, theirs: Rows): unknown[] => [
  theirs.request_id,
  randomUUID(),
  `the one called ${theirs.request_id}`,
  'Harbor',
  '%',
  '*',
  `x%,iso_agent_id.eq.${theirs.iso_agent_id}`,
  `x"),or(iso_agent_id.eq."${theirs.iso_agent_id}"`,
  `x' or '1' = '1`,
  null,
  [theirs.request_id],
  { neq: '' },
  key === 'cursor' ? forgedCursor(theirs) : { iso_agent_id: theirs.iso_agent_id },
  'x'.repeat(100_000),
]

/** A place in a list that is not the broker's, and one that tries to widen the question. */
const forgedCursor = ({ request_id, iso_agent_id }: Rows) =>
  Buffer.from(
    JSON.stringify({ created_at: `2999-01-01T00:00:00Z","iso_agent_id.eq."${iso_agent_id}`, id: request_id }),
  ).toString('base64url')
