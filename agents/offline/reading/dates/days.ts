import { doubt } from '../doubts.ts'
import type { Language } from '../language.ts'
import { matches, withoutSpans } from '../text.ts'
import {
  addDays,
  comingWeekday,
  holidayDate,
  holidayPattern,
  isoDate,
  nextOccurrence,
  nextWeekWeekday,
  weekdayFrom,
  weekdayOfMonth,
} from './calendar.ts'
import { type DateMention, mention } from './mention.ts'
import { monthOf, weekdayNamed } from './names.ts'
import {
  COUNT,
  countAs,
  DAY,
  daysIn,
  MONTH,
  MONTH_NAME,
  PERIOD,
  SEASON,
  UNIT,
  WEEKDAY,
  weekdayAs,
  YEAR,
} from './patterns.ts'

export type Context = { today: string; language: Language }
type Groups = Record<string, string | undefined>
type Found = Partial<DateMention> | null

/** A pattern, and what a match of it says; null if it says nothing after all. */
type Rule = { pattern: RegExp; says(groups: Groups, context: Context, words: string): Found }

/** No letter or digit stands beside a match, and no "10:" before it. */
const rule = (pattern: string, says: Rule['says']): Rule => ({
  pattern: new RegExp(`(?<![\\p{L}\\d])(?<!\\d[:.,])(?<![$€£#])(?:${pattern})(?![\\p{L}\\d])`, 'giu'),
  says,
})

const vague: Rule['says'] = (_, __, words) => ({ doubt: doubt('day', 'vague', words) })
const over: Rule['says'] = (_, __, words) => ({ doubt: doubt('day', 'past', words) })

/** A day that is written with its year, or the next such day; in doubt if it does not exist or is over. */
function written(year: string | undefined, month: number, day: number, { today }: Context, words: string): Found {
  if (month < 1 || month > 12 || day < 1 || day > 31) return null
  const full_year = year ? Number(year.padStart(4, '20')) : null
  const date = full_year ? isoDate(full_year, month, day) : nextOccurrence(month, day, today)
  if (!date) return { doubt: doubt('day', 'impossible', words) }
  if (date < today) return { doubt: doubt('day', 'past', words) }
  return { date, has_year: full_year !== null }
}

const numeric: Rule['says'] = ({ year, month, day }, context, words) =>
  written(year, Number(month), Number(day), context, words)

const named: Rule['says'] = ({ year, short, month, day }, context, words) =>
  written(year ?? short, monthOf(month ?? ''), Number(day), context, words)

/** Americans write the month first; a number past twelve can only be a day. */
const slashed: Rule['says'] = ({ first, second, year }, context, words) => {
  const [one, two] = [Number(first), Number(second)]
  if (one === 24 && two === 7) return null
  const month_first = context.language === 'en' ? one <= 12 : two > 12
  const is_over = (month: number, day: number) =>
    year !== undefined && (isoDate(Number(year.padStart(4, '20')), month, day) ?? '') < context.today
  // Of 4/12/2026, in November, only the fourth of December is still to come.
  const turned = month_first && two <= 12 && is_over(one, two) && !is_over(two, one)
  const [month, day] = month_first && !turned ? [one, two] : [two, one]
  if (month > 12 || day > 31) return year ? { doubt: doubt('day', 'impossible', words) } : null
  return written(year, month, day, context, words)
}

const dates: Rule[] = [
  rule('(?<year>20\\d{2})-(?<month>\\d{2})-(?<day>\\d{2})(?:T(?=\\d))?', numeric),
  rule('(?<year>202\\d)(?<month>0[1-9]|1[0-2])(?<day>[0-2]\\d|3[01])', numeric),
  rule('(?<!\\.)(?<day>\\d{1,2})\\.(?<month>\\d{1,2})\\.(?<year>\\d{4}|\\d{2})?', numeric),
  rule('(?<![/+])(?<first>\\d{1,2})(?<mark>[/-])(?<second>\\d{1,2})\\k<mark>(?<year>\\d{4}|\\d{2})(?!/)', slashed),
  rule('(?<![/+-])(?<first>\\d{1,2})/(?<second>\\d{1,2})(?![/%])', slashed),
  rule(`(?<which>first|second|third|fourth|last|[1-4](?:st|nd|rd|th)) ${WEEKDAY} (?:in|of) ${MONTH}`, weekdayInMonth),
  rule(`${DAY} ?(?:of |de )?${MONTH}${YEAR}`, named),
  rule(`${MONTH} ?(?:the )?${DAY}${YEAR}(?![:.]\\d|[ap]\\.?m)`, named),
]

