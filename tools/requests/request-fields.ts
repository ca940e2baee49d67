import { z } from 'zod'
import { formatMoney, parseMoney } from '../money.ts'

const text = (longest: number, description: string) =>
  z.string().trim().max(longest).nullable().default(null).describe(description)

/** What is wanted beside the itinerary; null leaves it open or as it is. */
export const wishFields = {
  client_profile_id: z.uuid().nullable().default(null).describe('For whom, from find_clients; null while unknown'),
  aircraft_type: text(100, 'As "Gulfstream G650"'),
  aircraft_category: text(100, 'As "Light jet" or "Heavy jet", where no type is asked for'),
  budget: z
    .union([z.string().trim().max(30), z.number()])
    .nullable()
    .default(null)
    .describe('The client\'s budget in USD, as "120000.00"'),
  special_requirements: text(2000, 'All wishes, parted by semicolons: "wheelchair assistance; vegetarian catering"'),
}
const Wishes = z.strictObject(wishFields)

/** The columns and metadata that the wishes fill; what is null is left out. */
export function storedWishes(wishes: z.output<typeof Wishes>) {
  const { client_profile_id, aircraft_type, aircraft_category, budget, special_requirements } = wishes
  return {
    columns: withoutNulls({
      client_profile_id,
      aircraft_type,
      special_requirements,
      budget: budget === null ? null : formatMoney(parseMoney(budget, 'budget')),
    }),
    metadata: withoutNulls({
      aircraft_category,
      special_wishes: special_requirements?.split(/[;\n]/).flatMap((wish) => wish.trim() || []) ?? null,
    }),
  }
}

const withoutNulls = <Fields extends Record<string, unknown>>(fields: Fields) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [Key in keyof Fields]?: NonNullable<Fields[Key]>
  }
