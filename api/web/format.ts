const locale = navigator.language

const money = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD', maximumFractionDigits: 0 })
const exactMoney = new Intl.NumberFormat(locale, { style: 'currency', currency: 'USD' })
const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' })
const weekday = new Intl.DateTimeFormat(locale, {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
})
const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'short' })

/** Money of a row (a decimal string) as the reader writes it. Cents are shown only where they matter. */
export const formatMoney = (amount: string, { exact = false } = {}) =>
  (exact ? exactMoney : money).format(Number(amount))

/** A local day (`YYYY-MM-DD`): never moved by the reader's own time zone. */
export const formatDay = (date: string) => day.format(new Date(`${date}T00:00:00Z`))
export const formatLongDay = (date: string) => weekday.format(new Date(`${date}T00:00:00Z`))
export const formatMoment = (timestamp: string) => moment.format(new Date(timestamp))
export const formatClock = (timestamp: string) => clock.format(new Date(timestamp))

/** How long ago, in two or three characters: `now`, `4 m`, `2 h`, `3 d`. */
export function formatAge(timestamp: string, now = Date.now()) {
  const minutes = Math.floor((now - Date.parse(timestamp)) / 60_000)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes} m`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`
  return `${Math.floor(minutes / 1440)} d`
}

/** Milliseconds in the largest unit that reads well. */
export function formatDuration(ms: number) {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 48 * 3_600_000) return `${(ms / 3_600_000).toFixed(1)} h`
  return `${Math.round(ms / 86_400_000)} d`
}

/** What is left until then, or that it is over. */
export function formatCountdown(timestamp: string, now = Date.now()) {
  const left = Date.parse(timestamp) - now
  return left <= 0 ? 'expired' : `${formatDuration(left)} left`
}
