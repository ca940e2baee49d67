import { z } from 'zod'
import { columnsOf } from '../database.ts'
import { InvalidInputError } from '../errors.ts'
import { formatMoney, parseMoney } from '../money.ts'

/** A broker's client, as the broker sees it. */
export const Client = z.object({
  id: z.uuid(),
  iso_agent_id: z.uuid(),
  company_name: z.string(),
  contact_name: z.string().nullable(),
  email: z.string().nullable(),
  phone: z.string().nullable(),
  preferences: z.record(z.string(), z.unknown()).nullable(),
  notes: z.string().nullable(),
  is_active: z.boolean(),
  created_at: z.string(),
  updated_at: z.string(),
})
export type Client = z.output<typeof Client>

export const clientColumns = columnsOf(Client)

const texts = (description: string) =>
  z
    .union([z.array(z.string().trim().min(1).max(200)).max(50), z.string().trim().max(1000)])
    .nullable()
    .default(null)
    .describe(description)
const amount = (description: string) => z.union([z.number(), z.string()]).nullable().default(null).describe(description)

/** What a client likes; null leaves a preference as it is. */
export const Preferences = z.strictObject({
  preferred_aircraft: texts('Aircraft types or categories, as "Gulfstream G650"'),
  dietary_restrictions: texts('As "vegetarian" or "no nuts"'),
  preferred_amenities: texts('As "Wi-Fi" or "full galley"'),
  budget_range: z
    .union([
      z.strictObject({
        min: amount('Lowest usual budget in USD, as "80000.00"'),
        max: amount('Highest usual budget in USD, as "120000.00"'),
      }),
      z.string().trim().max(200),
    ])
    .nullable()
    .default(null)
    .describe('The usual budget of a trip, in USD'),
})

const text = (longest: number, description: string) =>
  z.string().trim().max(longest).nullable().default(null).describe(description)

/** The fields of a client beside its name; null leaves a field empty or as it is. */
export const clientFields = {
  contact_name: text(200, 'The person we write to, as "Jane Doe"'),
  email: z.email().max(254).nullable().default(null).describe('Where proposals are sent'),
  phone: text(50, 'As "+1 201 555 0100"'),
  preferences: Preferences.nullable().default(null).describe('What the client likes; only what is known'),
  notes: text(5000, "The broker's own notes on this client"),
}

export const companyName = z.string().trim().min(1).max(200)

/** The preferences that were given, without those left open. */
export function knownPreferences(preferences: z.output<typeof Preferences> | null): Record<string, unknown> {
  const given = Object.entries(preferences ?? {}).filter(([, value]) => value !== null)
  const known = Object.fromEntries(given.map(([key, value]) => [key, listed(key, value)]))
  const range = preferences?.budget_range
  return range && typeof range === 'object' ? { ...known, budget_range: exactRange(range) } : known
}

type Range = { min: string | number | null; max: string | number | null }

/** The usual budget in exact decimals; refused where it is no money, or ends before it begins. */
function exactRange({ min, max }: Range) {
  const at = 'preferences.budget_range'
  const [lowest, highest] = [centsOf(min, `${at}.min`), centsOf(max, `${at}.max`)]
  if (lowest !== null && highest !== null && highest < lowest) {
    throw new InvalidInputError([{ path: `${at}.max`, message: 'The highest usual budget is below the lowest' }])
  }
  return { min: lowest === null ? null : formatMoney(lowest), max: highest === null ? null : formatMoney(highest) }
}

const centsOf = (amount: string | number | null, path: string) => (amount === null ? null : parseMoney(amount, path))

/** One aircraft or dish is a list of one. */
const listed = (key: string, value: unknown) => (typeof value === 'string' && key !== 'budget_range' ? [value] : value)
