import { z } from 'zod'
import { type Airport, getAirport } from '../../../tools/airports/airports.ts'

const Code = z.object({ icao: z.string().optional(), iata: z.string().optional(), faa: z.string().optional() })

/** A segment as clients send it; what else is in it does not matter. */
export const SentSegment = z.object({
  startAirport: Code,
  endAirport: Code,
  dateTime: z.object({
    date: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
    time: z
      .string()
      .regex(/^\d{2}:\d{2}$/)
      .nullish(),
    local: z.boolean().optional(),
  }),
  paxCount: z.union([z.string(), z.number()]).optional(),
  timeTBD: z.boolean().optional(),
})

/** One flight that can be flown and priced. */
export type Leg = { from: Airport; to: Airport; date: string; time: string | null; passengers: number }

/** The airport of the one code that a segment names. */
export const airportOf = ({ icao, iata, faa }: z.infer<typeof Code>): Airport | undefined => {
  const code = icao ?? iata ?? faa
  return code ? getAirport(code) : undefined
}

/** The segments that can be used; the others are stored and ignored, as Avinode does. */
export function legsOf(segments: unknown[]): Leg[] {
  return segments.flatMap((segment) => {
    const parsed = SentSegment.safeParse(segment)
    if (!parsed.success) return []
    const { startAirport, endAirport, dateTime, paxCount, timeTBD } = parsed.data
    const [from, to] = [airportOf(startAirport), airportOf(endAirport)]
    if (!from || !to) return []
    const time = timeTBD === true ? null : (dateTime.time ?? null)
    return [{ from, to, date: dateTime.date, time, passengers: Number(paxCount ?? 1) || 1 }]
  })
}

/** Soft errors: the trip is stored although these airports are unknown. */
export function unknownAirports(segments: unknown[]): { code: string; title: string; path: string }[] {
  return segments.flatMap((segment, index) => {
    const parsed = z.object({ startAirport: Code.optional(), endAirport: Code.optional() }).safeParse(segment)
    if (!parsed.success) return []
    const check = (side: 'startAirport' | 'endAirport', code: string) => {
      const sent = parsed.data[side]
      if (!sent || airportOf(sent)) return []
      return [{ code, title: 'The airport could not be found', path: `segments[${index}].${side}` }]
    }
    return [...check('startAirport', 'START_AIRPORT_INVALID'), ...check('endAirport', 'END_AIRPORT_INVALID')]
  })
}

/** The instant of a local day and time at an airport. */
export function toInstant(date: string, time: string, timezone: string): string {
  const asUtc = Date.parse(`${date}T${time}:00Z`)
  if (Number.isNaN(asUtc)) return `${date}T${time}:00Z`
  // The offset at the first guess is the right one except within an hour of a clock change; the second look settles it.
  const guess = asUtc - offsetAt(asUtc, timezone)
  return new Date(asUtc - offsetAt(guess, timezone)).toISOString()
}

function offsetAt(instant: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  }).formatToParts(instant)
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value)
  const local = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'))
  return local - Math.floor(instant / 60_000) * 60_000
}
