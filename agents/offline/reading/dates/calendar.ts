/** Days as `YYYY-MM-DD`, without any zone. */

/** Undefined days such as 31 November are null; months past December run on into the next year. */
export function isoDate(year: number, month: number, day: number): string | null {
  const date = new Date(Date.UTC(year, month - 1, day))
  const is_real = date.getUTCDate() === day && day > 0 && month > 0
  return is_real ? date.toISOString().slice(0, 10) : null
}

export const addDays = (date: string, days: number) =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10)

/** 0 is Sunday. */
export const weekdayOf = (date: string) => new Date(`${date}T00:00:00Z`).getUTCDay()

const yearOf = (date: string) => Number(date.slice(0, 4))

/** The next such day on or after today, in this year or the next; null for days that neither year has. */
export function nextOccurrence(month: number, day: number, today: string): string | null {
  const year = yearOf(today)
  return [year, year + 1].map((one) => isoDate(one, month, day)).find((date) => date && date >= today) ?? null
}

/** The same day in the next year, for a day that was written without one and would lie before the flight it follows. */
export function followingYear(date: string): string | null {
  return isoDate(yearOf(date) + 1, Number(date.slice(5, 7)), Number(date.slice(8)))
}

/** The first such day of a month after (or on) a day: "back the 23rd" of a departure on the 20th. */
export function nextDayOfMonth(day_of_month: number, from: string): string | null {
  const [year, month] = [yearOf(from), Number(from.slice(5, 7))]
  for (let ahead = 0; ahead < 4; ahead++) {
    const date = isoDate(year, month + ahead, day_of_month)
    if (date && date >= from) return date
  }
  return null
}

/** The first such weekday on or after a day. */
export const weekdayFrom = (weekday: number, from: string) => addDays(from, (weekday - weekdayOf(from) + 7) % 7)

/** "Friday" is the coming one, "next Friday" the one in the week that begins with the coming Monday. */
export const comingWeekday = (weekday: number, today: string) => weekdayFrom(weekday, addDays(today, 1))
export const nextWeekWeekday = (weekday: number, today: string) => weekdayFrom(weekday, comingWeekday(1, today))

/** "the first Monday in December"; a last one counts from the end. */
export function weekdayOfMonth(which: number, weekday: number, month: number, today: string): string | null {
  const inYear = (year: number) => {
    if (which < 0) return weekdayFrom(weekday, addDays(isoDate(year, month + 1, 1) ?? '', -7))
    const date = addDays(weekdayFrom(weekday, isoDate(year, month, 1) ?? ''), (which - 1) * 7)
    return Number(date.slice(5, 7)) === month ? date : null
  }
  const year = yearOf(today)
  return [inYear(year), inYear(year + 1)].find((date) => date && date >= today) ?? null
}

/** Easter Sunday, by Gauss as corrected by Lichtenberg. */
function easter(year: number): string {
  const k = Math.floor(year / 100)
  const m = 15 + Math.floor((3 * k + 3) / 4) - Math.floor((8 * k + 13) / 25)
  const s = 2 - Math.floor((3 * k + 3) / 4)
  const a = year % 19
  const d = (19 * a + m) % 30
  const r = Math.floor((d + Math.floor(a / 11)) / 29)
  const og = 21 + d - r
  const sunday = 7 - ((year + Math.floor(year / 4) + s) % 7)
  const day = og + (7 - ((og - sunday) % 7))
  return addDays(`${year}-03-01`, day - 1)
}

type Holiday = [names: RegExp, day: (year: number) => string | null]

const nth = (which: number, weekday: number, month: number) => (year: number) =>
  weekdayOfMonth(which, weekday, month, `${year}-01-01`)
const fixed = (month: number, day: number) => (year: number) => isoDate(year, month, day)
const fromEaster = (days: number) => (year: number) => addDays(easter(year), days)

/** Longer names first, where one contains another. */
const holidays: Holiday[] = [
  [/new year'?s eve|nye|silvester|nochevieja|(?:la )?saint[- ]sylvestre/, fixed(12, 31)],
  [/new year'?s(?: day)?|neujahr(?:stag)?|(?:le )?(?:jour de l'an|nouvel an)|año nuevo/, fixed(1, 1)],
  [/(?:christmas|xmas) eve|heilig(?:er |en )?abend|nochebuena|veille de noël/, fixed(12, 24)],
  [/(?:christmas|xmas)(?: day)?|noël|navidad|(?:1\.|erste[nr]?) weihnachts(?:feier)?tag/, fixed(12, 25)],
  [/boxing day|(?:2\.|zweite[nr]?) weihnachts(?:feier)?tag|st\.? stephen'?s day/, fixed(12, 26)],
  [/thanksgiving(?: day)?/, nth(4, 4, 11)],
  [/black friday/, (year) => addDays(nth(4, 4, 11)(year) ?? '', 1)],
  [/labou?r day/, nth(1, 1, 9)],
  [/memorial day/, nth(-1, 1, 5)],
  [/(?:mlk|martin luther king)(?:,? jr\.?)?(?:'s)? day/, nth(3, 1, 1)],
  [/president'?s'? day/, nth(3, 1, 2)],
  [/columbus day|indigenous peoples'? day/, nth(2, 1, 10)],
  [/veterans'? day/, fixed(11, 11)],
  [/juneteenth/, fixed(6, 19)],
  [/independence day|(?:the )?(?:4th|fourth) of july|july (?:4th|fourth)/, fixed(7, 4)],
  [/valentine'?s(?: day)?|valentinstag/, fixed(2, 14)],
  [/st\.? patrick'?s day/, fixed(3, 17)],
  [/hallow ?e'?en/, fixed(10, 31)],
  [/mother'?s day/, nth(2, 0, 5)],
  [/father'?s day/, nth(3, 0, 6)],
  [/good friday|karfreitag|vendredi saint|viernes santo/, fromEaster(-2)],
  [/easter monday|ostermontag|lundi de pâques|lunes de pascua/, fromEaster(1)],
  [/easter(?: sunday)?|ostersonntag|dimanche de pâques|domingo de pascua/, fromEaster(0)],
  [/pfingstmontag|whit monday/, fromEaster(50)],
]

/** Every holiday whose name stands in a text, as a pattern to put between word borders. */
export const holidayPattern = holidays.map(([names]) => names.source).join('|')

/** The next such holiday on or after today. */
export function holidayDate(name: string, today: string): string | null {
  const found = holidays.find(([names]) => new RegExp(`^(?:${names.source})$`, 'i').test(name))
  const year = yearOf(today)
  return [found?.[1](year), found?.[1](year + 1)].find((date) => date && date >= today) ?? null
}
