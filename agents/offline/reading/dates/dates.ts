import { isCorrection } from '../corrections.ts'
import { doubt } from '../doubts.ts'
import { detectLanguage } from '../language.ts'
import { folded, withoutSpans } from '../text.ts'
import { addDays, nextDayOfMonth, weekdayFrom, weekdayOf } from './calendar.ts'
import { readTimes } from './clock.ts'
import { readDays } from './days.ts'
import { type DateMention, isArrival, mention, namesDay } from './mention.ts'

/**
 * Days and times in the order of the text, relative to `today`. A date without a year is its next occurrence on or after today; a day
 * that is vague, impossible or over is a doubt instead.
 */
export function readDates(text: string, today: string): DateMention[] {
  const days = readDays(text, { today, language: detectLanguage(text, 1) })
  const times = readTimes(withoutSpans(text, days))
  const all = [...days, ...times].sort((a, b) => a.start - b.start)
  const together = folded(all, (last, next) => {
    const both = joined(last, next, text.slice(last.end, next.start))
    return both && { ...both, start: last.start, end: next.end }
  })
  const kept = folded(together, (last, next) => corrected(last, next, text)).map((one) => approximate(one, text))
  return withDayBefore(kept, text)
}

const dayBefore =
  /(?<!\p{L})the (?:night|evening|afternoon|morning|day) (?:before|prior)(?!\p{L})|am (?:tag|abend) (?:davor|zuvor)|la veille|(?:el día|la noche) anterior/iu

/** "a meeting on Jan 14, leaving the night before" leaves on Jan 13. */
function withDayBefore(mentions: readonly DateMention[], text: string): DateMention[] {
  const found = dayBefore.exec(text)
  const event = mentions.find(({ date, doubt }) => date !== null && doubt === null)
  if (!found || !event?.date) return [...mentions]
  const [start, end] = [found.index, found.index + found[0].length]
  // "the day before Thanksgiving" is a day by itself.
  if (mentions.some((one) => one.date !== null && one.start < end && start < one.end)) return [...mentions]
  const others = mentions.filter((one) => one !== event && (one.end <= start || one.start >= end))
  const part = /night|evening|afternoon|morning|abend|noche/iu.exec(found[0])?.[0] ?? null
  const day = mention({ start, end }, { date: addDays(event.date, -1), note: part })
  const note = event.note && mention(event, { note: `${event.note} on ${event.date}` })
  return [...others, day, ...(note ? [note] : [])].sort((a, b) => a.start - b.start)
}

/** "Dec 4, no wait, Dec 5" is Dec 5; what the correction leaves open stays as it was. */
const corrected = (last: DateMention, next: DateMention, text: string): DateMention | undefined =>
  namesDay(last) === namesDay(next) && isCorrection(text.slice(last.end, next.start))
    ? { ...next, start: last.start, time: next.time ?? last.time }
    : undefined

