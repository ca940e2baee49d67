import { type Doubt, doubt } from '../doubts.ts'
import type { Place } from '../places.ts'
import type { Leg } from '../route.ts'
import { blank } from '../text.ts'
import { addDays, followingYear, nextDayOfMonth, nextWeekWeekday, weekdayFrom, weekdayOf } from './calendar.ts'
import { type DateMention, type Day, isArrival, mention, namesDay } from './mention.ts'

/** Which flight each day and time belongs to. */
export type Schedule = {
  legs: (Leg & Day)[]
  /** The day and time of departure when the text names no route. */
  departure: Day
  back: Day | null
  /** It returns, though nobody knows when. */
  returns_some_day: boolean
  doubts: Doubt[]
  /** What was said about times without naming one. */
  wishes: string[]
}

/** `after` is the departure that a lone "back the 23rd" follows. */
export type Known = { today: string; after: string | null; is_one_way: boolean; is_round_trip: boolean }

export function schedule(text: string, legs: readonly Leg[], mentions: readonly DateMention[], known: Known): Schedule {
  return legs.length > 1 ? tour(text, legs, mentions, known) : thereAndBack(text, legs, mentions, known)
}

const backWords =
  /(?<!\p{L})(?:back|return(?:s|ing)?|rtn|coming home|come home|home(?= (?:on|the|at|by|to|in|again|after|·))|fly(?:ing)? back|inbound|until|till|zurück|rückflug|retour|vuelta|regreso)(?!\p{L}):?[^.;:]{0,30}$/iu
/** Words that make a trip return without saying when. */
const roundTrips =
  /(?<!\p{L})(?:(?:there )?and back(?! (?:on|at|in|the|by)(?!\p{L})| ?·)|hin und zurück|aller[- ]retour|ida y vuelta|(?:a|need|one|the) return(?! (?:on|at|date|flight on))|return (?:trip|flight|ticket)|round ?-?trip)(?!\p{L})/giu
const outWords = /(?<!\p{L})(?:out|outbound|depart\w*|leav\w*|there|hin|aller|ida)(?!\p{L})[^.;]{0,12}$/iu

const outLead =
  /(?<!\p{L})(?:out|outbound|dep(?:art\w*)?\.?|leav\w*|etd|hin(?:flug)?|aller|ida|abflug|départ|salida):?(?: on| am| le| el)?(?: the)? ?$/iu

/** "arrive by 5am on the 12th" behind a day of departure is a wish, and no flight back. */
function onlyFlights(mentions: readonly DateMention[]): DateMention[] {
  const departs = mentions.find((one) => namesDay(one) && !isArrival(one))
  return mentions.map((one) => {
    const is_arrival = one !== departs && departs && departs.start < one.start && namesDay(one)
    if (!is_arrival || !isArrival(one)) return one
    const day = one.date ?? (one.day_of_month === null ? '' : `the ${one.day_of_month}.`)
    const note = day ? `${one.note} on ${day}` : one.note
    return mention(one, { note })
  })
}

function thereAndBack(
  original: string,
  legs: readonly Leg[],
  mentions: readonly DateMention[],
  known: Known,
): Schedule {
  const text = original.replace(roundTrips, (found) => ' '.repeat(found.length))
  const returns =
    known.is_round_trip ||
    backWords.test(text) ||
    mentions.some((one) => !one.is_stay && isHomeward(one, text, mentions))
  const usable = onlyFlights(mentions.filter(({ is_stay }) => !is_stay || returns))
  const homeward = usable.filter((one) => isHomeward(one, text, mentions))
  const there = usable.filter((one) => !homeward.includes(one))
  const out = departureOf(there, text, known)
  const base = out.day.date ?? known.after ?? known.today
  const back = backOf(there, homeward, out.second, out.day.date, base, known)
  const place = legs[0]?.from ?? null
  const departure = local(out.day, out.zone, place)
  const home = back.day && local(back.day, back.zone, legs[0]?.to ?? null)
  return {
    legs: legs.map((leg) => ({ ...leg, ...departure })),
    departure,
    back: home,
    returns_some_day: home === null && !known.is_one_way && homeward.length > 0,
    doubts: [...out.doubts, ...back.doubts],
    wishes: [...notesOf(there, 'departure'), ...notesOf(homeward, 'return')],
  }
}

/** A day or time belongs to the way back behind a word that says so, or before one: "Sonntag zurück". */
function isHomeward(one: DateMention, text: string, mentions: readonly DateMention[]): boolean {
  if (one.days_later !== null) return true
  const previous = mentions.filter(({ end }) => end <= one.start).at(-1)
  const before = text.slice(Math.max(0, one.start - 40, previous?.end ?? 0), one.start)
  const behind = /^ ?(?:zurück|back|return|hin|out)(?= ?(?:[,.;]|$|und |and ))/iu.exec(text.slice(one.end))?.[0]
  if (behind) return !/hin|out/i.test(behind)
  // "back on Friday in the evening"
  const goes_on = previous && !namesDay(one) && namesDay(previous) && /^[^,.;]{0,12}$/.test(before)
  if (goes_on && isHomeward(previous, text, mentions)) return true
  const led = previous && /^ ?(?:zurück|back|return|hin|out) ?[,.;]/iu.test(before) ? '' : before
  return backWords.test(led) && !outWords.test(led.slice(led.search(backWords)))
}

