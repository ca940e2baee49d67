import * as chrono from 'chrono-node'
import { detectLanguage, type Language } from './language.ts'
import { matches, type Span, withoutSpans } from './text.ts'

/** A day as `YYYY-MM-DD` and a time as `HH:mm`; either may be open. */
export type Day = { date: string | null; time: string | null }

/** One mention of a day. A range has its last day in `until`; `day_of_month` stands for "the 23rd", whose month depends on the trip, as the year does where none is written. */
export type DateMention = Span & Day & { until: Day | null; day_of_month: number | null; has_year: boolean }

const parsers: Record<Language, { parse: typeof chrono.parse }> = {
  en: chrono.en.casual,
  de: chrono.de.casual,
  fr: chrono.fr.casual,
  es: chrono.es.casual,
}

/** Days and times in the order of the text, relative to `today`. A date without a year is its next occurrence on or after today. */
export function readDates(text: string, today: string): DateMention[] {
  const dotted = readDotted(text, today)
  const written = readWritten(withoutSpans(text, dotted), today)
  const ordinals = readOrdinals(withoutSpans(text, [...dotted, ...written]))
  return [...dotted, ...written, ...ordinals].sort((a, b) => a.start - b.start)
}

/** The same day in the next year, for a day that was written without one and would lie before the flight it follows. */
export function followingYear(date: string): string | null {
  return isoDate(Number(date.slice(0, 4)) + 1, Number(date.slice(5, 7)), Number(date.slice(8)))
}

/** The first such day of a month after (or on) a day: "back the 23rd" of a departure on the 20th. */
export function nextDayOfMonth(day_of_month: number, from: string): string | null {
  const [year, month] = [Number(from.slice(0, 4)), Number(from.slice(5, 7))]
  for (let ahead = 0; ahead < 4; ahead++) {
    const date = isoDate(year, month + ahead, day_of_month)
    if (date && date >= from) return date
  }
  return null
}

/** 24.12.2026, 24.12. and 24.12.26, as Europe writes them; chrono takes some of these for something else. */
function readDotted(text: string, today: string): DateMention[] {
  return matches(text, /(?<![\d.])(\d{1,2})\.(\d{1,2})\.(\d{4}|\d{2}(?!\d))?(?![\d])/g).flatMap(
    ({ match, start, end }) => {
      const [day, month] = [Number(match[1]), Number(match[2])]
      const year = match[3] ? Number(match[3].padStart(4, '20')) : null
      const date = year ? isoDate(year, month, day) : nextOccurrence(month, day, today)
      const time = /^,? (?:at |um )?(\d{1,2}):(\d{2})/.exec(text.slice(end))
      const clock = time ? `${time[1]?.padStart(2, '0')}:${time[2]}` : null
      return date
        ? [
            {
              start,
              end: end + (time?.[0].length ?? 0),
              date,
              time: clock,
              until: null,
              day_of_month: null,
              has_year: year !== null,
            },
          ]
        : []
    },
  )
}

function readWritten(text: string, today: string): DateMention[] {
  const language = detectLanguage(text)
  // Noon keeps "today" the same day in whatever zone this machine runs.
  const reference = { instant: new Date(`${today}T12:00:00Z`), timezone: 0 }
  const parse = (with_parser: Language) => parsers[with_parser].parse(prepared(text), reference, { forwardDate: true })
  const results = language === 'en' ? parse('en') : parse(language).length > 0 ? parse(language) : parse('en')
  return results.flatMap((result): DateMention[] => {
    const start = dayOf(result.start, today)
    if (isVague(result.text) || (!start.date && !start.time)) return []
    const until = result.end ? dayOf(result.end, start.date ?? today) : null
    const last = until?.date && start.date && until.date > start.date ? until : null
    const place = { start: result.index, end: result.index + result.text.length }
    return [{ ...place, ...start, until: last, day_of_month: null, has_year: !isFloating(result.start) }]
  })
}

