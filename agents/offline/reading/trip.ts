import { readAircraft } from './aircraft.ts'
import { type Budget, readBudget } from './budget.ts'
import { readClient } from './client.ts'
import { type DateMention, type Day, followingYear, nextDayOfMonth, readDates } from './dates.ts'
import { readPassengers } from './passengers.ts'
import { type Place, readPlaces, readUnknownPlaces } from './places.ts'
import { type Leg, legsOf } from './route.ts'
import { clean, type Span, withoutSpans } from './text.ts'
import { readWishes } from './wishes.ts'

export type TripLeg = { from: Place | null; to: Place | null; date: string | null; time: string | null }

/** Everything that one text says about a trip; what it leaves open is null or empty. */
export type TripReading = {
  legs: TripLeg[]
  /** The day and time of departure when the text names no route. */
  departure: Day
  /** The day of the flight back, of a trip there and back. */
  back: Day | null
  is_one_way: boolean
  is_round_trip: boolean
  passengers: number | null
  budget: Budget | null
  aircraft_type: string | null
  aircraft_category: string | null
  client: string | null
  wishes: string[]
  /** Words that stand for an airport and that nobody knows. */
  unknown_airports: string[]
}

/** `after` is the departure that a lone "back the 23rd" follows. */
export type ReadingOptions = { today: string; after?: string | null }

/** Reads a trip by rules: each rule blanks out what it has read, so that "G650" is no passenger count and "Acme" no airport. */
export function readTrip(original: string, { today, after = null }: ReadingOptions): TripReading {
  let text = clean(original)
  const hide = <T extends { spans: readonly Span[] }>(reading: T): T => {
    text = withoutSpans(text, reading.spans)
    return reading
  }
  const aircraft = hide(readAircraft(text))
  const { budget } = hide(readBudget(text))
  const { passengers } = hide(readPassengers(text))
  const { client } = hide(readClient(text))
  const known = readPlaces(text)
  const dates = readDates(withoutSpans(text, known), today)
  const dateless = withoutSpans(text, dates)
  const unknown = readUnknownPlaces(dateless, known)
  const places = [...known, ...unknown].sort((a, b) => a.start - b.start)
  const legs = legsOf(dateless, places)
  const is_one_way = /\b(one[- ]?way|oneway|single leg|nur hin|aller simple|solo ida)\b/i.test(text)
  return {
    ...scheduled(dateless, legs, dates, { today, after, is_one_way }),
    is_one_way,
    is_round_trip:
      /\b(round ?-?trip|return trip|return flight|and back|hin und zurück|aller[- ]retour|ida y vuelta)\b/i.test(text),
    passengers,
    budget,
    aircraft_type: aircraft.aircraft_type,
    aircraft_category: aircraft.aircraft_category,
    client,
    wishes: readWishes(withoutSpans(dateless, places)),
    unknown_airports: unknown.map((place) => place.text),
  }
}

type Known = { today: string; after: string | null; is_one_way: boolean }

const backWords =
  /(?<!and )\b(?:back|return(?:s|ing)?|coming home|come home|home|fly(?:ing)? back|inbound|until|till|zurück|rückflug|retour|vuelta|regreso)\b[^.;]{0,24}$/i

/** Which leg each day belongs to. */
function scheduled(text: string, legs: Leg[], mentions: DateMention[], known: Known) {
  const open: Day = { date: null, time: null }
  const is_back = (mention: DateMention) =>
    backWords.test(text.slice(Math.max(0, mention.start - 40), mention.start).replace(/·+.*·+/g, ''))
  const there = mentions.filter((mention) => !is_back(mention))
  const homeward = mentions.filter(is_back)
  if (legs.length > 1) {
    return { legs: datedLegs(legs, mentions, known.today), departure: open, back: null }
  }
  const departure = combined(
    there.slice(0, 1).concat(there.slice(1).filter(({ date }) => !date)),
    known.after ?? known.today,
  )
  const second = there.slice(1).find(({ date, day_of_month }) => date ?? day_of_month)
  const range = there[0]?.until ?? null
  const base = departure.date ?? known.after ?? known.today
  const returning = homeward.length > 0 ? combined(homeward, base) : second ? combined([second], base) : range
  const back = known.is_one_way || !returning || (!returning.date && !returning.time) ? null : returning
  return { legs: legs.map((leg) => ({ ...leg, ...departure })), departure, back }
}

/** With as many days as legs they pair up in order; else a leg's day stands between it and the next leg. */
function datedLegs(legs: Leg[], mentions: DateMention[], today: string): TripLeg[] {
  const days = mentions.filter(({ date, day_of_month }) => date ?? day_of_month)
  let from = today
  return legs.map((leg, index) => {
    const end = index + 1 < legs.length ? startOf(legs[index + 1]) : Number.POSITIVE_INFINITY
    const inside = mentions.filter(({ start }) => start >= startOf(leg) && start < end)
    const day = combined(days.length === legs.length ? days.slice(index, index + 1) : inside, from)
    from = day.date ?? from
    return { ...leg, ...day }
  })
}

const startOf = (leg: Leg | undefined) =>
  Math.min(leg?.from?.start ?? Number.POSITIVE_INFINITY, leg?.to?.start ?? Number.POSITIVE_INFINITY)

/** "Nov 20" and "at 9am" are one day with a time. */
function combined(mentions: DateMention[], from: string): Day {
  const dated = mentions.find(({ date, day_of_month }) => date ?? day_of_month)
  return { date: dated ? dateOf(dated, from) : null, time: mentions.find(({ time }) => time)?.time ?? null }
}

const HALF_A_YEAR = 180 * 86_400_000

/** "Dec 28, back Jan 2" ends in the next year; "Dec 10, back Dec 5" is a mistake, which is left for the broker to see. */
function dateOf({ date, day_of_month, has_year }: DateMention, from: string): string | null {
  if (day_of_month) return nextDayOfMonth(day_of_month, from)
  const later = date && !has_year && date < from ? followingYear(date) : null
  return later && Date.parse(later) - Date.parse(from) < HALF_A_YEAR ? later : date
}
