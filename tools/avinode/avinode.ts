/** The codes that an airport is known by in a segment. ICAO, or the FAA's where no ICAO code exists. */
export type TripSegment = {
  departure_airport: string
  arrival_airport: string
  /** Local day at the departure airport, `YYYY-MM-DD`. */
  departure_date: string
  /** Local time at the departure airport, `HH:mm`; null while it is open. */
  departure_time: string | null
  passengers: number
}

export type NewTrip = {
  /** Our request's id: the trip can be found again by it after a crash. */
  external_trip_id: string
  segments: TripSegment[]
  aircraft_category: string | null
  aircraft_type: string | null
}

export type Trip = {
  /** `atrip-…` */
  id: string
  /** Six characters, as shown to people. */
  display_id: string
  external_trip_id: string | null
  search_url: string
  view_url: string
  canceled: boolean
  rfqs: Rfq[]
}

export type Rfq = {
  /** `arfq-…` */
  id: string
  trip_display_id: string
  operator: AvinodeOperator
  canceled: boolean
  created_on: string | null
  updated_on: string | null
  lifts: Lift[]
  message_ids: string[]
}

export type Lift = {
  id: string
  aircraft_type: string | null
  aircraft_category: string | null
  aircraft_tail: string | null
  max_passengers: number | null
  answer: 'unanswered' | 'accepted' | 'declined'
  quote_ids: string[]
}

/** `contact` as Avinode shows it to the buyer; every field may be missing. */
export type AvinodeOperator = {
  id: string
  name: string
  email: string | null
  phone: string | null
}

export type OperatorQuote = {
  /** `aquote-…` */
  id: string
  /** Avinode's own estimate, never an operator's offer. */
  avinode_generated: boolean
  created_on: string | null
  /** Decimal string, two places. */
  total_price: string
  currency: string
  operator: AvinodeOperator
  aircraft_type: string | null
  aircraft_category: string | null
  aircraft_tail: string | null
  aircraft_details: Record<string, unknown>
  /** Decimal strings; the parts add up to `total_price`. */
  base_price: string
  fuel_surcharge: string
  taxes: string
  fees: string
  line_items: { name: string; type: string; price: string }[]
  flight_minutes: number | null
  distance_nm: number | null
  message: string | null
}

export type TripMessage = {
  /** `asellermsg-…` or `abuyermsg-…` */
  id: string
  from: 'operator' | 'broker'
  /** A quote or a decline answers an RFQ; chat is neither. */
  kind: 'quote' | 'decline' | 'chat'
  trip_display_id: string | null
  rfq_id: string | null
  lift_id: string | null
  quote_id: string | null
  operator: AvinodeOperator | null
  sender_name: string | null
  text: string
  created_on: string | null
}

export type AvinodeAirport = {
  id: string
  icao: string | null
  iata: string | null
  name: string
  city: string
  country: string
}

export type CancelReason = 'BY_CLIENT' | 'CHANGED' | 'BOOKED' | 'OTHER'

/**
 * The port to the Avinode marketplace. Every call is timed out and cancelled with `signal`. Throws `NotFoundError` for what
 * Avinode does not know, `InvalidInputError` for what it refuses (soft errors included), and `UpstreamError('avinode')` when
 * it is down, slow or rate-limited.
 */
export type Avinode = {
  createTrip(trip: NewTrip, signal: AbortSignal): Promise<Trip>
  /** The trip made for one of our requests, or undefined. */
  findTrip(external_trip_id: string, signal: AbortSignal): Promise<Trip | undefined>
  /** By `atrip-…` or display id, with RFQs and lifts. */
  getTrip(trip_id: string, signal: AbortSignal): Promise<Trip>
  updateTrip(trip_id: string, trip: NewTrip, signal: AbortSignal): Promise<Trip>
  cancelTrip(trip_id: string, cancel: { reason: CancelReason; message: string }, signal: AbortSignal): Promise<void>
  getRfq(rfq_id: string, signal: AbortSignal): Promise<Rfq>
  getQuote(quote_id: string, signal: AbortSignal): Promise<OperatorQuote>
  getTripMessage(message_id: string, signal: AbortSignal): Promise<TripMessage>
  /** Writes to the operator of one RFQ (or lift); the answer is our message as Avinode keeps it. */
  sendTripMessage(rfq_id: string, text: string, signal: AbortSignal): Promise<TripMessage>
  searchAirports(filter: string, signal: AbortSignal): Promise<AvinodeAirport[]>
}
