import { InvalidInputError } from '../errors.ts'
import { formatMoney } from '../money.ts'
import type { AvinodeAirport, AvinodeOperator, Lift, OperatorQuote, Rfq, Trip, TripMessage } from './avinode.ts'
import { splitPrice, toCents } from './quote-price.ts'
import type { WireAirport, WireCompany, WireLift, WireMessage, WireQuote, WireRfq, WireTrip } from './wire.ts'

/** A trip as read with all its RFQs. It is cancelled when Avinode says so, or when every RFQ of it is. */
export function toTrip(trip: WireTrip): Trip {
  const rfqs = (trip.rfqs ?? []).map((rfq) => toRfq(rfq, trip.tripId))
  return {
    id: trip.id,
    display_id: trip.tripId ?? '',
    external_trip_id: trip.externalTripId,
    search_url: webAddress(trip.actions?.searchInAvinode?.href),
    view_url: webAddress(trip.actions?.viewInAvinode?.href),
    canceled: trip.canceled ?? (rfqs.length > 0 && rfqs.every(({ canceled }) => canceled)),
    rfqs,
  }
}

/** A person will open it, so it may only be a web address. */
const webAddress = (href: string | null | undefined) =>
  href && /^https?:\/\//i.test(href) && URL.canParse(href) ? href : ''

export function toRfq(rfq: WireRfq, trip_display_id: string | null = null): Rfq {
  const [updated_on = null] = [rfq.updatedByBuyer, rfq.latestUpdatedDateBySeller]
    .filter((time) => time !== null)
    .sort()
    .reverse()
  return {
    id: rfq.id,
    trip_display_id: rfq.tripId ?? trip_display_id ?? '',
    operator: toOperator(rfq.sellerCompany),
    canceled: rfq.canceled ?? false,
    created_on: rfq.createdOn,
    updated_on,
    lifts: rfq.sellerLift.map(toLift),
    message_ids: [...new Set((rfq.links?.tripmsgs ?? []).map(({ id }) => id))],
  }
}

function toLift(lift: WireLift): Lift {
  const quotes = [...(lift.links?.quotes ?? []), ...(lift.latestQuote ? [lift.latestQuote] : [])]
  return {
    id: lift.id ?? '',
    aircraft_type: lift.aircraftType,
    aircraft_category: lift.aircraftCategory,
    aircraft_tail: lift.aircraftTail,
    max_passengers: lift.maxPax,
    answer: toAnswer(lift),
    quote_ids: [...new Set(quotes.map(({ id }) => id))],
  }
}

/** `Accepted` means that the operator quoted. A price on the lift means nothing: it may be Avinode's estimate. */
function toAnswer({ sourcingDisplayStatus, sourcingStatus }: WireLift): Lift['answer'] {
  if (sourcingDisplayStatus === 'Accepted' || sourcingStatus === 2) return 'accepted'
  if (sourcingDisplayStatus === 'Declined' || sourcingStatus === 3) return 'declined'
  return 'unanswered'
}

export function toOperator(company: WireCompany): AvinodeOperator {
  const [first] = company.contactInfo?.emails ?? []
  return {
    id: company.id,
    name: company.displayName ?? company.id,
    email: typeof first === 'string' ? first : (first?.email ?? null),
    phone: company.contactInfo?.phone ?? null,
  }
}

/** Throws `InvalidInputError` for a quote without a usable price: nothing could be done with it. */
export function toOperatorQuote(quote: WireQuote): OperatorQuote {
  const total = quote.sellerPrice ? toCents(quote.sellerPrice.price) : undefined
  if (total === undefined || total < 0n) {
    throw new InvalidInputError([{ path: 'total_price', message: `Quote ${quote.id} has no usable price` }])
  }
  const lines = quote.lineItems
    .filter(({ visibleToBuyer }) => visibleToBuyer !== false)
    .map(({ displayName, type, price }) => ({
      name: displayName ?? '',
      type: type ?? 'OTHER',
      cents: toCents(price) ?? 0n,
    }))
  const parts = splitPrice(total, lines)
  const flights = quote.segments.filter(({ paxSegment }) => paxSegment !== false)
  return {
    id: quote.id,
    avinode_generated: quote.avinodeGenerated ?? false,
    created_on: quote.createdOn,
    total_price: formatMoney(total),
    currency: quote.sellerPrice?.currency ?? 'USD',
    operator: toOperator(quote.sellerCompany),
    aircraft_type: quote.lift?.aircraftType ?? null,
    aircraft_category: quote.lift?.aircraftCategory ?? null,
    aircraft_tail: quote.lift?.aircraftTail ?? null,
    aircraft_details: toDetails(quote.lift),
    base_price: formatMoney(parts.base_price),
    fuel_surcharge: formatMoney(parts.fuel_surcharge),
    taxes: formatMoney(parts.taxes),
    fees: formatMoney(parts.fees),
    line_items: lines.map(({ name, type, cents }) => ({ name, type, price: formatMoney(cents) })),
    flight_minutes: sum(flights.map(({ flightMinutes, blockMinutes }) => flightMinutes ?? blockMinutes)),
    distance_nm: sum(flights.map(({ distanceNM }) => distanceNM)),
    message: quote.sellerMessage,
  }
}

function toDetails(lift: WireQuote['lift']): Record<string, unknown> {
  const details = {
    year_of_make: lift?.tailDetails?.yearOfMake,
    home_base: lift?.tailDetails?.homeBase,
    max_passengers: lift?.maxPax ?? lift?.typeDetails?.maxPax,
    range_nm: lift?.typeDetails?.rangeNM,
    cruise_speed_knots: lift?.typeDetails?.cruiseSpeedKnots,
    amenities: lift?.amenities ?? lift?.tailDetails?.amenities,
  }
  return Object.fromEntries(Object.entries(details).filter(([, value]) => value !== null && value !== undefined))
}

function sum(values: (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? known.reduce((total, value) => total + value, 0) : null
}

/** All signals together tell the three kinds apart; the prefix of the id alone says who wrote. */
export function toTripMessage(message: WireMessage): TripMessage {
  const from = message.id.startsWith('abuyermsg-') ? 'broker' : 'operator'
  const kind = from === 'broker' ? 'chat' : kindOf(message)
  const [lift] = message.lift
  const sender = from === 'broker' ? message.buyerAccount : message.sellerAccount
  const company = from === 'broker' ? message.buyerCompany : message.sellerCompany
  return {
    id: message.id,
    from,
    kind,
    trip_display_id: message.tripId,
    rfq_id: message.links?.rfqs[0]?.id ?? null,
    lift_id: lift?.id ?? null,
    quote_id: kind === 'quote' ? (message.sellerQuote?.id ?? lift?.links?.quotes.at(-1)?.id ?? null) : null,
    operator: message.sellerCompany ? toOperator(message.sellerCompany) : null,
    sender_name: sender?.displayName ?? company?.displayName ?? null,
    text: message.message ?? '',
    created_on: message.createdOn,
  }
}

function kindOf({ sellerQuote, rfqAccepted }: WireMessage): TripMessage['kind'] {
  if (sellerQuote || rfqAccepted === true) return 'quote'
  return rfqAccepted === false ? 'decline' : 'chat'
}

export const toAirport = (airport: WireAirport): AvinodeAirport => ({
  id: airport.id,
  icao: airport.icao,
  iata: airport.iata,
  name: airport.name ?? '',
  city: airport.city ?? '',
  country: airport.country?.name ?? airport.country?.code ?? '',
})
