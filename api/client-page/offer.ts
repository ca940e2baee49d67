import { z } from 'zod'
import { getAirport } from '../../tools/airports/airports.ts'

const Segment = z.object({
  departure_airport: z.string(),
  arrival_airport: z.string(),
  departure_date: z.string(),
  departure_time: z.string().nullish(),
  passengers: z.number().nullish(),
})
export type Segment = z.infer<typeof Segment>

/** What a client may know of a proposal. The operator, the net price and the margin are not in it. */
export const Offer = z.object({
  proposal: z.object({
    id: z.string(),
    proposal_number: z.string(),
    title: z.string().nullish(),
    description: z.string().nullish(),
    status: z.string(),
    final_amount: z.string(),
    currency: z.string().default('USD'),
    file_path: z.string().nullish(),
    file_name: z.string().nullish(),
    expires_at: z.string().nullish(),
    accepted_at: z.string().nullish(),
    rejected_at: z.string().nullish(),
  }),
  request: z.object({
    departure_airport: z.string(),
    arrival_airport: z.string(),
    departure_date: z.string(),
    return_date: z.string().nullish(),
    passengers: z.number(),
    segments: z.array(Segment).nullish(),
    special_requirements: z.string().nullish(),
  }),
  aircraft: z
    .object({
      type: z.string().nullish(),
      tail_number: z.string().nullish(),
      details: z.record(z.string(), z.unknown()).nullish(),
    })
    .nullish(),
  broker: z.object({ full_name: z.string(), email: z.string() }),
  client: z.object({ company_name: z.string().nullish(), contact_name: z.string().nullish() }).nullish(),
})
export type Offer = z.infer<typeof Offer>

/** The flights of an offer; older requests know only route and days. */
export function segmentsOf({ request }: Offer): Segment[] {
  if (request.segments?.length) return request.segments
  const { departure_airport, arrival_airport, departure_date, return_date, passengers } = request
  const out = { departure_airport, arrival_airport, departure_date, passengers }
  if (!return_date) return [out]
  const back = {
    departure_airport: arrival_airport,
    arrival_airport: departure_airport,
    departure_date: return_date,
    passengers,
  }
  return [out, back]
}

/** `128800.00` as `$128,800.00`, digit by digit: no float is involved. */
export function money(amount: string, currency: string): string {
  const [whole = '0', cents = '00'] = amount.split('.')
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',')
  return currency === 'USD' ? `$${grouped}.${cents}` : `${currency} ${grouped}.${cents}`
}

/** A local day as the reader writes dates. Languages other than English read British dates, like the rest of the page. */
export function day(date: string, locale: string): string {
  const options = { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const
  return new Intl.DateTimeFormat(locale, options).format(new Date(`${date.slice(0, 10)}T00:00:00Z`))
}

/** First and last day of a trip, as briefly as the reader's locale allows. */
export function days(first: string, last: string, locale: string): string {
  const options = { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const
  const midnight = (date: string) => new Date(`${date.slice(0, 10)}T00:00:00Z`)
  return new Intl.DateTimeFormat(locale, options).formatRange(midnight(first), midnight(last))
}

export function englishLocale(accept_language: string | undefined): string {
  const [, found] = /^(en-[A-Z]{2})\b/i.exec(accept_language?.trim() ?? '') ?? []
  return found && Intl.DateTimeFormat.supportedLocalesOf(found).length > 0 ? found : 'en-GB'
}

/** `09:00 EST`: the time at the airport, with the zone as it is on that day. */
export function localTime({ departure_airport, departure_date, departure_time }: Segment): string | undefined {
  if (!departure_time) return undefined
  const timeZone = getAirport(departure_airport)?.timezone
  if (!timeZone) return `${departure_time.slice(0, 5)} local time`
  const noon = new Date(`${departure_date.slice(0, 10)}T12:00:00Z`)
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'short' }).formatToParts(noon)
  return `${departure_time.slice(0, 5)} ${parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'local time'}`
}

export const cityOf = (code: string) => getAirport(code)?.city ?? code

/** City and airport, without saying the same twice. */
export function placeOf(code: string): string {
  const { city, name } = getAirport(code) ?? { city: '', name: '' }
  return name.startsWith(city) ? name : [city, name].filter(Boolean).join(', ')
}