type Found = { day: Day; zone: string | null; doubts: Doubt[]; second: DateMention | null }

function departureOf(there: readonly DateMention[], text: string, known: Known): Found {
  const named = there.filter(namesDay)
  const clear = named.filter(({ doubt }) => doubt === null || doubt.about !== 'day')
  // "for New Year's, out Dec 28": what is named as the way out is the departure, not the occasion.
  const led = clear.findIndex(({ start }) => outLead.test(text.slice(0, start)))
  const certain = clear.slice(Math.max(0, led))
  const vague = named.find(({ doubt }) => doubt?.about === 'day')
  // "Dec 10-12, one way" is a choice of days.
  const loose = known.is_one_way ? certain.find(({ until }) => until) : undefined
  if (loose?.date && loose.until?.date) {
    const choice = doubt('day', 'several', '', [loose.date, loose.until.date])
    return { day: { date: null, time: loose.time }, zone: loose.zone, doubts: [choice], second: null }
  }
  const first = certain[0] ?? vague ?? null
  const clock = there.find(({ time }) => time !== null) ?? null
  const doubts = there.flatMap(({ doubt }) => (doubt && (doubt.about !== 'day' || certain.length === 0) ? [doubt] : []))
  const next_week = first?.weekday != null && vague?.doubt && /next week|nächste woche/i.test(vague.doubt.words)
  const from = known.after ?? known.today
  const date = next_week ? nextWeekWeekday(first.weekday ?? 0, known.today) : first && dateOf(first, from)
  const day = { date: date ?? null, time: clock?.time ?? null }
  const second = certain.slice(1).find((one) => dateOf(one, from) !== date) ?? null
  return { day, zone: clock?.zone ?? null, doubts, second: second ?? rangeEnd(first) }
}

/** "20-23 Nov" says the way back as a day of its own would. */
const rangeEnd = (first: DateMention | null): DateMention | null =>
  first?.until ? { ...first, ...first.until, until: null, weekday: null, doubt: null, zone: null, note: null } : null

const early = /morning|früh|morgen|matin|mañana/i
const late = /evening|night|abend|soir|noche/i

/** Whether the way back is said to be at an earlier hour than the way out. */
function isBefore(homeward: readonly DateMention[], there: readonly DateMention[]): boolean {
  const hourOf = (mentions: readonly DateMention[]) => {
    const time = mentions.find(({ time }) => time !== null)?.time
    const note = mentions.find(({ note }) => note !== null)?.note ?? ''
    return time ?? (early.test(note) ? '09:00' : late.test(note) ? '19:00' : null)
  }
  const [out, back] = [hourOf(there), hourOf(homeward)]
  return out !== null && back !== null && back <= out
}

type Back = { day: Day | null; zone: string | null; doubts: Doubt[] }

function backOf(
  there: readonly DateMention[],
  homeward: readonly DateMention[],
  second: DateMention | null,
  departs: string | null,
  base: string,
  known: Known,
): Back {
  const named = [...homeward.filter(namesDay), ...(homeward.some(namesDay) || !second ? [] : [second])]
  const clock = [...homeward, ...(second ? [second] : [])].find(({ time }) => time !== null)
  const [first] = named
  const nothing: Back = { day: null, zone: null, doubts: [] }
  if (!first && homeward.length === 0) return nothing
  if (known.is_one_way)
    return first?.days_later === null || first?.date
      ? { ...nothing, doubts: [doubt('trip', 'contradiction', 'one way')] }
      : nothing
  const doubts = homeward.flatMap(({ doubt }) => doubt ?? [])
  if (doubts.some(({ about }) => about === 'day')) return { ...nothing, doubts }
  // "back in the evening" is the same day.
  const date = first ? dateOf(first, base) : departs
  // Out in the evening and back "Monday morning" is not the Monday of the departure.
  const is_later = date !== null && date === departs && first?.weekday != null && isBefore(homeward, there)
  const day = { date: is_later ? addDays(date, 7) : date, time: clock?.time ?? null }
  if (date && departs && date < departs)
    return { ...nothing, doubts: [...doubts, doubt('day', 'contradiction', 'back', [date, departs])] }
  return { day: day.date || day.time ? day : null, zone: clock?.zone ?? null, doubts }
}