/** Two neighbours that say one thing together, or undefined. */
function joined(
  first: DateMention,
  second: DateMention,
  between: string,
): Omit<DateMention, 'start' | 'end'> | undefined {
  const [a, b] = [settledBy(second.note, first), settledBy(first.note, second)]
  if (namesDay(a) && namesDay(b)) {
    if (/^,? ?(?:or|oder|ou|o|\/) ?(?:on |the |am |le |el )?$/iu.test(between)) return alternatives(a, b)
    if (/^ ?(?:-|to|until|till?|through|thru|bis|au|al|a|hasta)(?: zum)? ?(?:the )?$/iu.test(between))
      return range(a, b)
    if (/^[ ,.(]*(?:the |den |le |el )?$/iu.test(between)) return weekdayWithDate(a, b) ?? weekdayWithDate(b, a)
    return undefined
  }
  const is_beside = /^[ ,(|@:]*(?:at|on the|on|um|à|a las|around|about|gegen|vers|-|of)?[ ,:]*$/iu.test(between)
  // "12/8, arriving 8am on the 9th": when they arrive is not said of the day before the comma.
  if (!is_beside || (isArrival(second) && !namesDay(second) && between.includes(','))) return undefined
  if (first.doubt && first !== a && second.note && !namesDay(second)) return withPart(a, second.note, a)
  if (namesDay(a) && !namesDay(b) && a.time === null && !(a.note && b.note)) return withTime(a, b)
  if (!namesDay(a) && namesDay(b) && b.time === null) return withTime(b, a)
  if (!namesDay(a) && !namesDay(b)) return sameMoment(a, b)
  // "tomorrow morning" and then "6:45"
  if (namesDay(a) && a.note && !namesDay(b) && b.time) return withPart({ ...a, note: null }, a.note, b)
  return undefined
}

const isPart = /morning|afternoon|evening|tonight|night|abend|nachmittag|matin|soir|après|mañana|tarde|noche/i

/** "tonight at 8" leaves no doubt which eight. */
function settledBy(part: string | null, moment: DateMention): DateMention {
  const [early] = moment.doubt?.about === 'time' ? moment.doubt.choices : []
  const hour = /^(\d+) am$/.exec(early ?? '')?.[1]
  if (!hour || !part || !isPart.test(part)) return moment
  return { ...moment, doubt: null, time: `${hour.padStart(2, '0')}:00` }
}

const withTime = (day: DateMention, moment: DateMention): DateMention =>
  day.note && moment.time
    ? withPart({ ...day, note: null }, day.note, moment)
    : { ...day, time: moment.time, zone: moment.zone, note: moment.note ?? day.note, doubt: day.doubt ?? moment.doubt }

/** "morning, 6:45": the time says it all; "evening at 7:30" is half past seven in the evening. */
function withPart(day: DateMention, part: string, { time, zone }: DateMention): DateMention {
  const is_late = /afternoon|evening|night|abend|nachmittag|soir|après|tarde|noche/i.test(part)
  const [hour = 0, minutes = '00'] = [Number(time?.slice(0, 2)), time?.slice(3)]
  return { ...day, zone, time: is_late && hour < 12 ? `${hour + 12}:${minutes}` : time }
}

function sameMoment(a: DateMention, b: DateMention): DateMention | undefined {
  if (a.note && b.time) return withPart({ ...a, note: null }, a.note, b)
  if (a.time && b.note && /morning|afternoon|evening|night|abend|mittag|matin|soir|tarde|noche/i.test(b.note))
    return withPart({ ...b, note: null }, b.note, a)
  return undefined
}

function alternatives(a: DateMention, b: DateMention): DateMention {
  const choices = [...(a.doubt?.choices ?? []), a.date, ...(b.doubt?.choices ?? []), b.date].filter(
    (one) => one !== null,
  )
  return { ...a, date: null, weekday: null, day_of_month: null, doubt: doubt('day', 'several', '', choices) }
}

function range(a: DateMention, b: DateMention): DateMention | undefined {
  const last = b.day_of_month && a.date ? nextDayOfMonth(b.day_of_month, a.date) : b.date
  const later = last && a.date && last < a.date && b.weekday !== null ? weekdayFrom(b.weekday, a.date) : last
  return a.date && later && !a.until && later >= a.date ? { ...a, until: { date: later, time: b.time } } : undefined
}

/** "Friday, Dec 18" is one day; "Friday Nov 28" in a year in which that is a Saturday is none. */
function weekdayWithDate(named: DateMention, dated: DateMention): DateMention | undefined {
  // "Sunday the 6th" is the next 6th that is a Sunday.
  if (named.weekday !== null && dated.day_of_month !== null) return { ...dated, weekday: named.weekday }
  if (named.weekday === null || dated.date === null || dated.weekday !== null || named.until) return undefined
  const agrees = weekdayOf(dated.date) === named.weekday
  const rest = { ...dated, time: dated.time ?? named.time, note: dated.note ?? named.note }
  if (agrees) return rest
  const names = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']
  return {
    ...rest,
    date: null,
    until: null,
    doubt: doubt('day', 'contradiction', names[named.weekday] ?? '', [dated.date]),
  }
}

const near =
  /(?<!\p{L})(?:around|(?<!(?:what|how) )about|approx\.?|approximately|circa|ca\.?|roughly|~|by|before|after|no later than|week of|weekend of|um den|autour du|vers le|alrededor del?|hacia el|antes del?|después del?)(?: the)? ?$/iu

/** "around Dec 10" is not Dec 10. */
function approximate(one: DateMention, text: string): DateMention {
  if (!one.date || one.doubt || !near.test(text.slice(Math.max(0, one.start - 24), one.start))) return one
  const words = text.slice(one.start, one.end)
  // "around lunchtime on Thursday" is on Thursday.
  if (one.note && words.startsWith(one.note)) return one
  return { ...one, date: null, weekday: null, doubt: doubt('day', 'vague', `around ${words}`, [one.date]) }
}