function weekdayInMonth({ which = '', weekday = '', month = '' }: Groups, { today }: Context): Found {
  const words = ['first', 'second', 'third', 'fourth']
  const place = /last/i.test(which) ? -1 : words.indexOf(which.toLowerCase()) + 1 || Number.parseInt(which, 10)
  return { date: weekdayOfMonth(place, weekdayNamed(weekday) ?? 0, monthOf(month), today) }
}

const holiday = `(?:the )?(?<holiday>${holidayPattern})`
const side = '(?<side>before|after|vor|nach|antes de|después de)'
const isAfter = (words: string | undefined) => /after|nach|después/i.test(words ?? '')

const holidays: Rule[] = [
  rule(
    `(?:(?:over|around|during|about|after|before|über|um|pendant|por) )?${holiday} (?:weekend|week|holidays?|period|time|break|season)`,
    vague,
  ),
  rule(`(?:over|around|during|about|über|um|pendant|por) ${holiday}`, vague),
  rule(`(?:the )?(?:day|night|tag|día) ${side} ${holiday}`, ({ side, holiday = '' }, { today }) => {
    const date = holidayDate(holiday, today)
    return date ? { date: addDays(date, isAfter(side) ? 1 : -1) } : null
  }),
  rule(`(?:the )?${WEEKDAY} ${side} ${holiday}`, ({ weekday = '', side, holiday = '' }, { today }) => {
    const date = holidayDate(holiday, today)
    return date ? { date: weekdayFrom(weekdayNamed(weekday) ?? 0, addDays(date, isAfter(side) ? 1 : -7)) } : null
  }),
  rule(holiday, ({ holiday = '' }, { today }) => ({ date: holidayDate(holiday, today) })),
  rule('weihnachten|à pâques|ostern|pascua', vague),
]

const ofNextWeek: Rule['says'] = ({ weekday = '' }, { today }) => ({
  date: nextWeekWeekday(weekdayNamed(weekday) ?? 0, today),
})

const part =
  '(?:early|mid(?:dle)?|late|end|beginning|start|first half|second half|anfang|mitte|ende|début|mi|fin|courant|principios|mediados|finales)(?: of| de| du)?[ -]?(?:the |in )?'
const whenever = '(?:some ?time |any ?time |irgendwann )?'
const coming =
  '(?:this|next|coming|the coming|the following|nächste[nrs]?|kommende[nrs]?|diese[nrs]?|(?:el |la )?próxim[oa])'

const periods: Rule[] = [
  rule(`${WEEKDAY} (?:of |in )?(?:next week|nächster woche|(?:de )?la semaine prochaine)`, ofNextWeek),
  rule(`(?:next week|nächste woche)(?: on| am)?,? ${WEEKDAY}`, ofNextWeek),
  rule(`(?:the )?${part}(?:${MONTH_NAME}|(?:next |this )?${PERIOD})(?! ?\\d)`, vague),
  rule(`${whenever}(?:in )?${coming} ${PERIOD}(?! on| am)`, vague),
  rule('(?:la |le )?(?:semaine|mois|week-?end) prochaine?|(?:la |el )?(?:semana|mes|fin de semana) que viene', vague),
  rule('(?:the |a |am |ce |le |el )?(?:weekend|week-end|wochenende|fin de semana)', vague),
  rule(`${whenever}(?:in|during|im|en) (?:the )?(?:${MONTH_NAME}|${SEASON}|a few (?:days|weeks))(?! ?\\d)`, vague),
  rule('(?:in )?q[1-4]|some ?time|any ?time|any day|irgendwann|algún día|one of these days', vague),
]

const inAWeek: Rule['says'] = ({ weekday, other, third }, { today }) => ({
  date: addDays(comingWeekday(weekdayNamed(weekday ?? other ?? third ?? '') ?? 0, today), 7),
})

