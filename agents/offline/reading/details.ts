import type { TripReading } from './trip.ts'

/** Whether the text says anything that a request keeps. */
export const hasDetails = (trip: TripReading) =>
  hasRoute(trip) ||
  trip.departure.date !== null ||
  trip.departure.time !== null ||
  trip.back !== null ||
  trip.passengers !== null ||
  trip.budget !== null ||
  trip.aircraft_type !== null ||
  trip.aircraft_category !== null ||
  trip.client !== null ||
  trip.wishes.length > 0 ||
  trip.is_one_way ||
  trip.is_round_trip

export const hasRoute = (trip: TripReading) => trip.legs.length > 0
