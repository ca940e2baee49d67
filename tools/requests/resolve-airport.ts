import { z } from 'zod'
import { findAirports, suggestAirports } from '../airports/airports.ts'
import { defineTool } from '../tool.ts'

const Airport = z.object({
  icao: z.string(),
  iata: z.string().nullable(),
  name: z.string(),
  city: z.string(),
  country: z.string(),
  timezone: z.string(),
})

export const resolveAirport = defineTool({
  name: 'resolve_airport',
  description:
    'Turn a code, an airport name, a city or a nickname into airports, the one that business jets usually use first. A city with several airports: take the first and say which. If known is false nothing has this name: offer the spellings, never choose one.',
  effect: 'read',
  input: z.strictObject({
    query: z.string().trim().min(1).max(100).describe('As the broker wrote it: "TEB", "Van Nuys", "LA", "Paris"'),
  }),
  output: z.object({
    airports: z.array(Airport),
    exact: z.boolean().describe('Whether the query names the first airport and no other'),
    known: z.boolean().describe('false: nothing has this name, and airports holds the nearest spellings'),
  }),
  async run({ query }) {
    const { airports, exact } = findAirports(query)
    if (airports.length > 0) return { airports, exact, known: true }
    return { airports: suggestAirports(query), exact: false, known: false }
  },
})