const inWeeks: Rule['says'] = ({ weekday, other, third, count, more, most }, { today }) => {
  const days = daysIn(count ?? more ?? most, 'weeks')
  const first = comingWeekday(weekdayNamed(weekday ?? other ?? third ?? '') ?? 0, today)
  return days === null ? null : { date: addDays(first, days) }
}

const weekdays: Rule[] = [
  rule(
    `(?:on )?${WEEKDAY} week|(?:a|one) week (?:from|on|after) ${weekdayAs('other')}|${weekdayAs('third')} in (?:a|einer) (?:week|woche)`,
    inAWeek,
  ),
  rule(
    `${WEEKDAY} in ${COUNT} (?:weeks|wochen)|${weekdayAs('other')} (?:dans|en) ${countAs('more')} (?:semaines|semanas)|${countAs('most')} weeks (?:from|on) ${weekdayAs('third')}`,
    inWeeks,
  ),
  rule(
    `(?:on )?(?:the (?:following|next)|am (?:darauf)?folgenden|(?:el )?siguiente) ${WEEKDAY}|(?:le )?${weekdayAs('other')} suivant`,
    ({ weekday, other }) => ({ weekday: weekdayNamed(weekday ?? other ?? ''), is_stay: false }),
  ),
  rule(
    `(?:on |am )?(?:next|nächste[nr]?|(?:el )?próximo) ${WEEKDAY}|(?:le )?${weekdayAs('other')} prochain`,
    ({ weekday, other }, { today }) => ({ date: nextWeekWeekday(weekdayNamed(weekday ?? other ?? '') ?? 0, today) }),
  ),
  rule(`(?:last|this past|letzte[nr]?) ${WEEKDAY}|${weekdayAs('other')} (?:dernier|pasado)`, over),
  rule(
    `(?:(?:on|this|coming|am|diese[nr]?|kommende[nr]?|ce|le|el|este) )*${WEEKDAY}(?: que viene)?`,
    ({ weekday = '' }, { today, language }, words) => {
      // "mon" is French for "my", and the sun also shines.
      if ((weekday === 'mon' && language === 'fr') || /^(?:sun|sat)$/.test(words)) return null
      const wanted = weekdayNamed(weekday) ?? 0
      const may_be_today = /^(?:this|dies|ce |este)/i.test(words)
      return { weekday: wanted, date: may_be_today ? weekdayFrom(wanted, today) : comingWeekday(wanted, today) }
    },
  ),
]

const ahead =
  (days: number): Rule['says'] =>
  (_, { today }) => ({ date: addDays(today, days) })

const countedAhead: Rule['says'] = ({ count, unit, base }, { today }) => {
  const days = daysIn(count, unit)
  const first = /tomorrow|morgen|demain|mañana/i.test(base ?? '') ? 1 : 0
  return days === null ? null : { date: addDays(today, days + first) }
}

const later: Rule['says'] = ({ count, unit }) => {
  const days = daysIn(count, unit)
  return days === null ? null : { days_later: days }
}

const relative: Rule[] = [
  rule(`(?:in|dans|en|dentro de) ${COUNT} ${UNIT}(?! (?:or|oder))`, countedAhead),
  rule(`${COUNT} ${UNIT} (?:from|after|ab) (?<base>today|now|tomorrow|heute|morgen|hoy)`, countedAhead),
  rule('in a fortnight|a fortnight from (?:now|today)', ahead(14)),
  rule('(?:the )?day after tomorrow|übermorgen|après-demain|pasado mañana', ahead(2)),
  rule('tomorrow|tmrw|tmr|demain|(?<!(?:la|de|esta) )mañana', ahead(1)),
  rule('(?<!(?:guten|schönen|am) )morgen', ahead(1)),
  rule('tonight|heute abend|ce soir|esta noche|this (?:evening|afternoon)', (_, { today }, words) => ({
    date: today,
    note: words,
  })),
  rule("today|heute|aujourd'hui|hoy", ahead(0)),
  rule('yesterday|gestern|ayer|vorgestern|last night', over),
  rule(
    '(?:on )?(?:the )?same (?:day|evening|night|afternoon)|day ?trip|(?:am )?selben tag|(?:le )?même jour|dans la journée|en el día|am gleichen tag|(?:el )?mismo día',
    () => ({ days_later: 0 }),
  ),
  rule(
    '(?:the )?(?:next|following) (?:day|morning)|(?:le )?lendemain|am (?:nächsten|folgenden) tag|al día siguiente',
    () => ({ days_later: 1 }),
  ),
  rule(`${COUNT} ${UNIT} (?:later|after(?:wards)?|darauf|später|plus tard|después|más tarde)`, later),
  rule(
    `(?:after|stay(?:ing|s)?(?: for)?|for|spending|nach|für|après|pour|durante|por) (?:about )?${COUNT} ${UNIT}`,
    (groups, context, words) => {
      const found = later(groups, context, words)
      return found && { ...found, is_stay: true }
    },
  ),
]

