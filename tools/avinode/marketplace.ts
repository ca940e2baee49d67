import type { AvinodeOperator } from './avinode.ts'

/** A positioning flight offered for sale. It is not a scheduled flight: the operator has to confirm it. */
export type EmptyLeg = {
  id: string
  operator: AvinodeOperator | null
  departure_airport: string | null
  arrival_airport: string | null
  /** The days between which it can be flown. */
  start_date: string | null
  end_date: string | null
  aircraft_type: string | null
  aircraft_category: string | null
  aircraft_tail: string | null
  max_passengers: number | null
  /** Decimal string, two places; null while unpriced. */
  price: string | null
  currency: string | null
  published: boolean
  message: string | null
}

export type EmptyLegSearch = {
  date: string
  departure_airport: string | null
  arrival_airport: string | null
  flexibility_days: number | null
  passengers: number | null
}

/** An airport code or a two-letter country. */
export type WatchedPlace = { airport: string | null; country: string | null }

/** A stored rule that says which empty legs we want to hear of. */
export type NewEmptyLegWatch = {
  /** Unique in our company. */
  unique_name: string
  segments: { start: WatchedPlace | null; end: WatchedPlace | null }[]
  aircraft_categories: string[]
  /** A watch cannot be deleted, only switched off. */
  active: boolean
  priced_only: boolean
  days_out: number | null
}

export type EmptyLegWatch = NewEmptyLegWatch & { id: string }

export type AvinodeAircraft = {
  id: string
  tail_number: string
  aircraft_type: string | null
  aircraft_category: string | null
  max_passengers: number | null
  home_base: string | null
  operator: AvinodeOperator | null
}

/** What Avinode offers a broker besides trips: empty legs and aircraft. Throws as `Avinode` does. */
export type AvinodeMarketplace = {
  searchEmptyLegs(search: EmptyLegSearch, signal: AbortSignal): Promise<EmptyLeg[]>
  getEmptyLeg(empty_leg_id: string, signal: AbortSignal): Promise<EmptyLeg>
  createEmptyLegWatch(watch: NewEmptyLegWatch, signal: AbortSignal): Promise<EmptyLegWatch>
  listEmptyLegWatches(signal: AbortSignal): Promise<EmptyLegWatch[]>
  getEmptyLegWatch(watch_id: string, signal: AbortSignal): Promise<EmptyLegWatch>
  updateEmptyLegWatch(watch_id: string, watch: NewEmptyLegWatch, signal: AbortSignal): Promise<EmptyLegWatch>
  /** Avinode allows it once per watch, right after it was created; later ones are a `ConflictError`. */
  getWatchMatchesOnce(watch_id: string, signal: AbortSignal): Promise<EmptyLeg[]>
  findAircraftByTail(tails: string[], signal: AbortSignal): Promise<AvinodeAircraft[]>
}
