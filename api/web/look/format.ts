import { formatLocale } from './preferences.ts'

const made = new Map<string, unknown>()

function once<T>(key: string, make: (locale: string) => T): T {
  const locale = formatLocale()
  const name = `${locale} ${key}`
  const known = made.get(name) as T | undefined
  if (known) return known
  const fresh = make(locale)
  made.set(name, fresh)
  return fresh
}

const dates = (key: string, options: Intl.DateTimeFormatOptions) =>
  once(`date ${key}`, (locale) => new Intl.DateTimeFormat(locale, options))

/** Money of a row (a decimal string) as the reader writes it. Cents are shown only where they matter. */
export function formatMoney(amount: string, currency = 'USD', { exact = false, sign = false } = {}) {
  const options: Intl.NumberFormatOptions = {
    style: 'currency',
    currency,
    ...(!exact && { trailingZeroDisplay: 'stripIfInteger' as const }),
    ...(sign && { signDisplay: 'exceptZero' }),
  }
  const key = `money ${currency} ${exact} ${sign}`
  return once(key, (locale) => new Intl.NumberFormat(locale, options)).format(Number(amount))
}

export const formatNumber = (value: number) =>
  once('number', (locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 })).format(value)

const day = (date: string) => new Date(`${date}T00:00:00Z`)

/** A local day (`YYYY-MM-DD`): never moved by the reader's own time zone. */
export const formatDay = (date: string) =>
  dates('day', { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(day(date))

export const formatLongDay = (date: string) =>
  dates('long', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    day(date),
  )

/** `20–23 Nov`, as the reader's language joins two days. */
export const formatDays = (from: string, to: string | null) =>
  to && to !== from
    ? dates('day', { day: 'numeric', month: 'short', timeZone: 'UTC' }).formatRange(day(from), day(to))
    : formatDay(from)

export const formatMoment = (timestamp: string) =>
  dates('moment', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(timestamp))
export const formatClock = (timestamp: string) => dates('clock', { timeStyle: 'short' }).format(new Date(timestamp))
export const formatSeconds = (timestamp: string) =>
  dates('seconds', { timeStyle: 'medium' }).format(new Date(timestamp))
export const formatDate = (timestamp: string) => dates('date', { dateStyle: 'full' }).format(new Date(timestamp))

/** The wall clock at an airport, with its zone: `10:00 EST`. */
export const formatLocalTime = (instant: Date, zone: string) =>
  dates(`local ${zone}`, { timeZone: zone, hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }).format(instant)

/** The instant of a wall clock's time at a place. */
export function instantAt(date: string, time: string, zone: string): Date {
  const asUtc = Date.parse(`${date}T${time.slice(0, 5)}:00Z`)
  const guess = asUtc - offsetOf(new Date(asUtc), zone)
  return new Date(asUtc - offsetOf(new Date(guess), zone))
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** A zone's clock to be read by a program. Making one takes long. */
function clockOf(timeZone: string) {
  const clock =
    clocks.get(timeZone) ??
    new Intl.DateTimeFormat('en-US', { timeZone, dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' })
  clocks.set(timeZone, clock)
  return clock
}

/** How far a zone's clock is ahead of UTC at that instant, in milliseconds. */
function offsetOf(instant: Date, timeZone: string) {
  const parts = clockOf(timeZone)
    .formatToParts(instant)
    .map(({ type, value }) => [type, Number(value)])
  const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = Object.fromEntries(parts)
  const century = year < 100 ? 2000 + year : year
  return Date.UTC(century, month - 1, date, hour, minute, second) - Math.floor(instant.getTime() / 1000) * 1000
}

/** The zone's short name on that day: `EST`. */
export function zoneName(date: string, zone: string) {
  const parts = dates(`zone ${zone}`, { timeZone: zone, timeZoneName: 'short' }).formatToParts(
    instantAt(date, '12:00', zone),
  )
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone
}

/** How long ago, in a few characters: `now`, `4 m`, `2 h`, `3 d`. */
export function formatAge(timestamp: string, now = Date.now()) {
  const minutes = Math.floor((now - Date.parse(timestamp)) / 60_000)
  if (minutes < 1) return 'now'
  if (minutes < 60) return `${minutes} m`
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`
  return `${Math.floor(minutes / 1440)} d`
}

/** Milliseconds in the largest unit that reads well. */
export function formatDuration(ms: number) {
  const decimal = (value: number) =>
    once('one', (locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 1 })).format(value)
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${decimal(ms / 1000)} s`
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`
  if (ms < 48 * 3_600_000) return `${decimal(ms / 3_600_000)} h`
  return `${Math.round(ms / 86_400_000)} d`
}

/** Minutes of flight: `5 h 10`. */
export const formatFlight = (minutes: number) =>
  `${Math.floor(minutes / 60)} h ${String(Math.round(minutes % 60)).padStart(2, '0')}`

/** What is left until then: `6 d 4 h`, `3 h 12 min`, `40 s`, or null when it is over. */
export function formatCountdown(timestamp: string, now: number): string | null {
  const left = Date.parse(timestamp) - now
  if (left <= 0) return null
  const minutes = Math.floor(left / 60_000)
  if (minutes >= 1440) return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`
  if (minutes >= 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
  return minutes > 0 ? `${minutes} min` : `${Math.floor(left / 1000)} s`
}

export const formatBytes = (bytes: number) =>
  bytes < 1_000_000 ? `${formatNumber(Math.max(1, bytes / 1000))} KB` : `${formatNumber(bytes / 1_000_000)} MB`