/** In the order in which they are tried: what one has read, no later one reads again. */
const rules = [...dates, ...holidays, ...periods, ...weekdays, ...relative]

/** Every day that a text names, in order. */
export function readDays(text: string, context: Context): DateMention[] {
  const found = readSeries(text, context)
  for (const { pattern, says } of rules) {
    for (const one of matches(withoutSpans(text, found), pattern)) {
      const said = says(one.match.groups ?? {}, context, one.match[0])
      if (said) found.push(mention(one, said))
    }
  }
  return [...found, ...readOrdinals(withoutSpans(text, found))].sort((a, b) => a.start - b.start)
}

const sign = '(?:,? ?(?:and|&|und|et|y|or|oder|ou|o|to|bis|au|al|a|until|till?|through) |, ?| ?- ?)'
const number = '\\d{1,2}(?:st|nd|rd|th|er|\\.(?= ))?'
const series = `(?<days>${number}(?:${sign}(?:the )?${number})+)`
/** A number after a month may count something else: "Dec 5 and 2 dogs". */
const ends =
  '(?![:\\d]|[.]\\d| ?(?:[ap]\\.?m|k|h|hrs?|hours?|min|nights?|days?|weeks?|dogs?|cats?|pets?|bags?|suitcases?|cases|pieces|skis?|bikes?|legs?|stops?|x|%|ft|kg|lbs?|years?|small|large|big|golf|checked)(?!\\p{L}))'
const seriesForms = [
  new RegExp(`(?<![\\p{L}\\d])(?<!\\d[:.,])${series} ?(?:of |de )?${MONTH}${YEAR}(?![\\p{L}\\d])`, 'dgiu'),
  new RegExp(`(?<![\\p{L}\\d])${MONTH} ?${series}${ends}${YEAR}`, 'dgiu'),
]

/** "Dec 4-8", "1, 3 and 5 December", "Dec 5 or 6": days that share a month; what stands between them says how they belong together. */
function readSeries(text: string, context: Context): DateMention[] {
  return seriesForms.flatMap((form) =>
    matches(text, form).flatMap(({ match, start, end }) => {
      const days = match.groups?.days ?? ''
      const first = match.indices?.groups?.days?.[0] ?? start
      const numbers = [...days.matchAll(/\d{1,2}/g)]
      if (/^[\d., ]+$/.test(days.replace(/(?:st|nd|rd|th|er)/g, ''))) return []
      return numbers.flatMap((one, index): DateMention[] => {
        const said = named({ ...match.groups, day: one[0] }, context, `${one[0]} ${match.groups?.month}`)
        const from = index === 0 ? start : first + one.index
        const to = index === numbers.length - 1 ? end : first + one.index + one[0].length
        return said ? [mention({ start: from, end: to }, said)] : []
      })
    }),
  )
}

const ordinal =
  /(?:(?<=\b(?:back|return|returning|home|the|on|am|le|el)\b(?: on| the| am| le| el| on the)? ))(\d{1,2})(?:st|nd|rd|th|\.(?= |$|,))?(?![\d:.]|\d| ?(?:[ap]m?|k|pax|people|passengers|persons|uhr|h)\b|[$€£%])|\b(\d{1,2})(?:st|nd|rd|th)\b/gi

/** "back the 23rd" */
function readOrdinals(text: string): DateMention[] {
  return matches(text, ordinal).flatMap(({ match, start, end }) => {
    const day_of_month = Number(match[1] ?? match[2])
    return day_of_month < 1 || day_of_month > 31 ? [] : [mention({ start, end }, { day_of_month, has_year: false })]
  })
}