/** Same length, so that places stay; only what chrono would misread is replaced. */
const prepared = (text: string) =>
  text
    .replace(/\b([01]\d|2[0-3])([0-5]\d) ?(?:LT|L|local|hrs?|h)\b/g, (all, hour, minutes) =>
      `${hour}:${minutes}`.padEnd(all.length),
    )
    .replace(/\b(?:new year'?s day|neujahr)\b/gi, (all) => 'Jan 1'.padEnd(all.length))
    .replace(/\b(?:new year'?s eve|silvester)\b/gi, (all) => 'Dec 31'.padEnd(all.length))
    .replace(/\b(?:christmas eve|heiligabend)\b/gi, (all) => 'Dec 24'.padEnd(all.length))
    .replace(/\bchristmas day\b/gi, (all) => 'Dec 25'.padEnd(all.length))
    .replace(/\b(\d{1,2})h(\d{2})?\b/g, (all, hour, minutes) => (minutes ? `${hour}:${minutes}` : all))
    .replace(/\bthe day after tomorrow\b/gi, (all) => 'in 2 days'.padEnd(all.length))
    .replace(/\bday after tomorrow\b/gi, (all) => 'in 2 days'.padEnd(all.length))
    .replace(/\b(for|about|within) (\w+) (days?|nights?|weeks?|hours?|months?)\b/gi, (all) => '_'.repeat(all.length))
    .replace(/\b(second|seconds|minute|minutes|now|may be)\b/gi, (all) => '_'.repeat(all.length))

const isVague = (text: string) =>
  /^(next|this|last|nächste|kommende|la próxima|la semaine) ?(week|month|year|woche|monat|semaine|semana|quarter)/i.test(
    text.trim(),
  )

const ordinal =
  /(?:(?<=\b(?:back|return|returning|home|the|on|am|le|el)\b(?: on| the| am| le| el| on the)? ))(\d{1,2})(?:st|nd|rd|th|\.(?= |$|,))?(?![\d:.]|\d| ?(?:am|pm|k|pax|people|passengers|persons|uhr|h)\b|[$€£%])|\b(\d{1,2})(?:st|nd|rd|th)\b/gi

function readOrdinals(text: string): DateMention[] {
  return matches(text, ordinal).flatMap(({ match, start, end }) => {
    const day_of_month = Number(match[1] ?? match[2])
    if (day_of_month < 1 || day_of_month > 31) return []
    return [{ start, end, date: null, time: null, until: null, day_of_month, has_year: false }]
  })
}

function dayOf(parts: chrono.ParsedComponents, today: string): Day {
  const [year, month, day] = [parts.get('year'), parts.get('month'), parts.get('day')]
  const is_day = parts.isCertain('day') || parts.isCertain('weekday')
  const time = parts.isCertain('hour') ? clockOf(parts.get('hour'), parts.get('minute')) : null
  if (!is_day || !year || !month || !day) return { date: null, time }
  if (parts.isCertain('year') || !parts.isCertain('month')) return { date: isoDate(year, month, day), time }
  return { date: nextOccurrence(month, day, today), time }
}

/** "Dec 5", whose year the reader adds; "tomorrow" and "Friday" are certain days. */
const isFloating = (parts: chrono.ParsedComponents) => parts.isCertain('month') && !parts.isCertain('year')

const clockOf = (hour: number | null, minute: number | null) =>
  `${String(hour ?? 0).padStart(2, '0')}:${String(minute ?? 0).padStart(2, '0')}`

function nextOccurrence(month: number, day: number, today: string): string | null {
  const year = Number(today.slice(0, 4))
  // Four years ahead there is a 29 February.
  for (let ahead = 0; ahead <= 4; ahead++) {
    const date = isoDate(year + ahead, month, day)
    if (date && date >= today) return date
  }
  return null
}

/** Undefined days such as 31 November are null; months past December run on into the next year. */
function isoDate(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day))
  const is_real = date.getUTCDate() === day && day > 0 && month > 0
  return is_real ? date.toISOString().slice(0, 10) : null
}
