/** Days as the broker's calendar has them; the seeded brokers work in New York. */
const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' })

export const today = () => calendar.format(new Date())

export const inDays = (days: number) => calendar.format(new Date(Date.now() + days * 86_400_000))

/** The next such day of the year, on or after today or another day: `nextDay('11-20')`. */
export function nextDay(monthAndDay: string, from = today()): string {
  const year = Number(from.slice(0, 4))
  const thisYear = `${year}-${monthAndDay}`
  return thisYear >= from ? thisYear : `${year + 1}-${monthAndDay}`
}

/** 0 is Sunday. */
export const weekday = (day: unknown) => new Date(`${String(day)}T12:00:00Z`).getUTCDay()

/** "12-04" is the next such day, "+1" tomorrow, "2027-03-01" itself. */
export const dayNamed = (name: string, from?: string) =>
  name.startsWith('+') ? inDays(Number(name.slice(1))) : name.length === 5 ? nextDay(name, from) : name

/** The coming such weekday after today; 0 is Sunday. */
export function comingWeekday(day: number): string {
  for (let ahead = 1; ahead < 8; ahead++) if (weekday(inDays(ahead)) === day) return inDays(ahead)
  return today()
}

/** The same in the week that begins with the coming Monday. */
export function nextWeekWeekday(day: number): string {
  const monday = comingWeekday(1)
  for (let ahead = 0; ahead < 14; ahead++) {
    const date = inDays(ahead)
    if (date >= monday && weekday(date) === day) return date
  }
  return monday
}
