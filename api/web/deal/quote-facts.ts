import type { Quote } from '../data/rows.ts'
import { formatNumber } from '../look/format.ts'

export const QUOTE_STATES: Record<Quote['status'], string> = {
  pending: 'Pending',
  received: 'New',
  analyzed: 'Compared',
  accepted: 'Chosen',
  rejected: 'Declined',
  expired: 'Expired',
}

type PriceLine = { name: string; price: string }

/** What the all-in price is made of: the operator's own lines, else the four kinds that every quote is split into. */
export function priceLines({ metadata, base_price, fuel_surcharge, taxes, fees }: Quote): PriceLine[] {
  const own = Array.isArray(metadata.line_items) ? (metadata.line_items as { name?: unknown; price?: unknown }[]) : []
  const named = own.flatMap(({ name, price }) =>
    typeof name === 'string' && (typeof price === 'string' || typeof price === 'number')
      ? [{ name, price: String(price) }]
      : [],
  )
  if (named.length > 0) return named
  const kinds = [
    ['Flight', base_price],
    ['Fuel surcharge', fuel_surcharge],
    ['Taxes', taxes],
    ['Fees', fees],
  ] as const
  return kinds.flatMap(([name, price]) => (price !== null && Number(price) > 0 ? [{ name, price }] : []))
}

/** What is known of the aircraft, in the words of a broker. */
export function aircraftFacts({ aircraft_type, aircraft_details, metadata }: Quote) {
  const facts = aircraft_details ?? {}
  const first = (...names: string[]) =>
    names.map((name) => facts[name]).find((value) => value !== undefined && value !== null)
  const seats = first('max_passengers', 'seats', 'passenger_capacity')
  const year = first('year_of_make', 'year_built')
  const range = first('range_nm')
  const base = first('home_base')
  const amenities = Array.isArray(facts.amenities) ? facts.amenities.map(String) : facts.wifi === true ? ['Wi-Fi'] : []
  const category = metadata.aircraft_category
  return {
    type: aircraft_type ?? (typeof category === 'string' ? category : 'Open'),
    details: [
      seats !== undefined && `${seats} seats`,
      year !== undefined && `Built ${year}`,
      typeof range === 'number' && `${formatNumber(range)} nm range`,
      base !== undefined && `Based at ${base}`,
      ...amenities,
    ].filter((fact) => fact !== false),
  }
}