/** With as many days as legs they pair up in order; else a leg's day stands between it and the next leg. */
function tour(text: string, legs: readonly Leg[], mentions: readonly DateMention[], known: Known): Schedule {
  const named = mentions.filter((one) => namesDay(one) && !one.is_stay)
  const end = legs.length === 2 && named.length === 1 ? rangeEnd(named[0] ?? null) : null
  const is_day_trip = named.some(({ days_later }) => days_later === 0)
  const absolute = is_day_trip ? named.filter(({ days_later }) => days_later !== 0) : named
  const days = end ? [...named, end] : absolute.length === 1 ? absolute : named
  const [only] = days
  const for_all =
    days.length === 1 &&
    only &&
    (is_day_trip || /(?<!\p{L})(?:all|same day|each)(?!\p{L})[^,;.]{0,12}$/iu.test(text.slice(0, only.start)))
  const is_chain = legs.every((leg, index) => index === 0 || leg.from === legs[index - 1]?.to)
  const for_first = days.length === 1 && only && is_chain && only.start > startOf(legs.at(-1))
  const hours = mentions.filter(({ time }) => time !== null)
  let from = known.today
  const dated = legs.map((leg, index) => {
    const end = index + 1 < legs.length ? startOf(legs[index + 1]) : Number.POSITIVE_INFINITY
    const inside = mentions.filter(({ start }) => start >= startOf(leg) && start < end)
    const own = for_all
      ? days
      : for_first
        ? index === 0
          ? days
          : []
        : days.length === legs.length
          ? days.slice(index, index + 1)
          : inside.filter(namesDay)
    const clocks = for_all || for_first ? inside : mentions.filter((one) => inside.includes(one) || own.includes(one))
    // "all on Dec 8, wheels up 7am": the first one leaves at seven.
    const is_later = for_all && index > 0
    const one_each = for_all && hours.length === legs.length ? hours[index] : undefined
    const clock = is_later
      ? one_each
      : (one_each ??
        own.find(({ time }) => time !== null) ??
        clocks.find(({ time, start }) => time !== null && !days.some((day) => day !== own[0] && day.start === start)))
    const certain = own.find(({ doubt }) => doubt === null)
    const day = { date: certain ? dateOf(certain, from) : null, time: clock?.time ?? null }
    from = day.date ?? from
    return { ...leg, ...local(day, clock?.zone ?? null, leg.from), notes: notesOf(inside, `flight ${index + 1}`) }
  })
  const doubts = mentions.flatMap(({ doubt }) => doubt ?? [])
  return {
    legs: dated.map(({ notes: _, ...leg }) => leg),
    departure: { date: null, time: null },
    back: null,
    returns_some_day: false,
    doubts,
    wishes: dated.flatMap(({ notes }) => notes),
  }
}

const startOf = (leg: Leg | undefined) =>
  Math.min(leg?.from?.start ?? Number.POSITIVE_INFINITY, leg?.to?.start ?? Number.POSITIVE_INFINITY)

/** "departure: after 3pm"; when to arrive is said by itself. */
const notesOf = (mentions: readonly DateMention[], flight: string) =>
  mentions.flatMap(({ note }) =>
    note ? [/arriv|land|there|get |wheels|ground|ankunft|llegada|be in/i.test(note) ? note : `${flight}: ${note}`] : [],
  )

const HALF_A_YEAR = 180 * 86_400_000

/** "Dec 28, back Jan 2" ends in the next year; "Sunday" is the one after the flight before it. */
function dateOf({ date, day_of_month, weekday, days_later, has_year }: DateMention, from: string): string | null {
  if (days_later !== null) return addDays(from, days_later)
  if (day_of_month !== null)
    return weekday === null ? nextDayOfMonth(day_of_month, from) : nextSuchDay(day_of_month, weekday, from)
  if (weekday !== null && (date === null || date < from))
    return weekdayFrom(weekday, date === null ? addDays(from, 1) : from)
  const later = date && !has_year && date < from ? followingYear(date) : null
  return later && Date.parse(later) - Date.parse(from) < HALF_A_YEAR ? later : date
}

/** Of the next two such days of a month the one that is this weekday; a mistake is rather asked about. */
function nextSuchDay(day_of_month: number, weekday: number, from: string): string | null {
  const first = nextDayOfMonth(day_of_month, from)
  const second = first && nextDayOfMonth(day_of_month, addDays(first, 1))
  return [first, second].find((date) => date && weekdayOf(date) === weekday) ?? null
}

/** A time in another zone, as the clocks at the place of departure have it. Without a place it stays open. */
function local({ date, time }: Day, zone: string | null, place: Place | null): Day {
  if (!zone || !time || !date) return { date, time }
  const timeZone = place?.airports[0]?.timezone
  if (!timeZone) return { date, time: null }
  const there = new Date(instant(date, time, zone)).toLocaleString('sv-SE', { timeZone }) // "2026-11-20 04:00:00"
  return { date: there.slice(0, 10), time: there.slice(11, 16) }
}

function instant(date: string, time: string, timeZone: string): number {
  const asUtc = Date.parse(`${date}T${time}:00Z`)
  const shown = new Date(asUtc).toLocaleString('sv-SE', { timeZone })
  return asUtc + (asUtc - Date.parse(`${shown.replace(' ', 'T')}Z`))
}

/** What an earlier rule has read says nothing here. */
export const isBlank = (text: string) => text.replaceAll(blank, '').trim() === ''
