/** Days as the broker's calendar has them; the seeded brokers work in New York. */
const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/New_York' })

export const today = () => calendar.format(new Date())

export const inDays = (days: number) => calendar.format(new Date(Date.now() + days * 86_400_000))

/** The next such day of the year, today included: `nextDay('11-20')`. */
export function nextDay(monthAndDay: string): string {
  const year = Number(today().slice(0, 4))
  const thisYear = `${year}-${monthAndDay}`
  return thisYear >= today() ? thisYear : `${year + 1}-${monthAndDay}`
}

/** 0 is Sunday. */
export const weekday = (day: unknown) => new Date(`${String(day)}T12:00:00Z`).getUTCDay()
